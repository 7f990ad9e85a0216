#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "atonce/model/address.h"
#include "atonce/model/result.h"

namespace atonce {

/// What one cell of a list names: a host name, or a run of consecutive addresses, perhaps with a port of its own.
struct HostSpec {
  std::string name;             ///< normalized; empty for addresses
  IpAddress first;              ///< of the run of addresses
  std::uint64_t addresses = 0;  ///< how many; 0 for a name
  std::uint16_t port = 0;       ///< 0: the ports of the run

  std::uint64_t hosts() const { return addresses == 0 ? 1 : addresses; }
};

/// Reads "example.org", "192.0.2.1", "2001:db8::1", each of them with ":port" (an IPv6 address then in brackets), the
/// prefix "192.0.2.0/24" (all its addresses, the first and the last too; host bits are cleared), the ranges
/// "192.0.2.1-192.0.2.50", "192.0.2.1-50" and "2001:db8::1-2001:db8::ff", and the host and port of a URL
/// ("https://example.org/path": 443).
///
/// At most 2^32 addresses: an IPv6 prefix is /96 or longer. Complaints are sentences without bytes of `cell`.
/// Source: RFC 4291 2.2 and RFC 4632 3.1 (addresses, prefixes), RFC 3986 3.2 (URL authority).
Parsed<HostSpec> parse_host_spec(std::string_view cell);

/// `first` moved on by `offset` addresses, within its family.
IpAddress address_after(const IpAddress& first, std::uint64_t offset);

}  // namespace atonce
