#pragma once

#include <algorithm>
#include <cstdint>

#include "atonce/model/duration.h"

namespace atonce {

/// A queue of this machine that overflows in a burst: of the SYNs of one window no more than `syns_max` go out, the
/// others are thrown away here, and counted. Linux does so with net.core.netdev_max_backlog.
struct RateWall {
  std::uint32_t syns_max = 1'000;
  Duration window = std::chrono::milliseconds(100);
};

class SimRateWall {
 public:
  explicit SimRateWall(const RateWall& rule) : rule_(rule) {}

  bool passes(Instant at) {
    const std::int64_t window = at.time_since_epoch() / rule_.window;
    if (window > window_) {
      window_ = window;
      in_window_ = 0;
    }
    if (in_window_++ < rule_.syns_max) return true;
    ++dropped_;
    return false;
  }
  std::uint64_t dropped() const { return dropped_; }

 private:
  RateWall rule_;
  std::int64_t window_ = 0;
  std::uint32_t in_window_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace atonce
