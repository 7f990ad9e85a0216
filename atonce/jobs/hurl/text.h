#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Small readings and writings of text that several parts of this room need.

namespace atonce::hurl {

/// "0aff": two digits a byte.
std::string write_hex(std::string_view bytes);
/// Reads the same, whatever the case; nothing for an odd number of digits or another character.
std::optional<std::string> parse_hex(std::string_view digits);

/// With its quotes: control bytes, quotes and backslashes escaped. Source: RFC 8259 7.
void append_json_string(std::string& out, std::string_view text);
/// The same without quotes.
void append_json_text(std::string& out, std::string_view text);

/// UTF-8 of one character; nothing for surrogates and what is above U+10FFFF.
bool append_utf8(std::string& out, char32_t code);
bool is_utf8(std::string_view text);
/// Characters of a text that is UTF-8; other bytes count as one each.
std::size_t count_characters(std::string_view text);

/// Each `from` in `text` becomes `to`; an empty `from` changes nothing. Nothing when the result were longer than
/// `bytes_max`.
std::optional<std::string> replace_all(std::string_view text, std::string_view from, std::string_view to,
                                       std::size_t bytes_max);

/// &, <, > and both quotes.
std::string escape_html(std::string_view text);

/// The text behind bytes of a character set, as UTF-8; nothing when there is no such set here, or the bytes are none of
/// it. Source: iconv(3).
std::optional<std::string> decode_charset(std::string_view bytes, std::string_view charset);
/// The other way.
std::optional<std::string> encode_charset(std::string_view text, std::string_view charset);
bool is_charset(std::string_view charset);

}  // namespace atonce::hurl
