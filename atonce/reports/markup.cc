#include "atonce/reports/markup.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

constexpr std::string_view replacement = "\uFFFD";

/// Hands `take` each character of `text` with its bytes; U+FFFD for a byte that is none.
template <class Take>
std::string write_each(std::string_view text, Take take) {
  std::string written;
  written.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.length == 0)
      written += replacement;
    else
      take(written, character.code, text.substr(0, character.length));
    text.remove_prefix(std::max<std::size_t>(character.length, 1));
  }
  return written;
}

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

}  // namespace

std::string xml_text(std::string_view text) {
  return write_each(text, [](std::string& to, char32_t code, std::string_view bytes) {
    switch (code) {
      case '&': to += "&amp;"; return;
      case '<': to += "&lt;"; return;
      case '>': to += "&gt;"; return;
      case '"': to += "&quot;"; return;
      case '\'': to += "&apos;"; return;
      case '\t': to += "&#9;"; return;
      case '\n': to += "&#10;"; return;
      case '\r': to += "&#13;"; return;
      default: to += is_control(code) || code == 0xFFFE || code == 0xFFFF ? replacement : bytes;
    }
  });
}

std::string yaml_text(std::string_view text) {
  return "\"" +
         write_each(text,
                    [](std::string& to, char32_t code, std::string_view bytes) {
                      const auto number = static_cast<std::uint32_t>(code);
                      if (code == '"' || code == '\\')
                        to.append("\\").append(bytes);
                      else if (code == '\n')
                        to += "\\n";
                      else if (code == '\t')
                        to += "\\t";
                      else if (!is_control(code) && !is_hidden(code) && code != 0xFFFE && code != 0xFFFF)
                        to += bytes;
                      else if (code <= 0xFFFF)
                        fmt::format_to(std::back_inserter(to), "\\u{:04X}", number);
                      else
                        fmt::format_to(std::back_inserter(to), "\\U{:08X}", number);
                    }) +
         "\"";
}

std::string tap_text(std::string_view text) {
  return write_each(text, [](std::string& to, char32_t code, std::string_view bytes) {
    if (code == '#' || code == '\\') to += '\\';
    to += is_control(code) || is_hidden(code) ? replacement : bytes;
  });
}

}  // namespace atonce
