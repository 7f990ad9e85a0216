#include "atonce/runtime/socket_address.h"

#include <arpa/inet.h>

#include <cstring>

namespace atonce {

socklen_t write_socket_address(const Endpoint& endpoint, SocketAddress& address) {
  const std::uint8_t* const bytes = endpoint.address.bytes.data();
  switch (endpoint.address.family) {
    case Family::v4:
      address.v4 = {.sin_family = AF_INET, .sin_port = htons(endpoint.port)};
      std::memcpy(&address.v4.sin_addr, bytes, sizeof address.v4.sin_addr);
      return sizeof address.v4;
    case Family::v6:
      address.v6 = {.sin6_family = AF_INET6, .sin6_port = htons(endpoint.port)};
      std::memcpy(&address.v6.sin6_addr, bytes, sizeof address.v6.sin6_addr);
      return sizeof address.v6;
    case Family::none: break;
  }
  return 0;
}

Endpoint read_socket_address(const SocketAddress& address) {
  Endpoint endpoint;
  if (address.any.sa_family == AF_INET) {
    endpoint.address.family = Family::v4;
    std::memcpy(endpoint.address.bytes.data(), &address.v4.sin_addr, sizeof address.v4.sin_addr);
    endpoint.port = ntohs(address.v4.sin_port);
  } else if (address.any.sa_family == AF_INET6) {
    endpoint.address.family = Family::v6;
    std::memcpy(endpoint.address.bytes.data(), &address.v6.sin6_addr, sizeof address.v6.sin6_addr);
    endpoint.port = ntohs(address.v6.sin6_port);
  }
  return endpoint;
}

int socket_family(const Endpoint& endpoint) {
  switch (endpoint.address.family) {
    case Family::v4: return AF_INET;
    case Family::v6: return AF_INET6;
    case Family::none: break;
  }
  return AF_UNSPEC;
}

}  // namespace atonce
