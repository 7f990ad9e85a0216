#include "atonce/jobs/files/file_comparer.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace atonce {
namespace {

std::unexpected<Error> failed(int error) { return std::unexpected(Error{error}); }

}  // namespace

Result<Likeness> FileComparer::compare(int folder, const std::string& name, const Target& target,
                                       const FileSource& source, bool from_disk) {
  const OwnedDescriptor file(openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) return failed(errno);
  if (from_disk) (void)posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
  if (const auto begun = original_.begin(target, source); !begun) return failed(begun.error().code);
  while (true) {
    const Result<std::string_view> piece = original_.next();
    if (!piece) return failed(piece.error().code);
    read_.resize(std::max<std::size_t>(piece->size(), 1));  // Behind the end one more byte is asked for.
    const Result<std::size_t> have = read_as_much(file.get());
    if (!have) return failed(have.error().code);
    if (piece->empty()) return *have == 0 ? Likeness::same : Likeness::other;
    if (piece->substr(0, *have) != std::string_view(read_).substr(0, *have)) return Likeness::other;
    if (*have < piece->size()) return Likeness::torn;
  }
}

Result<std::size_t> FileComparer::read_as_much(int file) {
  std::size_t have = 0;
  while (have < read_.size()) {
    const ssize_t got = ::read(file, read_.data() + have, read_.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(errno);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  return have;
}

}  // namespace atonce
