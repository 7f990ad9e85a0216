#include "atonce/results/faulty_storage.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <optional>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

struct OperationRow {
  std::string_view name;
  StorageOperation operation;
};
constexpr std::array all_operations{
    OperationRow{"write", StorageOperation::write},
    OperationRow{"sync", StorageOperation::sync},
    OperationRow{"create", StorageOperation::create},
    OperationRow{"rename", StorageOperation::rename},
};

constexpr int errno_max = 133;  // EHWPOISON: errno-base.h and errno.h of Linux

/// The errno of "enospc".
int parse_errno(std::string_view name) {
  for (int error = 1; error <= errno_max; ++error) {
    const char* known = strerrorname_np(error);
    if (known == nullptr || std::strlen(known) != name.size()) continue;
    const auto same = [](char lower, char upper) { return lower == (upper < 'A' ? upper : upper - 'A' + 'a'); };
    if (std::ranges::equal(name, std::string_view(known), same)) return error;
  }
  return 0;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

/// "WHAT@WHERE:N"
struct Word {
  std::string_view what;
  std::string_view where;
  std::optional<std::uint64_t> nth;
};

Word split(std::string_view text) {
  Word word{.nth = 1};
  const std::size_t at = text.find('@');
  if (at == text.npos) return word;
  word.what = text.substr(0, at);
  word.where = text.substr(at + 1);
  const std::size_t colon = word.where.find(':');
  if (colon == word.where.npos) return word;
  const std::string_view digits = word.where.substr(colon + 1);
  word.where = word.where.substr(0, colon);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = error == std::errc() && end == digits.data() + digits.size() && number > 0;
  word.nth = whole ? std::optional(number) : std::nullopt;
  return word;
}

/// Puts the word among the faults; nothing to complain of when it concerns no storage.
Parsed<void> take_word(std::string_view text, ParsedStorageFaults& into) {
  const Word word = split(text);
  const auto row = std::ranges::find(all_operations, word.where, &OperationRow::name);
  const bool dies = word.what == "die" && is_named_point(word.where);
  if (!dies && (row == all_operations.end() || word.what == "die")) {
    into.unknown.emplace_back(text);
    return {};
  }
  if (!word.nth)
    return complain(
        fmt::format("the fault \"{}\" has no number of at least 1 behind its colon", escape_for_terminal(text)));
  if (dies) {
    into.faults.deaths.push_back({std::string(word.where), *word.nth});
    return {};
  }
  StorageFailure failure{.operation = row->operation, .nth = *word.nth};
  std::string_view name = word.what;
  for (bool taken = true; taken;) {
    const bool once = take_suffix(name, "-once");
    const bool half = take_suffix(name, "-half");
    failure.once |= once;
    failure.half |= half;
    taken = once || half;
  }
  failure.error = parse_errno(name);
  if (failure.error == 0)
    return complain(fmt::format("the fault \"{}\" does not begin with the name of an errno, such as enospc or eio",
                                escape_for_terminal(text)));
  into.faults.failures.push_back(failure);
  return {};
}

}  // namespace

Parsed<ParsedStorageFaults> parse_storage_faults(std::string_view text) {
  ParsedStorageFaults parsed;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(','));
    text.remove_prefix(word.size() < text.size() ? word.size() + 1 : word.size());
    if (word.empty()) continue;
    if (auto taken = take_word(word, parsed); !taken) return std::unexpected(taken.error());
  }
  return parsed;
}

class FaultyFile final : public StoredFile {
 public:
  FaultyFile(FaultyStorage& storage, std::unique_ptr<StoredFile> inner) : storage_(storage), inner_(std::move(inner)) {}

  int append(std::string_view bytes) override {
    const StorageFailure* failure = storage_.next_failure(StorageOperation::write);
    if (failure == nullptr) return inner_->append(bytes);
    if (!failure->half) return failure->error;
    const int error = inner_->append(bytes.substr(0, bytes.size() / 2));
    return error != 0 ? error : failure->error;
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    return inner_->read_at(offset, into);
  }
  int truncate(std::uint64_t size) override { return inner_->truncate(size); }
  int sync() override {
    const StorageFailure* failure = storage_.next_failure(StorageOperation::sync);
    return failure == nullptr ? inner_->sync() : failure->error;
  }
  Result<std::uint64_t> size() override { return inner_->size(); }

 private:
  FaultyStorage& storage_;
  std::unique_ptr<StoredFile> inner_;
};

FaultyStorage::FaultyStorage(Storage& inner, StorageFaults faults, std::function<void()> die)
    : inner_(inner), faults_(std::move(faults)), die_(std::move(die)) {
  if (!die_) die_ = [] { (void)std::raise(SIGKILL); };
}

/// Counts the operation and returns what keeps it from succeeding, if anything does.
const StorageFailure* FaultyStorage::next_failure(StorageOperation operation) {
  const std::uint64_t number = ++counts_[static_cast<std::size_t>(operation)];
  for (const StorageFailure& failure : faults_.failures)
    if (failure.operation == operation && (failure.once ? number == failure.nth : number >= failure.nth))
      return &failure;
  return nullptr;
}

Result<std::unique_ptr<StoredFile>> FaultyStorage::open(const std::string& path, Opening how) {
  if (how != Opening::read && !inner_.exists(path))
    if (const StorageFailure* failure = next_failure(StorageOperation::create))
      return std::unexpected(Error{failure->error});
  auto file = inner_.open(path, how);
  if (!file) return std::unexpected(file.error());
  return std::make_unique<FaultyFile>(*this, std::move(*file));
}

int FaultyStorage::rename(const std::string& from, const std::string& to) {
  const StorageFailure* failure = next_failure(StorageOperation::rename);
  return failure == nullptr ? inner_.rename(from, to) : failure->error;
}

int FaultyStorage::make_directories(const std::string& path) {
  if (!inner_.exists(path))
    if (const StorageFailure* failure = next_failure(StorageOperation::create)) return failure->error;
  return inner_.make_directories(path);
}

int FaultyStorage::sync_directory(const std::string& path) {
  const StorageFailure* failure = next_failure(StorageOperation::sync);
  return failure == nullptr ? inner_.sync_directory(path) : failure->error;
}

void FaultyStorage::reached(std::string_view point) {
  inner_.reached(point);
  if (faults_.deaths.empty()) return;
  auto known = points_.find(point);
  if (known == points_.end()) known = points_.emplace(point, 0).first;
  ++known->second;
  for (const StorageDeath& death : faults_.deaths)
    if (death.point == point && death.nth == known->second) die_();
}

}  // namespace atonce
