#include "atonce/model/address.h"

#include <arpa/inet.h>

#include <cstring>

namespace atonce {

IpAddress IpAddress::v4(std::uint32_t host_order) {
  IpAddress address{.family = Family::v4};
  const std::uint32_t network = htonl(host_order);
  std::memcpy(address.bytes.data(), &network, sizeof network);
  return address;
}

std::uint32_t IpAddress::v4_host_order() const {
  std::uint32_t network = 0;
  std::memcpy(&network, bytes.data(), sizeof network);
  return ntohl(network);
}

bool IpAddress::is_loopback() const {
  if (family == Family::v4) return bytes[0] == 127;
  constexpr std::array<std::uint8_t, 16> one{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return family == Family::v6 && bytes == one;
}

std::optional<IpAddress> parse_address(std::string_view text) {
  char terminated[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof terminated || text.find('\0') != text.npos) return std::nullopt;
  std::memcpy(terminated, text.data(), text.size());
  terminated[text.size()] = '\0';
  IpAddress address;
  if (inet_pton(AF_INET, terminated, address.bytes.data()) == 1) {
    address.family = Family::v4;
  } else if (inet_pton(AF_INET6, terminated, address.bytes.data()) == 1) {
    address.family = Family::v6;
  } else {
    return std::nullopt;
  }
  return address;
}

std::string write_address(const IpAddress& address) {
  std::string text;
  append_address(text, address);
  return text;
}

void append_address(std::string& text, const IpAddress& address) {
  if (!address) return;
  if (address.family == Family::v6) {
    char written[INET6_ADDRSTRLEN];
    text += inet_ntop(AF_INET6, address.bytes.data(), written, sizeof written);
    return;
  }
  for (std::size_t i = 0; i < 4; ++i) {
    const unsigned octet = address.bytes[i];
    if (i > 0) text += '.';
    if (octet >= 100) text += static_cast<char>('0' + octet / 100);
    if (octet >= 10) text += static_cast<char>('0' + octet / 10 % 10);
    text += static_cast<char>('0' + octet % 10);
  }
}

std::string write_endpoint(const Endpoint& endpoint) {
  const std::string address = write_address(endpoint.address);
  const std::string port = std::to_string(endpoint.port);
  return endpoint.address.family == Family::v6 ? "[" + address + "]:" + port : address + ":" + port;
}

}  // namespace atonce
