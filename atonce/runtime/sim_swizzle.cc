#include "atonce/runtime/sim_swizzle.h"

#include <numeric>
#include <utility>

#include "atonce/runtime/sim_core.h"

namespace atonce {
namespace {

std::vector<int> random_order(SimRandom& dice, unsigned count) {
  std::vector<int> order(count);
  std::iota(order.begin(), order.end(), 0);
  for (std::uint32_t left = count; left > 1; --left) std::swap(order[left - 1], order[dice.below(left)]);
  return order;
}

}  // namespace

SimSwizzle::SimSwizzle(SimRandom dice, unsigned groups, Instant from, Duration step) : salt_(dice.next()) {
  const std::vector<int> stops = random_order(dice, groups);
  const std::vector<int> returns = random_order(dice, groups);
  const Instant healing = from + static_cast<int>(groups) * step;
  for (unsigned group = 0; group < groups; ++group)
    silences_.push_back({from + stops[group] * step, healing + returns[group] * step});
}

const Stretch& SimSwizzle::silence_of(const IpAddress& host) const {
  return silences_[SimRandom::mix(EndpointHash()(host) ^ salt_) % silences_.size()];
}

}  // namespace atonce
