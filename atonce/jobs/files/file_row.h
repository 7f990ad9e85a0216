#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/model/result.h"

namespace atonce {

/// A line of JSON that says what one file is.
struct FileRow {
  std::string name;     ///< as it stands there; empty where the line has none
  std::string path;     ///< below the folder; empty when there is a complaint
  std::string content;  ///< the bytes
  std::optional<std::uint32_t> mode;
  std::string complaint;  ///< why it is no file; empty when it is one
};

/// Reads {"name": "a/b.txt", "content": "text"}, or "base64" in place of "content" (either alphabet of RFC 4648), and
/// perhaps "mode": "0644".
FileRow parse_file_row(std::string_view line);

/// "644", "0755": permission bits in octal; nothing for anything else, nor for the bits that lend somebody's rights.
std::optional<std::uint32_t> parse_file_mode(std::string_view text);

}  // namespace atonce
