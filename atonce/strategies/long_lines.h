#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace atonce {

/// Lines of a regular file that may be as long as a request with its body, or a file. Knows where each of them stands.
class LongLines {
 public:
  enum class Step : std::uint8_t { line, too_long, end, failed };

  LongLines(int descriptor, std::size_t longest) : descriptor_(descriptor), line_bytes_max_(longest) {}

  /// `line` lasts until the next call; of one that is too long there is nothing.
  Step next(std::string_view& line);

  std::uint64_t line_begin() const { return begin_; }
  std::uint64_t position() const { return position_; }
  int error() const { return error_; }

 private:
  Step give(std::string_view& line, std::size_t size, std::size_t consumed, bool too_long);
  ssize_t fill();

  int descriptor_;
  const std::size_t line_bytes_max_;
  std::string buffer_;
  std::size_t given_ = 0;       ///< bytes at the front that were given
  std::uint64_t begin_ = 0;     ///< of the last line, in the file
  std::uint64_t position_ = 0;  ///< behind the last line
  int error_ = 0;
};

}  // namespace atonce
