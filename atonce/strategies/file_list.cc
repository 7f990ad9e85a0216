#include "atonce/strategies/file_list.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <limits>
#include <mutex>

#include "atonce/jobs/files/archive_reader.h"
#include "atonce/jobs/files/file_maker.h"
#include "atonce/jobs/files/file_path.h"
#include "atonce/jobs/files/file_row.h"
#include "atonce/jobs/files/file_source.h"
#include "atonce/jobs/files/new_file.h"
#include "atonce/jobs/target_parser.h"
#include "atonce/strategies/list_file.h"
#include "atonce/strategies/long_lines.h"
#include "atonce/strategies/nameless_file.h"

namespace atonce {
namespace {

/// The files that follow from the seed. Nobody waits for anybody: a claim is a number, and the names are made by
/// whoever has it.
class MadeFiles final : public TargetList {
 public:
  explicit MadeFiles(const InputOptions& input)
      : maker_(input.files),
        copied_(input.files.content.empty() ? std::nullopt : std::optional(input.files.content_bytes)),
        count_(input.limit.value_or(0)) {}

  std::size_t claim(std::span<Target> out) override {
    std::uint64_t begin = next_.load(std::memory_order_relaxed);
    std::uint64_t end = 0;
    do end = std::min<std::uint64_t>(begin + out.size(), count_);
    while (begin < end && !next_.compare_exchange_weak(begin, end, std::memory_order_relaxed));
    for (std::uint64_t index = begin; index < end; ++index) fill(out[index - begin], index);
    return end - begin;
  }
  bool ended() const override { return given() == count_; }
  std::uint64_t lines_read() const override { return given(); }
  std::uint64_t target_lines() const override { return given(); }
  std::uint64_t targets_given() const override { return given(); }
  std::uint64_t duplicates_dropped() const override { return 0; }
  std::optional<std::uint64_t> target_count() const override { return count_; }
  std::optional<double> fraction_consumed() const override {
    return count_ == 0 ? 1.0 : static_cast<double>(given()) / static_cast<double>(count_);
  }
  std::optional<Complaint> error() const override { return std::nullopt; }
  std::optional<Complaint> warning() const override { return std::nullopt; }

 private:
  std::uint64_t given() const { return next_.load(std::memory_order_relaxed); }

  void fill(Target& target, std::uint64_t index) const {
    target = Target{.index = index, .line = index + 1, .input = maker_.name(index)};
    const std::string folder = maker_.folder(index);
    target.host.reserve(folder.size() + target.input.size());
    target.host.append(folder).append(target.input);
    target.bytes = copied_ ? *copied_ : maker_.size(index);
  }

  const FileMaker maker_;
  const std::optional<std::uint64_t> copied_;
  const std::uint64_t count_;
  std::atomic<std::uint64_t> next_{0};
};

/// What both kinds of list do: number the targets, and count.
class ListedFiles : public TargetList {
 public:
  explicit ListedFiles(const InputOptions& input)
      : limit_(input.limit.value_or(std::numeric_limits<std::uint64_t>::max())), maker_(input.files) {}

  std::size_t claim(std::span<Target> out) final {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    while (count < out.size() && next(out[count])) ++count;
    return count;
  }
  bool ended() const final { return ended_.load(std::memory_order_acquire); }
  std::uint64_t lines_read() const final { return lines_.load(std::memory_order_relaxed); }
  std::uint64_t target_lines() const final { return targets_given(); }
  std::uint64_t targets_given() const final { return given_.load(std::memory_order_relaxed); }
  std::uint64_t duplicates_dropped() const final { return 0; }
  std::optional<std::uint64_t> target_count() const final { return std::nullopt; }
  std::optional<double> fraction_consumed() const final {
    if (limit_ == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
    return static_cast<double>(targets_given()) / static_cast<double>(std::max<std::uint64_t>(1, limit_));
  }
  std::optional<Complaint> error() const final {
    const std::lock_guard lock(mutex_);
    return error_;
  }
  std::optional<Complaint> warning() const final { return std::nullopt; }

 protected:
  /// Fills everything but the index; false at the end of the list.
  virtual bool read(Target& target) = 0;

  bool fail(Complaint complaint) {
    error_ = std::move(complaint);
    return false;
  }
  void read_line() { lines_.fetch_add(1, std::memory_order_relaxed); }
  std::string folder() const { return maker_.folder(targets_given()); }

  static std::string cut(std::string_view name) { return std::string(name.substr(0, input_bytes_max)); }

 private:
  bool next(Target& target) {
    if (ended()) return false;
    target = {};
    if (targets_given() < limit_ && read(target)) {
      target.index = given_.fetch_add(1, std::memory_order_relaxed);
      if (targets_given() == limit_) ended_.store(true, std::memory_order_release);
      return true;
    }
    ended_.store(true, std::memory_order_release);
    return false;
  }

  const std::uint64_t limit_;
  const FileMaker maker_;
  mutable std::mutex mutex_;
  std::optional<Complaint> error_;
  std::atomic<bool> ended_{false};
  std::atomic<std::uint64_t> lines_{0};
  std::atomic<std::uint64_t> given_{0};
};

class FilesOfLines final : public ListedFiles {
 public:
  // As long as a line of a batch.
  static constexpr std::size_t longest = 32 << 20;

  FilesOfLines(const InputOptions& input, std::unique_ptr<ListFile> file)
      : ListedFiles(input), path_(input.list), file_(std::move(file)), reader_(file_->descriptor, longest) {}

 private:
  bool read(Target& target) override {
    while (true) {
      std::string_view line;
      const LongLines::Step step = reader_.next(line);
      if (step == LongLines::Step::end) return false;
      if (step == LongLines::Step::failed)
        return fail({fmt::format("{} could not be read beyond line {}: {}", file_->shown, lines_read(),
                                 std::strerror(reader_.error()))});
      read_line();
      const bool too_long = step == LongLines::Step::too_long;
      if (!too_long && line.find_first_not_of(" \t\r") == line.npos) continue;
      target.line = lines_read();
      if (too_long)
        target.complaint = "the line is longer than 32 MiB";
      else
        take(target, parse_file_row(line));
      return true;
    }
  }

  void take(Target& target, FileRow row) const {
    target.input = cut(row.name);
    if (!row.complaint.empty()) {
      target.complaint = std::move(row.complaint);
      return;
    }
    target.host = folder() + row.path;
    target.bytes = row.content.size();
    FileSource source{.kind = FileSource::Kind::given, .mode = row.mode, .content = row.content};
    if (row.content.size() > FileSource::given_bytes_max)
      source = {.kind = FileSource::Kind::row,
                .mode = row.mode,
                .offset = reader_.line_begin(),
                .length = reader_.position() - reader_.line_begin(),
                .path = path_};
    target.source = write_file_source(source);
  }

  const std::string path_;
  const std::unique_ptr<ListFile> file_;
  LongLines reader_;
};

/// Where entries of an archive stand that are too large to wait in memory: a file without a name, so that nothing is
/// left of it whatever happens. Threads and forked workers find it through proc(5).
class EntryStore {
 public:
  /// Its name for another process of this user.
  std::string path() const { return fmt::format("/proc/{}/fd/{}", getpid(), file_.get()); }
  std::uint64_t size() const { return size_; }

  Parsed<void> append(std::string_view bytes) {
    if (!file_)
      if (auto made = make(); !made) return made;
    if (const int error = write_all(file_.get(), bytes); error != 0) return cannot(error);
    size_ += bytes.size();
    return {};
  }

 private:
  static std::unexpected<Complaint> cannot(int error) {
    return complain_of(error, fmt::format("a large file of the archive cannot be copied to {}: {}; set TMPDIR to where "
                                          "there is room",
                                          temporary_folder(), std::strerror(error)));
  }
  Parsed<void> make() {
    Result<OwnedDescriptor> made = make_nameless_file();
    if (!made) return cannot(made.error().code);
    file_ = std::move(*made);
    return {};
  }

  OwnedDescriptor file_;
  std::uint64_t size_ = 0;
};

class FilesOfArchive final : public ListedFiles {
 public:
  FilesOfArchive(const InputOptions& input, ArchiveReader archive)
      : ListedFiles(input), archive_(std::move(archive)), piece_(FileSource::given_bytes_max, '\0') {}

 private:
  bool read(Target& target) override {
    Parsed<std::optional<ArchiveEntry>> entry = std::nullopt;
    do {
      entry = archive_.next();
      if (!entry) return fail(entry.error());
      if (!*entry) return false;
      read_line();
    } while (is_folder_itself(**entry));
    target.line = lines_read();
    target.input = cut((*entry)->name);
    return take(target, **entry);
  }

  /// "./", which many archives begin with: it is there already.
  static bool is_folder_itself(const ArchiveEntry& entry) {
    return entry.kind == ArchiveEntry::Kind::folder && !entry.name.empty() && entry.name.front() != '/' &&
           entry.name.find_first_not_of("./") == entry.name.npos && entry.name.find("..") == entry.name.npos;
  }

  bool take(Target& target, const ArchiveEntry& entry) {
    Parsed<std::string> path = parse_file_path(entry.name);
    FileSource source{.kind = FileSource::Kind::given, .mode = entry.mode};
    if (entry.kind == ArchiveEntry::Kind::other) source.kind = FileSource::Kind::refused;
    if (!path) {
      target.complaint = path.error().text;
      return true;
    }
    target.host = std::move(*path);
    if (entry.kind == ArchiveEntry::Kind::folder) source.kind = FileSource::Kind::folder;
    if (entry.kind != ArchiveEntry::Kind::file) {
      target.source = write_file_source(source);
      return true;
    }
    return take_content(target, source);
  }

  /// Its size is what comes: an archive may say something else.
  bool take_content(Target& target, FileSource& source) {
    Parsed<std::size_t> got = archive_.read(piece_);
    if (!got) return fail(got.error());
    std::string first = piece_.substr(0, *got);
    target.bytes = *got;
    const std::uint64_t begin = store_.size();
    bool stored = false;
    while (*got > 0) {
      got = archive_.read(piece_);
      if (!got) return fail(got.error());
      if (*got == 0) break;
      target.bytes += *got;
      if (target.bytes > FileSource::given_bytes_max && !std::exchange(stored, true))
        if (auto kept = store_.append(first); !kept) return fail(kept.error());
      const std::string_view piece = std::string_view(piece_).substr(0, *got);
      if (!stored)
        first += piece;
      else if (auto kept = store_.append(piece); !kept)
        return fail(kept.error());
    }
    const std::string path = store_.path();
    if (stored)
      source = {.kind = FileSource::Kind::stored, .mode = source.mode, .offset = begin, .path = path};
    else
      source.content = first;
    target.source = write_file_source(source);
    return true;
  }

  ArchiveReader archive_;
  EntryStore store_;
  std::string piece_;
};

}  // namespace

Parsed<std::unique_ptr<TargetList>> open_files(const InputOptions& input) {
  if (input.is_generated()) return std::make_unique<MadeFiles>(input);
  if (input.files.archive) {
    Parsed<ArchiveReader> archive = ArchiveReader::open(input.list);
    if (!archive) return std::unexpected(archive.error());
    return std::make_unique<FilesOfArchive>(input, std::move(*archive));
  }
  Parsed<std::unique_ptr<ListFile>> file = open_list_file(input.list);
  if (!file) return std::unexpected(file.error());
  return std::make_unique<FilesOfLines>(input, std::move(*file));
}

}  // namespace atonce
