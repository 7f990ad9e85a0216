#include "atonce/jobs/files/confined_folder.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>

namespace atonce {
namespace {

constexpr mode_t folder_mode = 0777;  // As the user's umask has it.

std::unexpected<Error> failed(int error) { return std::unexpected(Error{error}); }

int open_beneath(int root, const char* path) {
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  return static_cast<int>(syscall(SYS_openat2, root, path, &how, sizeof how));
}

bool is_forbidden(int error) { return error == ENOSYS || error == EPERM; }

/// A folder right below `parent`, which is no link.
Result<OwnedDescriptor> open_part(int parent, const char* name) {
  const int opened = openat(parent, name, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (opened >= 0) return OwnedDescriptor(opened);
  const int error = errno;
  struct stat status{};
  // A link is "no folder" to this call.
  if (error == ENOTDIR && fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode))
    return failed(ELOOP);
  return failed(error);
}

Result<OwnedDescriptor> open_root(const std::string& path) {
  const int opened = ::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return failed(errno);
  return OwnedDescriptor(opened);
}

}  // namespace

Result<ConfinedFolder> ConfinedFolder::open(const std::string& path, const Made& made) {
  if (mkdir(path.c_str(), folder_mode) == 0) {
    if (made) made({});
  } else if (errno != EEXIST) {
    return failed(errno);
  }
  return look(path);
}

Result<ConfinedFolder> ConfinedFolder::look(const std::string& path) {
  Result<OwnedDescriptor> root = open_root(path);
  if (!root) return failed(root.error().code);
  return ConfinedFolder(std::move(*root));
}

Result<OwnedDescriptor> ConfinedFolder::folder(std::string_view below, const Made& made) const {
  Result<OwnedDescriptor> found = existing_folder(below);
  if (found || found.error().code != ENOENT) return found;
  return walk(below, &made);
}

Result<OwnedDescriptor> ConfinedFolder::existing_folder(std::string_view below) const {
  if (below.empty()) {
    const int copy = fcntl(folder_.get(), F_DUPFD_CLOEXEC, 0);
    return copy < 0 ? Result<OwnedDescriptor>(failed(errno)) : OwnedDescriptor(copy);
  }
  const int opened = open_beneath(folder_.get(), std::string(below).c_str());
  if (opened >= 0) return OwnedDescriptor(opened);
  return is_forbidden(errno) ? walk(below, nullptr) : failed(errno);
}

Result<OwnedDescriptor> ConfinedFolder::walk(std::string_view below, const Made* made) const {
  OwnedDescriptor at;
  for (std::size_t end = 0; end != below.npos;) {
    const std::size_t begin = end == 0 ? 0 : end + 1;
    end = below.find('/', begin);
    const std::string name(below.substr(begin, end == below.npos ? end : end - begin));
    const int parent = at ? at.get() : folder_.get();
    if (made != nullptr && mkdirat(parent, name.c_str(), folder_mode) == 0) {
      if (*made) (*made)(below.substr(0, end));
    } else if (made != nullptr && errno != EEXIST) {
      return failed(errno);
    }
    Result<OwnedDescriptor> next = open_part(parent, name.c_str());
    if (!next) return next;
    at = std::move(*next);
  }
  return at;
}

}  // namespace atonce
