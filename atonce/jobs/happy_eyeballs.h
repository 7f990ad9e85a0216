#pragma once

#include <span>
#include <vector>

#include "atonce/jobs/approach.h"

namespace atonce {

/// Tries a host's addresses as browsers do: families alternate, each attempt starts 250 ms after the one before or as
/// soon as that has failed, and the first connection wins; the others are cancelled and appear as `unfinished`. None
/// starts when the time of the try is over. Source: RFC 8305 sections 4 and 5.
Task<std::vector<Attempt>> happy_eyeballs(Approach& approach, std::span<const IpAddress> addresses, std::uint16_t port);

/// The order of RFC 8305 section 4: the first address's family first, then families in turn.
std::vector<IpAddress> alternate_families(std::span<const IpAddress> addresses);

}  // namespace atonce
