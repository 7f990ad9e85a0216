#pragma once

#include <string>
#include <string_view>

namespace atonce {

/// Takes the first line from `text`, without what follows a '#' (or ';' at its start) and without its end.
std::string_view take_line(std::string_view& text);
/// Takes the first word from `line`; empty at its end.
std::string_view take_word(std::string_view& line);
/// A name as the tables know it: lower case, no trailing dot.
std::string lower_name(std::string_view name);

}  // namespace atonce
