#pragma once

#include <string>
#include <string_view>

namespace atonce {

/// Text of unknown origin as it may be shown on a terminal: no byte of it can move the cursor, colour, retitle, reorder
/// or hide.
///
/// Printable UTF-8 stays as it is. Control bytes, DEL and bytes that are not UTF-8 become `\xNN`; C1 controls,
/// bidirectional controls, line separators, invisible characters and tags become `\u{NNNN}`; a backslash becomes two,
/// so the text can be read back. Source: ECMA-48 (controls), RFC 3629 (UTF-8), UAX #9 and Unicode TR #36 (bidirectional
/// and invisible characters).
std::string escape_for_terminal(std::string_view text);

/// True when `escape_for_terminal` would change nothing.
bool safe_for_terminal(std::string_view text);

}  // namespace atonce
