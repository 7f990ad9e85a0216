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

struct Character {
  char32_t code = 0;
  std::size_t length = 0;  ///< bytes; 0: not UTF-8
};

/// The first character of a text that is not empty: no overlong forms, no surrogates, nothing above U+10FFFF (RFC 3629,
/// 3).
Character first_character(std::string_view text);

/// The front of a text, at most `bytes_max` long and not cut inside a character.
std::string_view cut_at_character(std::string_view text, std::size_t bytes_max);

/// A control, bidirectional or invisible character, or a separator of lines: nothing to send to a terminal as it is.
bool is_hidden(char32_t code);

}  // namespace atonce
