#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atonce {

/// What a file of a list holds, or where that stands: the list finds it, the job writes it. Crosses to another process
/// with its target.
struct FileSource {
  enum class Kind : std::uint8_t {
    made,     ///< it follows from the seed: see FileMaker
    given,    ///< `content` is all of it
    stored,   ///< the target's `bytes` stand in the file `path` from `offset` on
    row,      ///< a line of JSON of `length` bytes stands there: see parse_file_row
    folder,   ///< it is a folder
    refused,  ///< it is a link, a device or the like
  };
  // More is read where it stands when its turn comes, so that what waits is bounded.
  static constexpr std::size_t given_bytes_max = 64 << 10;

  Kind kind = Kind::made;
  std::optional<std::uint32_t> mode;  ///< permission bits; empty: as the user's umask has it
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::string_view path;
  std::string_view content;
};

/// As bytes, for Target::source; of what is made none.
std::string write_file_source(const FileSource& source);
/// Reads it back; its texts lie in `bytes`. Bytes that nobody wrote so are refused.
FileSource read_file_source(std::string_view bytes);

}  // namespace atonce
