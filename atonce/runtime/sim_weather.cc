#include "atonce/runtime/sim_weather.h"

#include <algorithm>

namespace atonce {

void SimWeather::swizzle(unsigned groups, Instant from, Duration step) {
  swizzles_.emplace_back(SimRandom(seed_, stream_swizzle + swizzles_.size()), groups, from, step);
}

bool SimWeather::away_between(const IpAddress& host, Instant first, Instant last) const {
  if (host.is_loopback()) return false;
  const auto overlaps = [&](const Stretch& stretch) { return stretch.overlaps(first, last); };
  return std::ranges::any_of(outages_, overlaps) ||
         std::ranges::any_of(swizzles_, [&](const SimSwizzle& each) { return overlaps(each.silence_of(host)); });
}

bool SimWeather::loses(const IpAddress& host, Instant at) {
  if (host.is_loopback()) return false;
  return away_between(host, at, at) || (bursts_ && bursts_->loses(at));
}

}  // namespace atonce
