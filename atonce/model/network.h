#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "atonce/model/address.h"
#include "atonce/model/result.h"

namespace atonce {

/// All addresses that begin with the same bits.
struct Network {
  IpAddress address;        ///< the first of them: the bits behind the prefix are 0
  std::uint8_t prefix = 0;  ///< how many bits are the same

  bool contains(const IpAddress& candidate) const;
  IpAddress last() const;

  friend bool operator==(const Network&, const Network&) = default;
};

/// `address` with all but its first `prefix` bits cleared.
IpAddress network_address(IpAddress address, unsigned prefix);

/// Reads "192.0.2.0/24" and "2001:db8::/32"; host bits are cleared. Complaints are sentences without bytes of `text`.
/// Source: RFC 4632 3.1, RFC 4291 2.3.
Parsed<Network> parse_network(std::string_view text);
std::string write_network(const Network& network);

}  // namespace atonce
