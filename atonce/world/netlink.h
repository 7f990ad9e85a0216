#pragma once

#include <cstdint>

#include "atonce/model/result.h"

namespace atonce {

/// What a route does with the packets of a block of addresses.
enum class RouteKind : std::uint8_t {
  device,       ///< out of a device, whose far end is on the link
  unreachable,  ///< EHOSTUNREACH, also before the local addresses (table local)
};

struct Route {
  RouteKind kind = RouteKind::device;
  std::uint32_t first = 0;  ///< host byte order
  std::uint8_t prefix_bits = 32;
  int interface = 0;         ///< for `device`
  std::uint32_t source = 0;  ///< for `device`: the address that packets carry; 0: the kernel's choice
};

/// Adds an IPv4 route to this network namespace; an equal one that exists is replaced. Errors: EPERM without
/// CAP_NET_ADMIN. Source: rtnetlink(7), RTM_NEWROUTE.
Result<void> add_route(const Route& route);

}  // namespace atonce
