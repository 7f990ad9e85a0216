#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "atonce/protocols/domain_name.h"
#include "atonce/protocols/url/pieces.h"
#include "atonce/protocols/url/query.h"

namespace atonce {
namespace {

constexpr std::size_t ipv4_parts_max = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

/// WHATWG URL 3.5: such a host is an IPv4 address or nothing; no top-level domain is a number.
bool ends_in_number(std::string_view name) {
  const std::string_view label = name.substr(name.rfind('.') + 1);  // npos + 1 is 0.
  if (label.starts_with("0x")) return std::ranges::all_of(label.substr(2), is_hex);
  return std::ranges::all_of(label, is_digit);
}

/// Decimal, "0x" and hexadecimal, or "0" and octal; what does not fit into 32 bits is none.
std::optional<std::uint64_t> parse_ipv4_part(std::string_view part) {
  int base = 10;
  if (part.starts_with("0x")) {
    base = 16;
    part.remove_prefix(2);
  } else if (part.size() > 1 && part.starts_with('0')) {
    base = 8;
    part.remove_prefix(1);
  }
  std::uint32_t value = 0;
  const char* const end = part.data() + part.size();
  const auto [stop, error] = std::from_chars(part.data(), end, value, base);
  if (part.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

/// inet_aton(3): the last part fills all bytes that the others leave.
std::optional<IpAddress> parse_ipv4_spelling(std::string_view name) {
  std::uint64_t address = 0;
  for (std::size_t parts = 1; parts <= ipv4_parts_max; ++parts) {
    const std::size_t dot = name.find('.');
    const std::optional<std::uint64_t> part = parse_ipv4_part(name.substr(0, dot));
    if (!part) return std::nullopt;
    if (dot == name.npos) {
      const unsigned bits_left = 8 * static_cast<unsigned>(ipv4_parts_max + 1 - parts);
      if ((*part >> bits_left) != 0) return std::nullopt;
      return IpAddress::v4(static_cast<std::uint32_t>((address << bits_left) | *part));
    }
    if (*part > 0xff) return std::nullopt;
    address = (address << 8) | *part;
    name.remove_prefix(dot + 1);
  }
  return std::nullopt;
}

Parsed<void> read_bracketed(std::string_view inside, Url& url) {
  if (inside.contains('%')) return complain("an IPv6 address with a zone cannot be asked for; leave the zone out");
  const std::optional<IpAddress> address = parse_address(inside);
  if (!address || address->family != Family::v6) return complain("between the brackets stands no IPv6 address");
  url.address = *address;
  url.host = write_address(*address);
  return {};
}

}  // namespace

Parsed<void> read_host(std::string_view text, Url& url) {
  if (text.empty()) return complain("the URL has no host; write it as in https://example.com/");
  if (text.starts_with('[') && text.ends_with(']')) return read_bracketed(text.substr(1, text.size() - 2), url);

  Parsed<std::string> name = text.contains('%') ? normalize_name(percent_decode(text)) : normalize_name(text);
  if (!name) return std::unexpected(std::move(name.error()));
  url.address = {};
  if (ends_in_number(*name)) {
    const std::optional<IpAddress> address = parse_ipv4_spelling(*name);
    if (!address) return complain("a host that ends in a number must be an IPv4 address, and this one is none");
    url.address = *address;
    url.host = write_address(*address);
    return {};
  }
  url.host = std::move(*name);
  return {};
}

}  // namespace atonce
