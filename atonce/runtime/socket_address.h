#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "atonce/model/address.h"

namespace atonce {

/// An endpoint in the form in which the kernel takes and gives it. Source: ip(7), ipv6(7).
union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

/// Fills `address`; gives its length, 0 for an endpoint without an address.
socklen_t write_socket_address(const Endpoint& endpoint, SocketAddress& address);

/// An endpoint without an address for a family that is neither IPv4 nor IPv6.
Endpoint read_socket_address(const SocketAddress& address);

/// AF_INET, AF_INET6, or AF_UNSPEC for an endpoint without an address.
int socket_family(const Endpoint& endpoint);

}  // namespace atonce
