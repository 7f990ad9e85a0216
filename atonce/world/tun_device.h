#pragma once

#include "atonce/model/result.h"
#include "atonce/runtime/owned_descriptor.h"

namespace atonce {

/// Opens a TUN device in this network namespace, with the address 10.0.0.1 and a route for 10.0.0.0/8; whoever reads
/// the descriptor gets each packet sent there, bare (IFF_NO_PI), and what is written comes in as from the network. The
/// queue is long enough that no burst of SYNs is dropped. The device goes with the descriptor.
///
/// Only for a private network: elsewhere the route could hide real addresses of 10.0.0.0/8. Source: tun(4),
/// Documentation/networking/tuntap.rst.
Parsed<OwnedDescriptor> open_tun_device();

}  // namespace atonce
