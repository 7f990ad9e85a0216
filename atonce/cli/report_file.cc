#include "atonce/cli/report_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "atonce/model/escape.h"

namespace atonce {

Complaint report_trouble(const std::string& path, int error) {
  return complain_of(error, fmt::format("the report \"{}\" cannot be written: {}", escape_for_terminal(path),
                                        std::strerror(error)))
      .error();
}

Parsed<std::unique_ptr<ReportFile>> ReportFile::open(const std::string& path) {
  // A link leads on to the file that is meant; what stands for an open stream is written to as it is.
  const bool is_stream = path.starts_with("/dev/") || path.starts_with("/proc/");
  std::error_code ignored;
  const std::string real = is_stream ? path : std::filesystem::weakly_canonical(path, ignored).string();
  std::unique_ptr<ReportFile> file(new ReportFile(real.empty() ? path : real));
  struct stat status{};
  const bool exists = stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return std::unexpected(report_trouble(path, EISDIR));
  if (exists && access(path.c_str(), W_OK) != 0) return std::unexpected(report_trouble(path, errno));
  const bool in_parts = !is_stream && (!exists || S_ISREG(status.st_mode));
  const std::string part = file->path() + ".part";
  file->descriptor_ = in_parts ? ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666)
                               : ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file->descriptor_ < 0) return std::unexpected(report_trouble(path, errno));
  if (in_parts) file->part_ = part;
  file->writer_ = std::make_unique<FileWriter>(file->descriptor_);
  return file;
}

ReportFile::~ReportFile() {
  writer_.reset();
  if (descriptor_ >= 0) close(descriptor_);
  if (!part_.empty()) unlink(part_.c_str());
}

int ReportFile::finish() {
  if (const int error = writer_->flush()) return error;
  if (part_.empty()) return 0;
  if (fdatasync(descriptor_) != 0) return errno;
  if (std::rename(part_.c_str(), path_.c_str()) != 0) return errno;
  part_.clear();
  return 0;
}

}  // namespace atonce
