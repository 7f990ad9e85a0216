#include "atonce/strategies/line_reader.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace atonce {

LineReader::LineReader(int descriptor, bool may_wait)
    : descriptor_(descriptor), may_wait_(may_wait), buffer_(std::make_unique_for_overwrite<char[]>(buffer_bytes)) {}

LineReader::Step LineReader::next(std::string_view& line) {
  for (;;) {
    if (const void* found = std::memchr(buffer_.get() + scanned_, '\n', end_ - scanned_)) {
      const auto newline = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.get());
      return give(newline, newline + 1, line);
    }
    scanned_ = end_;
    if (skipping_ || end_ - begin_ > line_bytes_max) skip_line_so_far();
    if (at_end_) return skipping_ || begin_ < end_ ? give(end_, end_, line) : Step::end;
    if (const Step step = fill(); step != Step::line) return step;
  }
}

LineReader::Step LineReader::give(std::size_t line_end, std::size_t next_begin, std::string_view& line) {
  line = {buffer_.get() + begin_, line_end - begin_};
  begin_ = scanned_ = next_begin;
  if (skipping_) {
    skipping_ = false;
    line = {head_.data(), head_.size()};
    return Step::too_long;
  }
  if (line.size() <= line_bytes_max) return Step::line;
  line = line.substr(0, input_bytes_max);
  return Step::too_long;
}

void LineReader::skip_line_so_far() {
  if (!skipping_) std::copy_n(buffer_.get() + begin_, head_.size(), head_.data());
  skipping_ = true;
  begin_ = scanned_ = end_;
}

/// Step::line when there is more to look at, be it the end.
LineReader::Step LineReader::fill() {
  if (error_ != 0) return Step::failed;
  if (may_wait_) {
    pollfd readable{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, 0) <= 0) return Step::waiting;
  }
  std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
  scanned_ -= begin_;
  end_ -= begin_;
  begin_ = 0;
  const ssize_t got = read(descriptor_, buffer_.get() + end_, buffer_bytes - end_);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return Step::waiting;
  if (got < 0) {
    error_ = errno;
    return Step::failed;
  }
  at_end_ = got == 0;
  end_ += static_cast<std::size_t>(got);
  bytes_read_ += static_cast<std::uint64_t>(got);
  return Step::line;
}

}  // namespace atonce
