#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "atonce/model/result.h"

namespace atonce {

/// The path of a file below a folder, as "a/b.txt": without "." and doubled slashes. Complains of a name that is no
/// such path: empty, absolute, with "..", with a NUL, with a part of more than 255 bytes, or longer than the system
/// takes. That no link leads out of the folder is for ConfinedFolder to see to. Source: path_resolution(7), NAME_MAX,
/// PATH_MAX.
Parsed<std::string> parse_file_path(std::string_view name);

/// The part before the last slash, without it; empty: the folder itself.
std::string_view folder_part(std::string_view path);
std::string_view name_part(std::string_view path);

/// The name that the file of a run has before it is whole, where the file system has none without a name.
std::string spare_name(std::uint64_t seed, std::uint64_t index);

}  // namespace atonce
