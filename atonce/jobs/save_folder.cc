#include "atonce/jobs/save_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

constexpr unsigned names_tried_max = 100;
constexpr mode_t file_mode = 0666;  // As the user's umask has it.
constexpr mode_t folder_mode = 0777;

void close_if_open(int& descriptor) {
  if (descriptor >= 0) close(std::exchange(descriptor, -1));
}

/// A folder right below `root`, which is no link.
int open_below(int root, const char* name) {
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const long opened = syscall(SYS_openat2, root, name, &how, sizeof how);
  // Filters of containers know openat2 not everywhere; a single name can be opened as safely without.
  if (opened < 0 && (errno == ENOSYS || errno == EPERM))
    return openat(root, name, O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  return static_cast<int>(opened);
}

Result<int> folder_for(int root, const std::string& name) {
  if (name.empty()) return dup(root);
  if (mkdirat(root, name.c_str(), folder_mode) != 0 && errno != EEXIST) return std::unexpected(Error{errno});
  const int folder = open_below(root, name.c_str());
  if (folder < 0) return std::unexpected(Error{errno});
  return folder;
}

std::string random_name() {
  std::uint64_t number = 0;
  (void)getrandom(&number, sizeof number, 0);
  return fmt::format(".atonce-{:016x}.part", number);
}

bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

}  // namespace

SavedFile::SavedFile(SavedFile&& other) noexcept { *this = std::move(other); }

SavedFile& SavedFile::operator=(SavedFile&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(file_, other.file_);
  std::swap(temporary_, other.temporary_);
  std::swap(prefix_, other.prefix_);
  std::swap(name_, other.name_);
  return *this;
}

SavedFile::~SavedFile() {
  if (!temporary_.empty()) unlinkat(folder_, temporary_.c_str(), 0);
  close_if_open(file_);
  close_if_open(folder_);
}

int SavedFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

Result<std::string> SavedFile::finish() {
  const std::string self = fmt::format("/proc/self/fd/{}", file_);
  for (unsigned i = 0; i < names_tried_max; ++i) {
    const std::string name = i == 0 ? name_ : fmt::format("{}.{}", name_, i);
    // A link to a name that is taken fails, be it even a link that leads nowhere.
    const int linked = temporary_.empty() ? linkat(AT_FDCWD, self.c_str(), folder_, name.c_str(), AT_SYMLINK_FOLLOW)
                                          : linkat(folder_, temporary_.c_str(), folder_, name.c_str(), 0);
    if (linked == 0) return prefix_ + name;
    if (errno != EEXIST) return std::unexpected(Error{errno});
  }
  return std::unexpected(Error{EEXIST});
}

Parsed<SaveFolder> SaveFolder::open(const std::string& path) {
  const auto cannot = [&](int error) {
    return complain_of(error, fmt::format("--save: bodies cannot be written to \"{}\": {}", escape_for_terminal(path),
                                          std::strerror(error)));
  };
  if (mkdir(path.c_str(), folder_mode) != 0 && errno != EEXIST) return cannot(errno);
  SaveFolder folder;
  folder.root_ = ::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder.root_ < 0) return cannot(errno);
  if (faccessat(folder.root_, ".", W_OK | X_OK, AT_EACCESS) != 0) return cannot(errno);
  return folder;
}

SaveFolder::SaveFolder(SaveFolder&& other) noexcept : root_(std::exchange(other.root_, -1)) {}

SaveFolder& SaveFolder::operator=(SaveFolder&& other) noexcept {
  std::swap(root_, other.root_);
  return *this;
}

SaveFolder::~SaveFolder() { close_if_open(root_); }

Result<SavedFile> SaveFolder::create(std::uint64_t index, std::string_view url) const {
  const std::uint64_t part = index / targets_per_folder;
  const std::string below = part == 0 ? "" : fmt::format("{:04}", part);
  const Result<int> folder = folder_for(root_, below);
  if (!folder) return std::unexpected(folder.error());
  SavedFile file;
  file.folder_ = *folder;
  file.prefix_ = below.empty() ? "" : below + "/";
  file.name_ = saved_name(index, url);
  file.file_ = openat(file.folder_, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, file_mode);
  if (file.file_ < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT || errno == EINVAL)) {
    std::string name = random_name();
    file.file_ = openat(file.folder_, name.c_str(), O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, file_mode);
    if (file.file_ >= 0) file.temporary_ = std::move(name);
  }
  if (file.file_ < 0) return std::unexpected(Error{errno});
  return file;
}

std::string saved_name(std::uint64_t index, std::string_view url) {
  std::string name = fmt::format("{:08}-", index + 1);
  if (const std::size_t scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  for (const char c : url) {
    if (name.size() >= SaveFolder::name_bytes_max) break;
    if (is_safe(c))
      name += c;
    else if (name.back() != '-')
      name += '-';
  }
  while (name.back() == '-' || name.back() == '.') name.pop_back();
  return name;
}

}  // namespace atonce
