#include "atonce/runtime/sim_weather.h"

#include <algorithm>

namespace atonce {

void SimWeather::swizzle(unsigned groups, Instant from, Duration step) {
  swizzles_.emplace_back(SimRandom(seed_, stream_swizzle + swizzles_.size()), groups, from, step);
}

bool SimWeather::uplink_away_between(Instant first, Instant last) const {
  return std::ranges::any_of(outages_, [&](const Stretch& outage) { return outage.overlaps(first, last); });
}

bool SimWeather::swizzled_between(const IpAddress& host, Instant first, Instant last) const {
  return std::ranges::any_of(swizzles_,
                             [&](const SimSwizzle& swizzle) { return swizzle.silence_of(host).overlaps(first, last); });
}

bool SimWeather::loses(const IpAddress& host, Instant at) {
  if (host.is_loopback()) return false;
  return uplink_away_between(at, at) || swizzled_between(host, at, at) || (bursts_ && bursts_->loses(at));
}

}  // namespace atonce
