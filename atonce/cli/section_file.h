#pragma once

#include <string>
#include <string_view>

#include "atonce/model/result.h"

namespace atonce {

/// The result of a comparison as `compare --json` wrote it to the file at `path`, or to standard input where that is
/// "-": JSON that a page can show. Complains of what cannot be read, and of what is no such result.
Parsed<std::string> read_section(const std::string& path);

/// The same of a text; `name` is what the complaint calls it.
Parsed<std::string> check_section(std::string text, std::string_view name);

}  // namespace atonce
