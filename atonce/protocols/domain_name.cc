#include "atonce/protocols/domain_name.h"

#include <fmt/format.h>
#include <idn2.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

namespace atonce {
namespace {

// Four bytes of UTF-8 for each byte of the longest name: more cannot become a name, and libidn2 need not look at it.
constexpr std::size_t international_bytes_max = 4 * name_bytes_max;

/// What each byte becomes in a name; 0 for those that cannot stand in one.
constexpr std::array<char, 256> name_bytes = [] {
  std::array<char, 256> table{};
  for (char c = 'a'; c <= 'z'; ++c) table[static_cast<std::uint8_t>(c)] = c;
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<std::uint8_t>(c)] = static_cast<char>(c - 'A' + 'a');
  for (char c = '0'; c <= '9'; ++c) table[static_cast<std::uint8_t>(c)] = c;
  for (const char c : {'-', '_', '.'}) table[static_cast<std::uint8_t>(c)] = c;
  return table;
}();

std::unexpected<Complaint> refuse_byte(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  if (byte == 0) return complain("a NUL byte cannot stand in a host name; is the list UTF-16? Save it as UTF-8");
  if (byte == '\t') return complain("a tab cannot stand in a host name; separate columns by commas");
  if (byte == ' ') return complain("a space cannot stand in a host name; separate columns by commas");
  if (c == '\\') return complain("a backslash cannot stand in a host name");
  if (byte < 0x20 || byte == 0x7f)
    return complain(fmt::format("control byte 0x{:02X} cannot stand in a host name", byte));
  return complain(fmt::format("'{}' cannot stand in a host name", c));
}

std::unexpected<Complaint> refuse_label(std::size_t bytes) {
  if (bytes == 0) return complain("the name has an empty label: two dots in a row, or a dot in front");
  return complain(fmt::format("a label of the name has {} bytes, and DNS allows {}", bytes, label_bytes_max));
}

Parsed<std::string> normalize_ascii(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty()) return complain("the name is empty");
  if (text.size() > name_bytes_max)
    return complain(fmt::format("the name has {} bytes, and DNS allows {}", text.size(), name_bytes_max));
  std::string name(text.size(), '\0');
  std::size_t label_start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = name_bytes[static_cast<std::uint8_t>(text[i])];
    if (c == '\0') return refuse_byte(text[i]);
    name[i] = c;
    if (c != '.') continue;
    const std::size_t label_bytes = i - label_start;
    if (label_bytes == 0 || label_bytes > label_bytes_max) return refuse_label(label_bytes);
    label_start = i + 1;
  }
  const std::size_t last_bytes = text.size() - label_start;
  if (last_bytes == 0 || last_bytes > label_bytes_max) return refuse_label(last_bytes);
  return name;
}

Parsed<std::string> normalize_international(std::string_view text) {
  if (text.size() > international_bytes_max)
    return complain(fmt::format("the name has {} bytes, and DNS allows {}", text.size(), name_bytes_max));
  const auto control = [](char c) { return static_cast<std::uint8_t>(c) <= 0x20 || c == 0x7f; };
  if (const auto found = std::ranges::find_if(text, control); found != text.end()) return refuse_byte(*found);

  const std::string terminated(text);
  std::uint8_t* encoded = nullptr;
  const int code = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(terminated.c_str()), &encoded,
                                  IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (code != IDN2_OK)
    return complain(fmt::format("the international name has no ASCII form: {}", idn2_strerror(code)));
  const std::unique_ptr<std::uint8_t, void (*)(void*)> owner(encoded, idn2_free);
  return normalize_ascii(reinterpret_cast<const char*>(encoded));
}

}  // namespace

Parsed<std::string> normalize_name(std::string_view text) {
  const bool ascii = std::ranges::none_of(text, [](char c) { return static_cast<std::uint8_t>(c) > 0x7f; });
  return ascii ? normalize_ascii(text) : normalize_international(text);
}

}  // namespace atonce
