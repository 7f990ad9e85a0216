#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/result.h"

namespace atonce {

/// Writes rows to a file or to standard output, through a buffer, and knows how many of them are safe: every byte of a
/// safe row has reached the kernel.
///
/// The first failure is final. A row cut short by a full disk is taken off a regular file again, so that the file ends
/// with a whole row. Signals: a reader that went away gives EPIPE where SIGPIPE is ignored, as in `main`. Source:
/// write(2), ftruncate(2).
class FileWriter {
 public:
  enum class Existing : std::uint8_t { replace, append };

  /// Opens `path` ("-": standard output) and says, with what to do, why it cannot.
  static Parsed<std::unique_ptr<FileWriter>> open(const std::string& path, Existing existing = Existing::replace);
  /// Writes to `descriptor`, which stays its owner's.
  explicit FileWriter(int descriptor) : descriptor_(descriptor) {}
  ~FileWriter();  ///< Flushes, and cannot tell whether that went well: call `flush` before.
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  /// Takes a whole row with its line end. Returns 0, or the errno that keeps it and all later ones from the file.
  int append_row(std::string_view row) { return append(row, 1); }
  /// Takes whole lines that are no row: a header, a start.
  int append_lines(std::string_view lines) { return append(lines, 0); }
  /// Hands everything to the kernel. Same returns.
  int flush();
  /// `first` runs before rows are handed to the kernel, and writes what has to be there before anybody sees them; where
  /// it returns an errno, that ends the writing.
  void write_after(std::function<int()> first) { first_ = std::move(first); }

  /// Rows of this run that are whole in the file.
  std::uint64_t rows_safe() const { return rows_safe_; }
  std::uint64_t rows_taken() const { return rows_taken_; }
  /// A terminal or a pipe: somebody is watching, so `flush` about every 100 ms.
  bool is_watched() const;
  /// Nothing stands before the first row: not a file that is appended to.
  bool starts_empty() const;
  /// Why writing ended; 0 while it goes on.
  int error() const { return error_; }

 private:
  static constexpr std::size_t buffer_bytes = 64 << 10;  ///< a few hundred rows for each write(2)

  /// What stands in the buffer ends with `rows` rows at `end`.
  struct Boundary {
    std::size_t end;
    std::uint64_t rows;
  };

  int append(std::string_view text, std::uint64_t rows);
  int wait_writable() const;
  int fail(int error, std::size_t written);
  void cut_partial_row(std::size_t bytes) const;

  int descriptor_;
  bool owned_ = false;
  std::function<int()> first_;
  std::string buffer_;
  std::vector<Boundary> boundaries_;
  std::uint64_t rows_taken_ = 0;
  std::uint64_t rows_safe_ = 0;
  int error_ = 0;
};

}  // namespace atonce
