#include "atonce/cli/spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace atonce {
namespace {

/// Copies to the end; gives 0 or the errno.
int copy_all(int from, int to) {
  std::array<char, 64 * 1'024> buffer{};
  while (true) {
    const ssize_t got = read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0 ? 0 : errno;
    for (ssize_t at = 0; at < got;) {
      const ssize_t wrote = write(to, buffer.data() + at, static_cast<std::size_t>(got - at));
      if (wrote < 0) return errno;
      at += wrote;
    }
  }
}

bool reads_once(const std::string& list) {
  struct stat status{};
  return list == "-" || (stat(list.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
}

}  // namespace

Spool::~Spool() {
  if (!path_.empty()) unlink(path_.c_str());
}

Parsed<Spool> new_spool(int& descriptor) {
  const char* folder = std::getenv("TMPDIR");
  std::string path = fmt::format("{}/atonce-list-XXXXXX", folder != nullptr && *folder != '\0' ? folder : "/tmp");
  descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0)
    return complain_of(errno, fmt::format("keeping a copy of the list in {}: {}", path, std::strerror(errno)));
  return Spool(path);
}

Parsed<Spool> spool_if_pipe(InputOptions& input) {
  if (!input.targets.empty() || !reads_once(input.list)) return Spool{};
  int file = -1;
  Parsed<Spool> spool = new_spool(file);
  if (!spool) return spool;
  const int source = input.list == "-" ? STDIN_FILENO : open(input.list.c_str(), O_RDONLY | O_CLOEXEC);
  const int error = source < 0 ? errno : copy_all(source, file);
  if (source > STDIN_FILENO) close(source);
  close(file);
  if (error != 0)
    return complain_of(error, fmt::format("copying the list to {}: {}", spool->path(), std::strerror(error)));
  input.list = spool->path();
  return spool;
}

}  // namespace atonce
