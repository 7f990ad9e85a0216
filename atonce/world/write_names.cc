#include "atonce/world/write_names.h"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string>

#include "atonce/world/names.h"

namespace atonce {
namespace {

constexpr std::size_t chunk_bytes = 1 << 16;

int write_all(int fd, std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t size = ::write(fd, text.data() + at, text.size() - at);
    if (size < 0 && errno != EINTR) return errno;
    if (size > 0) at += static_cast<std::size_t>(size);
  }
  text.clear();
  return 0;
}

}  // namespace

int write_names(std::uint64_t seed, std::uint64_t count, int fd) {
  std::string text;
  text.reserve(chunk_bytes + 128);
  for (std::uint64_t rank = 1; rank <= count; ++rank) {
    char digits[20];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, rank).ptr);
    text += ',';
    append_world_name(text, seed, rank);
    text += '\n';
    if (text.size() < chunk_bytes) continue;
    if (const int error = write_all(fd, text)) return error;
  }
  return write_all(fd, text);
}

}  // namespace atonce
