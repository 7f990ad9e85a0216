#include "atonce/cli/report_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

namespace fs = std::filesystem;

constexpr int links_max = 40;  // As path_resolution(7) has it.
constexpr int names_tried_max = 16;

/// Where a file of this name would stand: links lead on, to what is not there yet too.
fs::path place_of(const std::string& path) {
  std::error_code error;
  fs::path place = fs::absolute(path, error);
  for (int i = 0; i < links_max; ++i) {
    fs::path folder = fs::weakly_canonical(place.parent_path(), error);
    if (error) return place;
    place = folder / place.filename();
    const fs::path target = fs::read_symlink(place, error);
    if (error) return place.lexically_normal();
    place = folder / target;
  }
  return place;
}

/// What stands for an open stream is written to as it is.
bool is_stream(const std::string& path) { return path.starts_with("/dev/") || path.starts_with("/proc/"); }

std::optional<struct stat> look_at(const std::string& path) {
  struct stat status{};
  const int failed = path == "-" ? fstat(STDOUT_FILENO, &status) : stat(path.c_str(), &status);
  return failed == 0 ? std::optional(status) : std::nullopt;
}

std::string name_beside(const std::string& path) {
  std::uint64_t number = 0;
  if (getrandom(&number, sizeof number, 0) != sizeof number) number = static_cast<std::uint64_t>(getpid());
  return fmt::format("{}.{:016x}.part", path, number);
}

/// Gives the first name that nobody has to `make`, which returns 0 or an errno; the name stays in `part`.
template <typename Make>
int with_own_name(const std::string& path, std::string& part, Make make) {
  int error = EEXIST;
  for (int i = 0; i < names_tried_max && error == EEXIST; ++i) {
    part = name_beside(path);
    error = make(part);
  }
  if (error != 0) part.clear();
  return error;
}

}  // namespace

Complaint report_trouble(const std::string& path, int error) {
  return complain_of(error, fmt::format("the report \"{}\" cannot be written: {}", escape_for_terminal(path),
                                        std::strerror(error)))
      .error();
}

bool is_same_file(const std::string& one, const std::string& other) {
  if (one.empty() || other.empty()) return false;
  const auto left = look_at(one), right = look_at(other);
  if (left && right) return S_ISREG(left->st_mode) && left->st_dev == right->st_dev && left->st_ino == right->st_ino;
  return !left && !right && place_of(one) == place_of(other);
}

Parsed<std::unique_ptr<ReportFile>> ReportFile::open(const std::string& path) {
  std::unique_ptr<ReportFile> file(new ReportFile(is_stream(path) ? path : place_of(path).string()));
  const auto status = look_at(path);
  if (status && S_ISDIR(status->st_mode)) return std::unexpected(report_trouble(path, EISDIR));
  if (status && access(path.c_str(), W_OK) != 0) return std::unexpected(report_trouble(path, errno));
  file->in_parts_ = !is_stream(path) && (!status || S_ISREG(status->st_mode));
  if (!file->in_parts_) file->descriptor_ = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  const int error = file->in_parts_ ? file->open_beside() : errno;
  if (file->descriptor_ < 0) return std::unexpected(report_trouble(path, error));
  file->writer_ = std::make_unique<FileWriter>(file->descriptor_);
  return file;
}

ReportFile::~ReportFile() {
  writer_.reset();
  if (descriptor_ >= 0) close(descriptor_);
  if (!part_.empty()) unlink(part_.c_str());
}

int ReportFile::open_beside() {
  const std::string folder = fs::path(path_).parent_path().string();
  // Without /proc, what has no name cannot be given one.
  if (access("/proc/self/fd", X_OK) == 0) descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
  if (descriptor_ >= 0) return 0;
  // Whatever it was, a name tells it better; and not every file system has files without one.
  return with_own_name(path_, part_, [this](const std::string& name) {
    descriptor_ = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    return descriptor_ < 0 ? errno : 0;
  });
}

int ReportFile::give_name() {
  const std::string own = fmt::format("/proc/self/fd/{}", descriptor_);
  return with_own_name(path_, part_, [&own](const std::string& name) {
    return linkat(AT_FDCWD, own.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
  });
}

int ReportFile::finish() {
  if (const int error = writer_->flush()) return error;
  if (!in_parts_) return 0;
  if (fdatasync(descriptor_) != 0) return errno;
  if (const int error = part_.empty() ? give_name() : 0) return error;
  if (std::rename(part_.c_str(), path_.c_str()) != 0) return errno;
  part_.clear();
  in_parts_ = false;
  return 0;
}

}  // namespace atonce
