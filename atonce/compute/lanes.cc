#include "atonce/compute/lanes.h"

namespace atonce {

NormalLanes::NormalLanes(const Xoshiro256& first) : lanes(first) {
  Xoshiro256 next = first;
  for (std::size_t lane = 0; lane < lane_count; ++lane) next.jump();  // Behind those of the lanes.
  for (Xoshiro256& generator : aside) {
    generator = next;
    next.jump();
  }
}

double NormalLanes::total() const {
  double sum = 0;
  for (const double lane : sums) sum += lane;
  for (const double lane : aside_sums) sum += lane;
  return sum;
}

}  // namespace atonce
