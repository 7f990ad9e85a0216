#include "atonce/results/memory_storage.h"

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace atonce {

class MemoryFile final : public StoredFile {
 public:
  MemoryFile(MemoryStorage& storage, std::size_t file, bool writable)
      : storage_(storage), file_(file), writable_(writable) {}

  int append(std::string_view bytes) override {
    if (!writable_) return EBADF;
    storage_.record({.change = MemoryStorage::Change::write,
                     .file = file_,
                     .number = content().size(),
                     .text = std::string(bytes)});
    return 0;
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    if (offset >= content().size()) return 0;
    return content().copy(into.data(), into.size(), offset);
  }

  int truncate(std::uint64_t size) override {
    if (!writable_) return EBADF;
    storage_.record({.change = MemoryStorage::Change::truncate, .file = file_, .number = size});
    return 0;
  }

  int sync() override {
    storage_.record({.change = MemoryStorage::Change::sync, .file = file_});
    return 0;
  }

  Result<std::uint64_t> size() override { return content().size(); }

 private:
  const std::string& content() const { return storage_.files_[file_]; }

  MemoryStorage& storage_;
  std::size_t file_;
  bool writable_;
};

class MemoryLock final : public StorageLock {
 public:
  MemoryLock(MemoryStorage& storage, std::string path) : storage_(storage), path_(std::move(path)) {}
  ~MemoryLock() override { storage_.locked_.erase(path_); }
  MemoryLock(const MemoryLock&) = delete;
  MemoryLock& operator=(const MemoryLock&) = delete;

 private:
  MemoryStorage& storage_;
  std::string path_;
};

/// One spelling for each name: no slash at the end, no "./" in front.
std::string MemoryStorage::plain(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

bool MemoryStorage::has_directory(const std::string& path) const {
  return path == "." || path == "/" || directories_.contains(path);
}

void MemoryStorage::apply(const Logged& logged) {
  switch (logged.change) {
    case Change::write: files_[logged.file].replace(logged.number, logged.text.size(), logged.text); break;
    case Change::truncate: files_[logged.file].resize(logged.number); break;
    case Change::create: names_[logged.text] = logged.file; break;
    case Change::rename:
      names_.erase(logged.text);
      names_[logged.to] = logged.file;
      break;
    case Change::remove: names_.erase(logged.text); break;
    case Change::make_directory: directories_.insert(logged.text); break;
    case Change::sync:
    case Change::sync_directory: break;
  }
}

void MemoryStorage::record(Logged change) {
  apply(change);
  log_.push_back(std::move(change));
}

Result<std::unique_ptr<StoredFile>> MemoryStorage::open(const std::string& given, Opening how) {
  const std::string path = plain(given);
  if (has_directory(path)) return std::unexpected(Error{EISDIR});
  const auto known = names_.find(path);
  if (known == names_.end()) {
    if (how == Opening::read || !has_directory(parent_of(path))) return std::unexpected(Error{ENOENT});
    files_.emplace_back();
    record({.change = Change::create, .file = files_.size() - 1, .text = path});
    return std::make_unique<MemoryFile>(*this, files_.size() - 1, true);
  }
  if (how == Opening::create) return std::unexpected(Error{EEXIST});
  return std::make_unique<MemoryFile>(*this, known->second, how != Opening::read);
}

int MemoryStorage::rename(const std::string& given_from, const std::string& given_to) {
  const std::string from = plain(given_from);
  const std::string to = plain(given_to);
  const auto known = names_.find(from);
  if (known == names_.end() || !has_directory(parent_of(to))) return ENOENT;
  if (has_directory(to)) return EISDIR;
  if (from != to) record({.change = Change::rename, .file = known->second, .text = from, .to = to});
  return 0;
}

int MemoryStorage::remove(const std::string& given) {
  const std::string path = plain(given);
  const auto known = names_.find(path);
  if (known == names_.end()) return has_directory(path) ? EISDIR : ENOENT;
  record({.change = Change::remove, .file = known->second, .text = path});
  return 0;
}

int MemoryStorage::make_directories(const std::string& given) {
  const std::string path = plain(given);
  if (has_directory(path)) return 0;
  if (names_.contains(path)) return ENOTDIR;
  if (const int error = make_directories(parent_of(path))) return error;
  record({.change = Change::make_directory, .text = path});
  return 0;
}

int MemoryStorage::sync_directory(const std::string& given) {
  const std::string path = plain(given);
  if (!has_directory(path)) return ENOENT;
  record({.change = Change::sync_directory, .text = path});
  return 0;
}

Result<std::uint64_t> MemoryStorage::size(const std::string& path) {
  const auto known = names_.find(plain(path));
  if (known == names_.end()) return std::unexpected(Error{ENOENT});
  return files_[known->second].size();
}

bool MemoryStorage::exists(const std::string& given) {
  const std::string path = plain(given);
  return names_.contains(path) || has_directory(path);
}

Result<std::vector<std::string>> MemoryStorage::list(const std::string& given) {
  const std::string path = plain(given);
  if (!has_directory(path)) return std::unexpected(Error{names_.contains(path) ? ENOTDIR : ENOENT});
  std::vector<std::string> found;
  const auto take = [&](const std::string& name) {
    if (name != path && parent_of(name) == path) found.push_back(name.substr(name.rfind('/') + 1));
  };
  for (const auto& [name, file] : names_) take(name);
  for (const std::string& name : directories_) take(name);
  std::ranges::sort(found);
  return found;
}

Result<std::unique_ptr<StorageLock>> MemoryStorage::lock(const std::string& given) {
  if (auto file = open(given, Opening::append); !file) return std::unexpected(file.error());
  const std::string path = plain(given);
  if (!locked_.insert(path).second) return std::unexpected(Error{EWOULDBLOCK});
  return std::make_unique<MemoryLock>(*this, path);
}

void MemoryStorage::reached(std::string_view point) {
  if (!is_named_point(point)) throw std::logic_error("no row of all_named_points: " + std::string(point));
}

std::string MemoryStorage::content(const std::string& path) const {
  const auto known = names_.find(plain(path));
  return known == names_.end() ? std::string() : files_[known->second];
}

/// Durable as long as nothing was changed before: it goes into what was there at the beginning.
void MemoryStorage::put(const std::string& given, std::string bytes) {
  const std::string path = plain(given);
  if (!log_.empty()) throw std::logic_error("put comes before any change");
  for (std::string folder = parent_of(path); !has_directory(folder); folder = parent_of(folder))
    directories_.insert(folder);
  names_[path] = files_.size();
  files_.push_back(std::move(bytes));
  base_ = {files_, names_, directories_};
}

}  // namespace atonce
