#pragma once

#include <cstdint>
#include <string_view>

#include "atonce/model/address.h"
#include "atonce/model/duration.h"
#include "atonce/model/verdict.h"
#include "atonce/world/profile.h"

namespace atonce {

/// Where the world's resolver listens: in a private network on this address and port 53.
inline constexpr std::uint32_t resolver_address = 0x7f000035;  // 127.0.0.53
/// The one address of the TUN device, from which probes go out.
inline constexpr std::uint32_t tun_address = 0x0a000001;  // 10.0.0.1

/// A block of IPv4 addresses of one fate, host byte order.
struct AddressBlock {
  std::uint32_t first;
  std::uint32_t count;

  constexpr bool holds(std::uint32_t address) const { return address - first < count; }
};

/// An address tells its fate, so that the truth and whoever answers need no common table.
///
///                loopback ground                        TUN ground
///   open         127.1.0.0/24, fewer with many ports    10.16.0.0/12
///   closed       127.2.0.0/16                           10.32.0.0/12
///   silent       127.3.0.0/26, fewer with many ports    10.48.0.0/12
///   unreachable  127.4.0.0/16                           10.64.0.0/12
///   mixed        none                                   10.128.0.0/9: the shares of the profile, by hash of the
///   address
///
/// Elsewhere in 127.0.0.0/8 connections are refused, elsewhere in 10.0.0.0/8 (TUN) nobody answers; every other address
/// has no route in a private network.
AddressBlock block_of(const WorldSpec& spec, Verdict fate);
/// The IPv6 hosts of the loopback ground, all open: fd61:746f:6e63:65::1 and so on (RFC 4193), only in a private
/// network.
inline constexpr std::uint8_t v6_addresses = 4;
IpAddress v6_address(std::uint8_t host);
inline constexpr AddressBlock tun_mixed_block{0x0a800000, 1u << 23};

/// What will happen to a name.
struct NameFate {
  Verdict verdict = Verdict::no_name;
  IpAddress address;         ///< set when the name resolves
  IpAddress address_v6;      ///< for a few open names, with the same fate
  Duration dns_delay{};      ///< until the resolver answers
  bool truncated = false;    ///< answered over UDP with TC set, so that TCP must be used
  std::uint8_t aliases = 0;  ///< links of CNAME before the address, at most 2
};

/// The fate of a name at a port where open hosts listen: pure, the same in every process; some tens of nanoseconds.
/// Case and one trailing dot do not matter. Leading "cdn-edge." labels, the targets of CNAMEs, share the fate of the
/// rest. `localhost` (and all under it) is 127.0.0.1, as RFC 6761 6.3 wants of resolvers; names under `arpa` do not
/// exist.
NameFate fate_of(const WorldSpec& spec, std::string_view name);

/// The fate of an address at a port where open hosts listen.
Verdict fate_of_address(const WorldSpec& spec, const IpAddress& address);

/// What a fate becomes at `port`: where nobody listens an open host refuses; on loopback a silent one does too.
Verdict fate_at_port(const WorldSpec& spec, Verdict fate, std::uint16_t port);

/// The label that a CNAME puts before a name.
inline constexpr std::string_view alias_label = "cdn-edge";

/// A seeded 64-bit mix: the one source of chance in a world.
constexpr std::uint64_t mix_bits(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ 0x9e3779b97f4a7c15ull) * (b ^ 0xd1b54a32d192ed03ull);
  const auto folded = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  // The finalizer of SplitMix64, so that small inputs spread over all bits.
  std::uint64_t bits = folded + a;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ull;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebull;
  return bits ^ (bits >> 31);
}

/// A number below `bound` from 64 random bits, without bias worth naming.
constexpr std::uint64_t below(std::uint64_t bits, std::uint64_t bound) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(bits) * bound) >> 64);
}

}  // namespace atonce
