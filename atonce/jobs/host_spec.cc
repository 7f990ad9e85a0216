#include "atonce/jobs/host_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "atonce/model/network.h"
#include "atonce/protocols/domain_name.h"

namespace atonce {
namespace {

constexpr std::uint64_t addresses_max = std::uint64_t{1} << 32;

struct Scheme {
  std::string_view name;
  std::uint16_t port;
};
constexpr std::array schemes{Scheme{"https", 443}, Scheme{"http", 80}, Scheme{"wss", 443},
                             Scheme{"ws", 80},     Scheme{"ftp", 21},  Scheme{"ssh", 22}};

struct Authority {
  std::string_view host;
  std::uint16_t port = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<unsigned> parse_number(std::string_view text, unsigned most) {
  unsigned number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || number > most) return std::nullopt;
  return number;
}

Parsed<std::uint16_t> parse_port(std::string_view text) {
  const auto number = parse_number(text, 65'535);
  if (!number || *number == 0) return complain("the port after the colon is not a number from 1 to 65535");
  return static_cast<std::uint16_t>(*number);
}

/// Splits "host:port" and "[v6]:port"; two colons or more without brackets are an IPv6 address as a whole.
Parsed<Authority> split_authority(std::string_view text) {
  std::string_view host = text;
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t bracket = text.find(']');
    if (bracket == text.npos) return complain("a bracket is opened and not closed");
    host = text.substr(1, bracket - 1);
    rest = text.substr(bracket + 1);
    const auto address = parse_address(host);
    if (!address || address->family != Family::v6) return complain("what stands in brackets is not an IPv6 address");
    if (rest.empty()) return Authority{host};
    if (!rest.starts_with(':')) return complain("only a colon and a port may follow the closing bracket");
  } else if (const std::size_t colon = text.find(':'); colon != text.npos && text.find(':', colon + 1) == text.npos) {
    host = text.substr(0, colon);
    rest = text.substr(colon);
  } else {
    return Authority{text};
  }
  const auto port = parse_port(rest.substr(1));
  if (!port) return std::unexpected(port.error());
  return Authority{host, *port};
}

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

Parsed<Authority> split_url(std::string_view scheme, std::string_view rest) {
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  // RFC 3986 3.2.1: what stands before the last @ is not the host.
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) authority.remove_prefix(at + 1);
  if (authority.ends_with(':')) authority.remove_suffix(1);  // RFC 3986 3.2.3: an empty port is the scheme's.
  auto split = split_authority(authority);
  if (!split || split->port != 0) return split;
  const auto known =
      std::ranges::find_if(schemes, [&](const Scheme& row) { return equal_ignoring_case(scheme, row.name); });
  if (known == schemes.end()) return complain("the port of this URL's scheme is not known; write host:port");
  split->port = known->port;
  return split;
}

Parsed<HostSpec> parse_prefix(std::string_view before, std::string_view after) {
  const auto address = parse_address(before);
  if (!address) return complain("what stands before the slash is not an address; write a page as https://host/path");
  const unsigned bits = address->family == Family::v4 ? 32 : 128;
  const auto prefix = parse_number(after, bits);
  if (!prefix) return complain(fmt::format("the prefix length after the slash is not a number from 0 to {}", bits));
  if (bits - *prefix > 32)
    return complain(fmt::format("/{} holds more than 2^32 addresses; an IPv6 prefix must be /96 or longer", *prefix));
  return HostSpec{.first = network_address(*address, *prefix), .addresses = std::uint64_t{1} << (bits - *prefix)};
}

/// last − first + 1, when it is between 1 and 2^32.
std::optional<std::uint64_t> distance(const IpAddress& first, const IpAddress& last) {
  if (first.family == Family::v4) {
    if (last.v4_host_order() < first.v4_host_order()) return std::nullopt;
    return std::uint64_t{last.v4_host_order()} - first.v4_host_order() + 1;
  }
  const auto half = [](const IpAddress& address, std::size_t from) {
    std::uint64_t number = 0;
    for (std::size_t i = from; i < from + 8; ++i) number = number << 8 | address.bytes[i];
    return number;
  };
  const std::uint64_t low = half(last, 8) - half(first, 8);
  const std::uint64_t high = half(last, 0) - half(first, 0) - (half(last, 8) < half(first, 8) ? 1 : 0);
  if (high != 0 || low >= addresses_max) return std::nullopt;
  return low + 1;
}

Parsed<HostSpec> parse_range(const IpAddress& first, std::string_view after) {
  std::optional<IpAddress> last = parse_address(after);
  if (!last && first.family == Family::v4) {
    if (const auto octet = parse_number(after, 255)) {
      last = first;
      last->bytes[3] = static_cast<std::uint8_t>(*octet);
    }
  }
  if (!last || last->family != first.family)
    return complain("the range does not end in an address of the kind it begins with");
  if (*last < first) return complain("the range runs backwards");
  const auto count = distance(first, *last);
  if (!count) return complain("the range holds more than 2^32 addresses");
  return HostSpec{.first = first, .addresses = *count};
}

/// Whether a normalized name ends in a number, decimal or hexadecimal: what browsers and inet_aton(3) read as an
/// address, "0x7f.1" say. Source: WHATWG URL, "ends in a number".
bool looks_like_address(std::string_view name) {
  std::string_view label = name.substr(name.rfind('.') + 1);
  if (!is_digit(label.front())) return false;
  if (!label.starts_with("0x")) return std::ranges::all_of(label, is_digit);
  return label.substr(2).find_first_not_of("0123456789abcdef") == label.npos;
}

Parsed<HostSpec> parse_name(std::string_view text) {
  Parsed<std::string> name = normalize_name(text);
  if (!name) return std::unexpected(name.error());
  if (!looks_like_address(*name)) return HostSpec{.name = std::move(*name)};
  // No top-level domain is a number (RFC 3696 2), so this was meant as an address, perhaps with a trailing dot.
  if (const auto address = parse_address(*name)) return HostSpec{.first = *address, .addresses = 1};
  return complain(
      "this looks like an IPv4 address and is not one; it is four decimal numbers from 0 to 255 without leading zeros");
}

Parsed<HostSpec> parse_hosts(std::string_view text) {
  if (const std::size_t slash = text.find('/'); slash != text.npos)
    return parse_prefix(text.substr(0, slash), text.substr(slash + 1));
  const bool v6 = text.find(':') != text.npos;
  if (v6 || (!text.empty() && is_digit(text.front()))) {
    if (const auto address = parse_address(text)) return HostSpec{.first = *address, .addresses = 1};
    const std::size_t hyphen = text.find('-');
    const auto first = hyphen == text.npos ? std::nullopt : parse_address(text.substr(0, hyphen));
    // "192.0.2.1-static.example" is a name: a range goes on with nothing but an address.
    if (first && (v6 || text.find_first_not_of("0123456789.", hyphen + 1) == text.npos))
      return parse_range(*first, text.substr(hyphen + 1));
    if (v6)
      return complain("this is not an IPv6 address; before a port it stands in brackets, as in [2001:db8::1]:443");
  }
  return parse_name(text);
}

}  // namespace

Parsed<HostSpec> parse_host_spec(std::string_view cell) {
  Parsed<Authority> authority = Authority{cell};
  // Most cells are plain names, which need no splitting.
  if (cell.find_first_of(":[") != cell.npos) {
    const std::size_t scheme_end = cell.find("://");
    authority = scheme_end == cell.npos ? split_authority(cell)
                                        : split_url(cell.substr(0, scheme_end), cell.substr(scheme_end + 3));
    if (!authority) return std::unexpected(authority.error());
  }
  Parsed<HostSpec> spec = parse_hosts(authority->host);
  if (spec) spec->port = authority->port;
  return spec;
}

IpAddress address_after(const IpAddress& first, std::uint64_t offset) {
  IpAddress address = first;
  for (std::size_t i = first.family == Family::v4 ? 4 : 16; i > 0 && offset > 0; --i) {
    offset += address.bytes[i - 1];
    address.bytes[i - 1] = static_cast<std::uint8_t>(offset);
    offset >>= 8;
  }
  return address;
}

}  // namespace atonce
