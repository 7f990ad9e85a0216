#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "atonce/jobs/target_parser.h"

namespace atonce {

/// Cuts what a descriptor gives into lines, in 256 KiB of memory however long they are, and never waits for a pipe or a
/// terminal.
class LineReader {
 public:
  enum class Step : std::uint8_t {
    line,      ///< a line, without its '\n'; the last one may have had none
    too_long,  ///< a line over `line_bytes_max`: its first KiB, the rest was skipped
    waiting,   ///< nothing has arrived yet
    end,
    failed,  ///< `error` says why; reading ends here
  };

  /// Reads from `descriptor`, which stays its owner's. `may_wait`: it is no regular file, so it is asked before each
  /// read.
  LineReader(int descriptor, bool may_wait);

  /// The next line; `line` lasts until the next call.
  Step next(std::string_view& line);

  /// Bytes up to the end of the last line given.
  std::uint64_t bytes_consumed() const { return bytes_read_ - (end_ - begin_); }
  int error() const { return error_; }

 private:
  static constexpr std::size_t buffer_bytes = 256 << 10;  ///< fewer reads than the kernel's read-ahead has steps
  static_assert(line_bytes_max < buffer_bytes);

  Step give(std::size_t line_end, std::size_t next_begin, std::string_view& line);
  void skip_line_so_far();
  Step fill();

  int descriptor_;
  bool may_wait_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;    ///< of the line not yet given
  std::size_t scanned_ = 0;  ///< there is no '\n' in [begin_, scanned_)
  std::size_t end_ = 0;
  std::uint64_t bytes_read_ = 0;
  bool at_end_ = false;
  bool skipping_ = false;  ///< inside a line that is too long, whose head is kept
  std::array<char, input_bytes_max> head_{};
  int error_ = 0;
};

}  // namespace atonce
