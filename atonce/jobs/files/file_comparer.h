#pragma once

#include <cstdint>
#include <string>

#include "atonce/jobs/files/file_content.h"

namespace atonce {

/// How a file is like what it was to be.
enum class Likeness : std::uint8_t {
  same,
  torn,  ///< it ends too early, and is the same up to there
  other,
};

/// Reads files back. Keeps its buffers.
class FileComparer {
 public:
  explicit FileComparer(const MadeContent& made) : original_(made) {}

  /// Compares the file `name` in `folder`, which is no link, with the content of `target`. `from_disk`: what of it is
  /// in memory and on the disk is read from the disk. Errors: ENOENT, ELOOP, EACCES, EIO, ... Source: posix_fadvise(2).
  Result<Likeness> compare(int folder, const std::string& name, const Target& target, const FileSource& source,
                           bool from_disk = false);

 private:
  Result<std::size_t> read_as_much(int file);

  FileContent original_;
  std::string read_;
};

}  // namespace atonce
