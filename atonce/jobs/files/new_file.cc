#include "atonce/jobs/files/new_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace atonce {
namespace {

/// The file system has no files without a name: some network and overlay file systems.
bool wants_a_name(int error) { return error == EOPNOTSUPP || error == EISDIR || error == ENOENT || error == EINVAL; }

/// A name for a nameless file is given through proc(5).
bool has_proc() {
  static const bool has = access("/proc/self/fd", X_OK) == 0;
  return has;
}

int open_spare(int folder, const char* name, mode_t mode) {
  constexpr int flags = O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC;
  const int file = openat(folder, name, flags, mode);
  if (file >= 0 || errno != EEXIST) return file;
  if (unlinkat(folder, name, 0) != 0) return -1;  // A killed session left it.
  return openat(folder, name, flags, mode);
}

}  // namespace

Result<NewFile> NewFile::open(int folder, std::string spare, mode_t mode, Keeping keeping) {
  NewFile file;
  file.folder_ = folder;
  if (keeping == Keeping::nameless && has_proc()) {
    file.file_ = OwnedDescriptor(openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode));
    if (file.file_) return file;
    if (!wants_a_name(errno)) return std::unexpected(Error{errno});
  }
  file.file_ = OwnedDescriptor(open_spare(folder, spare.c_str(), mode));
  if (!file.file_) return std::unexpected(Error{errno});
  file.spare_ = std::move(spare);
  return file;
}

NewFile& NewFile::operator=(NewFile&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(file_, other.file_);
  std::swap(spare_, other.spare_);
  return *this;
}

NewFile::~NewFile() {
  if (!spare_.empty()) unlinkat(folder_, spare_.c_str(), 0);
}

int NewFile::become(const char* name) {
  if (spare_.empty()) {
    const std::string self = fmt::format("/proc/self/fd/{}", file_.get());
    return linkat(AT_FDCWD, self.c_str(), folder_, name, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
  }
  if (renameat2(folder_, spare_.c_str(), folder_, name, RENAME_NOREPLACE) == 0) {
    spare_.clear();
    return 0;
  }
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // A link to a name that is taken fails, be it even a link that leads nowhere.
  return linkat(folder_, spare_.c_str(), folder_, name, 0) == 0 ? 0 : errno;
}

int NewFile::replace(const char* name) {
  if (renameat(folder_, spare_.c_str(), folder_, name) != 0) return errno;
  spare_.clear();
  return 0;
}

int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace atonce
