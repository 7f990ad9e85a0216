#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atonce {

enum class Family : std::uint8_t { none, v4, v6 };

/// An IPv4 or IPv6 address as a plain value, in network byte order; IPv4 uses the first four bytes.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  Family family = Family::none;

  static IpAddress v4(std::uint32_t host_order);
  static constexpr IpAddress none() { return {}; }
  explicit operator bool() const { return family != Family::none; }
  std::uint32_t v4_host_order() const;
  bool is_loopback() const;

  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// An address and a TCP or UDP port.
struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

/// Parses a literal of inet_pton(3), strictly: no octal, no short forms, no scope.
std::optional<IpAddress> parse_address(std::string_view text);
std::string write_address(const IpAddress& address);
/// Writes the same behind `text`, without an allocation when there is room.
void append_address(std::string& text, const IpAddress& address);
/// "192.0.2.1:443", "[2001:db8::1]:443".
std::string write_endpoint(const Endpoint& endpoint);

}  // namespace atonce
