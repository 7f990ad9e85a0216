#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "atonce/results/storage.h"

namespace atonce {
namespace {

int errno_of(int returned) { return returned == 0 ? 0 : errno; }
std::unexpected<Error> failed(int error) { return std::unexpected(Error{error}); }

/// Calls again as long as a signal came between: signal(7).
template <class Call>
auto uninterrupted(Call call) {
  auto returned = call();
  while (returned < 0 && errno == EINTR) returned = call();
  return returned;
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

class DiskFile final : public StoredFile {
 public:
  explicit DiskFile(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

  int append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = uninterrupted([&] { return ::write(fd(), bytes.data(), bytes.size()); });
      if (count < 0) return errno;
      if (count == 0) return EIO;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return 0;
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t count = uninterrupted(
          [&] { return pread(fd(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done)); });
      if (count < 0) return failed(errno);
      if (count == 0) break;
      done += static_cast<std::size_t>(count);
    }
    return done;
  }

  int truncate(std::uint64_t size) override {
    return errno_of(uninterrupted([&] { return ftruncate(fd(), static_cast<off_t>(size)); }));
  }

  int sync() override {
    return errno_of(uninterrupted([&] { return fdatasync(fd()); }));
  }

  Result<std::uint64_t> size() override {
    struct stat status{};
    if (fstat(fd(), &status) != 0) return failed(errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  int fd() const { return descriptor_.number(); }

  Descriptor descriptor_;
};

class DiskLock final : public StorageLock {
 public:
  explicit DiskLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;
};

int flags_of(Opening how) {
  switch (how) {
    case Opening::append: return O_RDWR | O_APPEND | O_CREAT;
    case Opening::create: return O_RDWR | O_APPEND | O_CREAT | O_EXCL;
    case Opening::read: return O_RDONLY;
  }
  return O_RDONLY;
}

/// Never waits for a FIFO's other end: open(2), O_NONBLOCK, which means nothing for a regular file.
Result<Descriptor> open_regular(const std::string& path, int flags) {
  Descriptor descriptor(uninterrupted(
      [&] { return ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600); }));
  if (descriptor.number() < 0) return failed(errno);
  struct stat status{};
  if (fstat(descriptor.number(), &status) != 0) return failed(errno);
  if (S_ISDIR(status.st_mode)) return failed(EISDIR);
  if (!S_ISREG(status.st_mode)) return failed(EINVAL);
  return descriptor;
}

class DiskStorage final : public Storage {
 public:
  Result<std::unique_ptr<StoredFile>> open(const std::string& path, Opening how) override {
    auto descriptor = open_regular(path, flags_of(how));
    if (!descriptor) return failed(descriptor.error().code);
    return std::make_unique<DiskFile>(std::move(*descriptor));
  }

  int rename(const std::string& from, const std::string& to) override {
    return errno_of(std::rename(from.c_str(), to.c_str()));
  }

  int remove(const std::string& path) override { return errno_of(unlink(path.c_str())); }

  int make_directories(const std::string& path) override {
    if (mkdir(path.c_str(), 0700) == 0) return 0;
    if (errno == EEXIST) return is_directory(path) ? 0 : ENOTDIR;
    const std::string parent = parent_of(path);
    if (errno != ENOENT || parent == path || parent == ".") return errno;
    if (const int error = make_directories(parent)) return error;
    return mkdir(path.c_str(), 0700) == 0 || (errno == EEXIST && is_directory(path)) ? 0 : errno;
  }

  /// File systems that cannot sync a folder say EINVAL: fsync(2).
  int sync_directory(const std::string& path) override {
    const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.number() < 0) return errno;
    const int error = errno_of(uninterrupted([&] { return fsync(directory.number()); }));
    return error == EINVAL ? 0 : error;
  }

  Result<std::uint64_t> size(const std::string& path) override {
    struct stat status{};
    if (stat(path.c_str(), &status) != 0) return failed(errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

  bool exists(const std::string& path) override {
    struct stat status{};
    return lstat(path.c_str(), &status) == 0;
  }

  Result<std::vector<std::string>> list(const std::string& path) override {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
    if (!directory) return failed(errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = readdir(directory.get())) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
      errno = 0;
    }
    if (errno != 0) return failed(errno);
    std::ranges::sort(names);
    return names;
  }

  Result<std::unique_ptr<StorageLock>> lock(const std::string& path) override {
    auto descriptor = open_regular(path, O_RDWR | O_CREAT);
    if (!descriptor) return failed(descriptor.error().code);
    if (uninterrupted([&] { return flock(descriptor->number(), LOCK_EX | LOCK_NB); }) != 0) return failed(errno);
    return std::make_unique<DiskLock>(std::move(*descriptor));
  }

  void reached(std::string_view) override {}

 private:
  static bool is_directory(const std::string& path) {
    struct stat status{};
    return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  }
};

}  // namespace

std::unique_ptr<Storage> disk_storage() { return std::make_unique<DiskStorage>(); }

}  // namespace atonce
