#include "atonce/strategies/long_lines.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace atonce {
namespace {

constexpr std::size_t read_bytes = 256 << 10;

}  // namespace

LongLines::Step LongLines::next(std::string_view& line) {
  begin_ = position_;
  bool too_long = false;
  for (std::size_t scanned = given_;;) {
    const std::size_t end = buffer_.find('\n', scanned);
    if (end != std::string::npos) return give(line, end, end + 1, too_long);
    scanned = buffer_.size() - given_;
    if (scanned > line_bytes_max_) {
      too_long = true;
      position_ += scanned;
      given_ = buffer_.size();
      scanned = 0;
    }
    const ssize_t got = fill();
    if (got < 0) return Step::failed;
    if (got == 0)
      return buffer_.empty() && !too_long ? Step::end : give(line, buffer_.size(), buffer_.size(), too_long);
  }
}

/// The line ends at `size` in the buffer, and the next begins at `consumed`.
LongLines::Step LongLines::give(std::string_view& line, std::size_t size, std::size_t consumed, bool too_long) {
  line = std::string_view(buffer_).substr(given_, size - given_);
  position_ += consumed - given_;
  given_ = consumed;
  return too_long || line.size() > line_bytes_max_ ? Step::too_long : Step::line;
}

ssize_t LongLines::fill() {
  buffer_.erase(0, std::exchange(given_, 0));
  const std::size_t size = buffer_.size();
  buffer_.resize(size + read_bytes);
  ssize_t got = 0;
  do got = read(descriptor_, buffer_.data() + size, read_bytes);
  while (got < 0 && errno == EINTR);
  error_ = got < 0 ? errno : 0;
  buffer_.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  return got;
}

}  // namespace atonce
