#pragma once

#include <deque>

#include "atonce/runtime/sim_random.h"
#include "atonce/runtime/sim_stretch.h"

namespace atonce {

/// Loss in bursts: the way is good, then bad, then good again, each for a random time with the mean that is given; a
/// packet is lost with the share of the state that it meets.
///
/// Source: Gilbert, "Capacity of a burst-noise channel", Bell System Technical Journal 39, 1960; Elliott, 1963.
struct BurstLoss {
  Duration good_mean = std::chrono::seconds(10);
  Duration bad_mean = std::chrono::milliseconds(500);
  double loss_good = 0;
  double loss_bad = 0.5;
};

class SimBurstLoss {
 public:
  SimBurstLoss(SimRandom dice, const BurstLoss& rule, Instant start) : dice_(dice), rule_(rule), known_until_(start) {}

  /// Whether a packet that is sent at `at` is lost. Any instant that is not long before the latest that was asked for.
  bool loses(Instant at);
  /// Whether the way is bad at some time between the two, both included.
  bool bad_between(Instant first, Instant last);

 private:
  Duration draw(Duration mean);
  void know_until(Instant at);

  SimRandom dice_;
  BurstLoss rule_;
  Instant known_until_;
  std::deque<Stretch> bad_;  // In order; only what may still be asked for.
};

}  // namespace atonce
