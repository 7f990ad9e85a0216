#include "atonce/protocols/cookies/set_cookie.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace atonce {
namespace {

bool is_control(char c) { return (static_cast<std::uint8_t>(c) < 0x20 && c != '\t') || c == 0x7f; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t");
  if (start == text.npos) return {};
  return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

/// What stands before the next ';', which is taken off with it.
std::string_view take_part(std::string_view& text) {
  const std::size_t end = std::min(text.find(';'), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

struct Pair {
  std::string_view name, value;
  bool has_value;
};

Pair split_pair(std::string_view part) {
  const std::size_t equals = part.find('=');
  if (equals == part.npos) return {trim(part), {}, false};
  return {trim(part.substr(0, equals)), trim(part.substr(equals + 1)), true};
}

bool same_word(std::string_view text, std::string_view lower) {
  return std::ranges::equal(
      text, lower, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

/// Digits, perhaps behind a '-'; more of them than fit mean forever.
std::optional<std::int64_t> parse_max_age(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::string_view digits = text.substr(negative ? 1 : 0);
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  if (negative) return 0;
  std::int64_t seconds = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
  return error == std::errc{} ? seconds : std::numeric_limits<std::int64_t>::max();
}

void read_attribute(const Pair& attribute, SetCookie& cookie) {
  const auto& [name, value, has_value] = attribute;
  if (value.size() > cookie_attribute_bytes_max) return;
  if (same_word(name, "expires")) {
    if (const std::optional<std::int64_t> date = parse_cookie_date(value)) cookie.expires_s = date;
  } else if (same_word(name, "max-age")) {
    if (const std::optional<std::int64_t> age = parse_max_age(value)) cookie.max_age_s = age;
  } else if (same_word(name, "domain")) {
    cookie.domain = value.substr(value.starts_with('.') ? 1 : 0);
  } else if (same_word(name, "path")) {
    cookie.path = value.starts_with('/') ? value : std::string_view{};
  } else if (same_word(name, "secure")) {
    cookie.secure = true;
  } else if (same_word(name, "httponly")) {
    cookie.http_only = true;
  } else if (same_word(name, "samesite")) {
    cookie.same_site = value;
  }
}

}  // namespace

std::optional<SetCookie> parse_set_cookie(std::string_view field) {
  if (std::ranges::any_of(field, is_control)) return std::nullopt;
  const Pair pair = split_pair(take_part(field));
  if (!pair.has_value || pair.name.empty()) return std::nullopt;
  if (pair.name.size() + pair.value.size() > cookie_bytes_max) return std::nullopt;
  SetCookie cookie{.name = std::string(pair.name), .value = std::string(pair.value)};
  while (!field.empty()) read_attribute(split_pair(take_part(field)), cookie);
  return cookie;
}

Parsed<std::string> parse_cookies(std::string_view text) {
  if (const auto bad = std::ranges::find_if(text, is_control); bad != text.end())
    return complain(fmt::format("control byte 0x{:02X} cannot stand in a cookie", static_cast<std::uint8_t>(*bad)));
  std::string field;
  while (!text.empty()) {
    const std::string_view part = trim(take_part(text));
    if (part.empty()) continue;
    const Pair pair = split_pair(part);
    if (!pair.has_value || pair.name.empty()) return complain("a cookie has no name; write them as \"a=b; c=d\"");
    if (!field.empty()) field += "; ";
    field.append(pair.name).append(1, '=').append(pair.value);
  }
  return field;
}

NameValues read_cookie_field(std::string_view field) {
  NameValues pairs;
  while (!field.empty()) {
    const Pair pair = split_pair(take_part(field));
    if (pair.has_value && !pair.name.empty()) pairs.emplace_back(pair.name, pair.value);
  }
  return pairs;
}

}  // namespace atonce
