#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/duration.h"
#include "atonce/model/result.h"
#include "atonce/model/verdict.h"

namespace atonce {

/// What carries the simulated internet: the kernel's own 127.0.0.0/8, or a TUN device answered in user space.
enum class Ground : std::uint8_t { loopback, tun };

/// The fates that a name can have, in the order of the shares of a profile; an address has one of the first four.
inline constexpr std::array all_fates{Verdict::open,        Verdict::closed,      Verdict::timeout,
                                      Verdict::unreachable, Verdict::no_name,     Verdict::no_address,
                                      Verdict::dns_failure, Verdict::dns_refused, Verdict::dns_timeout};
inline constexpr std::size_t fate_count = all_fates.size();
inline constexpr std::size_t address_fate_count = 4;
/// The place of a fate among all fates; `fate_count` when it is none.
constexpr std::size_t place_of_fate(Verdict fate) {
  std::size_t place = 0;
  while (place < fate_count && all_fates[place] != fate) ++place;
  return place;
}
/// How many names of 10,000 have each fate; the sum is 10,000.
using FateShares = std::array<std::uint16_t, fate_count>;

/// What open hosts say. `plain`: every name has a page. `varied`: some are missing, broken or hostile (web_fate.h).
/// `off`: they accept and say nothing.
enum class WebKind : std::uint8_t { off, plain, varied };

/// A row of the family of worlds: help text and parser read the same rows.
struct Profile {
  std::string_view name;
  std::string_view help;
  FateShares shares{};
  Ground ground = Ground::loopback;
  Duration rtt{};        ///< there and back, on the TUN ground
  Duration jitter{};     ///< added to the round trip, uniform from zero to this
  double loss = 0;       ///< share of packets lost, in each direction
  Duration dns_delay{};  ///< median time until the resolver answers
  WebKind web = WebKind::varied;
};
std::span<const Profile> all_profiles();

/// A world, completely: equal specs give equal fates, addresses and delays, in every process and on every machine.
struct WorldSpec {
  std::string profile = "calm";
  FateShares shares{};
  std::uint64_t seed = 1;
  Ground ground = Ground::loopback;
  Duration rtt{};
  Duration jitter{};
  double loss = 0;
  Duration outage_start{};   ///< after the first SYN, on the TUN ground
  Duration outage_length{};  ///< so long no packet comes or goes; zero: never
  Duration dns_delay{};
  std::vector<std::uint16_t> ports{443};  ///< where open hosts listen; elsewhere they refuse
  /// HTTP and HTTPS on each of `ports`. On the TUN ground it is off unless asked for: each packet of a connection
  /// passes twice then, so a probe would see a slower world.
  WebKind web = WebKind::varied;
  /// False when the machine allows no network namespace: then nothing can be unreachable, and such names are closed
  /// instead.
  bool private_network = true;

  /// Where the world writes what it was asked (ask_log.h); empty: nowhere.
  std::string log;
  /// Where the hosts write which requests they answered, a line of JSON each (request_log.h); empty: nowhere.
  std::string requests;

  /// False when the machine has no IPv6: then no name has an IPv6 address. Changes no verdict.
  bool ipv6 = true;

  std::uint16_t share_of(Verdict fate) const { return shares[place_of_fate(fate)]; }
};

/// Parses "calm" or "mixed,rtt=50ms,jitter=5ms,loss=2%,outage=2s+1.5s,dns=20ms,seed=7,ground=tun,web=plain,log=FILE,
/// requests=FILE"; "" is "calm". A round trip, jitter, loss or outage (from when after the first SYN, for how long)
/// needs the TUN ground and chooses it by itself. Round trips end at 2 s, loss at 90 %, outages begin within a day and
/// end within another.
Parsed<WorldSpec> parse_world_spec(std::string_view text);

/// The web of a profile's open hosts, whatever its ground.
WebKind web_of_profile(std::string_view profile);

/// The text that parses back to the same world (ports and logs apart): what a report prints so that a run can be
/// repeated.
std::string write_world_spec(const WorldSpec& spec);

}  // namespace atonce
