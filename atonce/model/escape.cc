#include "atonce/model/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace atonce {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};
constexpr std::array hidden{
    Range{0x00, 0x1F},       Range{0x7F, 0x9F},        // C0, DEL, C1
    Range{0xAD, 0xAD},       Range{0x61C, 0x61C},      // soft hyphen, Arabic letter mark
    Range{0x115F, 0x1160},   Range{0x180B, 0x180F},    // Hangul and Mongolian fillers
    Range{0x200B, 0x200F},   Range{0x2028, 0x202E},    // zero widths and marks; separators, embeddings, overrides
    Range{0x2060, 0x206F},   Range{0x3164, 0x3164},    // invisible operators and isolates, Hangul filler
    Range{0xFE00, 0xFE0F},   Range{0xFEFF, 0xFEFF},    // variation selectors, byte order mark
    Range{0xFFF9, 0xFFFB},   Range{0x1D173, 0x1D17A},  // annotations, musical controls
    Range{0xE0000, 0xE0FFF},                           // tags and further selectors
};

bool shown_as_it_is(char32_t code) { return code != U'\\' && !is_hidden(code); }

constexpr bool plain(char c) { return c >= 0x20 && c < 0x7F && c != '\\'; }

/// Without branches: nearly all text is plain, and is looked at many bytes at a time.
bool all_plain(std::string_view text) {
  bool all = true;
  for (const char c : text) all &= plain(c);
  return all;
}

}  // namespace

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
  char32_t code = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < smallest[length] || code > 0x10FFFF || surrogate) return {};
  return {code, length};
}

bool is_hidden(char32_t code) {
  return std::ranges::any_of(hidden, [&](Range range) { return code >= range.first && code <= range.last; });
}

bool safe_for_terminal(std::string_view text) {
  if (all_plain(text)) return true;
  while (!text.empty()) {
    if (plain(text.front())) {
      text.remove_prefix(1);
      continue;
    }
    const Character character = first_character(text);
    if (character.length == 0 || !shown_as_it_is(character.code)) return false;
    text.remove_prefix(character.length);
  }
  return true;
}

std::string escape_for_terminal(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    const std::size_t length = std::max<std::size_t>(1, character.length);
    if (character.length == 0 || character.code < 0x20 || character.code == 0x7F) {
      fmt::format_to(std::back_inserter(shown), "\\x{:02X}", static_cast<std::uint8_t>(text.front()));
    } else if (character.code == U'\\') {
      shown += "\\\\";
    } else if (shown_as_it_is(character.code)) {
      shown += text.substr(0, length);
    } else {
      fmt::format_to(std::back_inserter(shown), "\\u{{{:X}}}", static_cast<std::uint32_t>(character.code));
    }
    text.remove_prefix(length);
  }
  return shown;
}

std::string_view cut_at_character(std::string_view text, std::size_t bytes_max) {
  constexpr std::size_t character_max = 4;
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (end > 0 && bytes_max - end < character_max && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace atonce
