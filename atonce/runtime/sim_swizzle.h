#pragma once

#include <vector>

#include "atonce/model/address.h"
#include "atonce/runtime/sim_random.h"
#include "atonce/runtime/sim_stretch.h"

namespace atonce {

/// The hosts of the world stop answering, one group after another, and come back in another random order: a network
/// that heals in the worst order that chance finds.
///
/// Source: "swizzle-clogging", Wilson, "Testing distributed systems w/ deterministic simulation", Strange Loop 2014.
class SimSwizzle {
 public:
  /// From `from` on, one of `groups` of hosts stops at every `step`; when the last one has, they come back at the same
  /// pace.
  SimSwizzle(SimRandom dice, unsigned groups, Instant from, Duration step);

  /// When this host does not answer.
  const Stretch& silence_of(const IpAddress& host) const;

 private:
  std::uint64_t salt_;
  std::vector<Stretch> silences_;
};

}  // namespace atonce
