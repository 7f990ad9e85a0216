#pragma once

#include <string>

#include "atonce/model/address.h"

namespace atonce {

/// Whether this process has a network of its own.
struct PrivateNetwork {
  bool entered = false;
  std::string reason;  ///< why not, as a sentence for a person; empty when entered
};

/// Gives the loopback device of this network namespace one more IPv6 address, and waits until it can be used. False
/// when there is no IPv6, or no right to do so.
bool add_loopback_address(const IpAddress& address);

/// Moves this process into a network namespace of its own, where 127.0.0.0/8 is free, any port can be bound, and
/// nothing leads outside. Root needs no user namespace for that; others get one in which they stay who they are. The
/// loopback device is brought up, and the limits that would make a busy server drop connections (somaxconn, SYN
/// cookies) are set as far as they may be.
///
/// Must be called while the process has one thread. There is no way back: what the process starts afterwards is inside
/// as well. When the system does not allow it, nothing has changed. Source: unshare(2), user_namespaces(7),
/// network_namespaces(7).
PrivateNetwork enter_private_network();

}  // namespace atonce
