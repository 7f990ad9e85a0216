#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "atonce/model/network.h"

namespace atonce {

/// A row of the special-use registries: addresses that are no ordinary hosts of the internet.
struct SpecialUse {
  Network network;
  std::string_view name;
  std::string_view source;
  bool reachable = false;  ///< Carved out of a special range, and yet an ordinary host to us.
};

/// All rows, a network inside another before that one. Source: IANA's IPv4 and IPv6 Special-Purpose Address Registries
/// (RFC 6890, RFC 8190), the multicast and reserved space, and what older RFCs set aside.
std::span<const SpecialUse> all_special_uses();

/// Why `address` is no ordinary host of the internet; nullptr when it may be one. An IPv6 address that leads to an IPv4
/// one is judged by that one. A few nanoseconds for most.
const SpecialUse* special_use_of(const IpAddress& address);

/// The IPv4 addresses that an IPv6 address may lead to: few, mostly none.
class EmbeddedAddresses {
 public:
  void add(const IpAddress& address) { addresses_[count_++] = address; }
  const IpAddress* begin() const { return addresses_.data(); }
  const IpAddress* end() const { return addresses_.data() + count_; }
  bool empty() const { return count_ == 0; }

 private:
  std::array<IpAddress, 4> addresses_;
  std::size_t count_ = 0;
};

/// Reads mapped addresses (::ffff:0:0/96, RFC 4291 2.5.5.2), NAT64 (64:ff9b::/96, RFC 6052; 64:ff9b:1::/48, RFC 8215,
/// where the translator's prefix length is not known, so that every length's reading counts) and 6to4 (2002::/16, RFC
/// 3056).
EmbeddedAddresses embedded_addresses(const IpAddress& address);

}  // namespace atonce
