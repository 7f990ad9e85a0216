#pragma once

#include <optional>

#include "atonce/model/address.h"

namespace atonce {

/// The way out of this machine, as its routing table and its interface have it.
struct Uplink {
  int interface = 0;     ///< through which packets to the outside leave; 0: there is no way
  bool running = false;  ///< it is up and has a carrier

  bool there() const { return interface != 0 && running; }
  friend bool operator==(const Uplink&, const Uplink&) = default;
};

/// Watches the way out of the network namespace in which it is made. Nothing is sent: it asks how a packet to an
/// address of documentation would go (RFC 5737, RFC 3849), by IPv4, or by IPv6 where there was no way by IPv4 at first.
/// Source: netdevice(7) SIOCGIFFLAGS, rtnetlink(7) RTM_GETROUTE.
class UplinkWatch {
 public:
  UplinkWatch();
  ~UplinkWatch();
  UplinkWatch(const UplinkWatch&) = delete;

  /// A machine without a way out at first has none to lose: then every look is empty.
  std::optional<Uplink> look();

 private:
  Uplink look_by(Family family);

  int routes_ = -1;
  int flags_ = -1;
  unsigned sequence_ = 0;
  Family family_ = Family::none;
};

}  // namespace atonce
