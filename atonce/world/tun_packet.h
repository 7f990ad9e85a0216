#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>

#include "atonce/model/verdict.h"
#include "atonce/world/profile.h"

namespace atonce {

/// The longest packet that the TUN ground writes: an ICMP error, which quotes an IP header and eight bytes (RFC 792).
inline constexpr std::size_t tun_reply_max = 56;

/// What the hosts of the TUN ground answer to a packet.
struct TunReply {
  std::size_t size = 0;   ///< 0: nothing
  bool mirrored = false;  ///< the packet itself comes back, with its addresses turned around
  bool syn = false;       ///< the packet asked for a connection ...
  Verdict fate =
      Verdict::local_no_route;  ///< ... of a host with this fate; local_no_route for what is not TCP over IPv4
};

/// The hosts of 10.0.0.0/8, without any state: a reply follows from the packet and the fate of its destination alone
/// (RFC 9293). SYN: SYN-ACK, RST, ICMP host unreachable, or nothing. Data is acknowledged and thrown away, FIN is
/// answered with FIN, an RST or a bare ACK with nothing.
///
/// Where the web is on, a packet between an open host and a port that it listens on is mirrored: turned around, it is a
/// packet from that host to this machine, where the built-in server listens at the device's own address; so both ends
/// of the connection are the kernel's. Both addresses count alike in the checksum, which stays right.
class TunHosts {
 public:
  explicit TunHosts(const WorldSpec& spec);
  TunReply answer(std::span<const std::uint8_t> packet, std::span<std::uint8_t, tun_reply_max> reply) const;

 private:
  WorldSpec spec_;
  std::bitset<65'536> ports_;
};

/// Exchanges the addresses of an IPv4 packet.
void turn_around(std::span<std::uint8_t> packet);

/// The Internet checksum of RFC 1071 in host order, over an even or odd number of bytes; 0 over data that holds its own
/// right checksum.
std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes, std::uint64_t sum = 0);

}  // namespace atonce
