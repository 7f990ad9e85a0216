#pragma once

#include <optional>
#include <vector>

#include "atonce/model/address.h"
#include "atonce/runtime/sim_burst_loss.h"
#include "atonce/runtime/sim_rate_wall.h"
#include "atonce/runtime/sim_stretch.h"
#include "atonce/runtime/sim_swizzle.h"

namespace atonce {

/// What changes between us and the hosts as time goes by, beside the rule of each host. Every packet is judged at the
/// instant when it is sent, the repetitions of a SYN too. Loopback has no weather.
class SimWeather {
 public:
  SimWeather(Seed seed, Instant start) : seed_(seed), start_(start) {}

  /// Our uplink is away: everything that is sent meanwhile, or sent to us, is lost.
  void outage(Instant from, Instant until) { outages_.push_back({from, until}); }
  /// See SimSwizzle.
  void swizzle(unsigned groups, Instant from, Duration step);
  void bursts(const BurstLoss& rule) { bursts_.emplace(SimRandom(seed_, stream_bursts), rule, start_); }
  void rate_wall(const RateWall& rule) { wall_.emplace(rule); }

  /// SYNs that this machine threw away.
  std::uint64_t local_drops() const { return wall_ ? wall_->dropped() : 0; }

  /// Whether a packet between us and `host` is lost.
  bool loses(const IpAddress& host, Instant at);
  /// Whether a SYN to `host` leaves this machine, counted against the wall.
  bool passes_wall(const IpAddress& host, Instant at) { return !wall_ || host.is_loopback() || wall_->passes(at); }

  /// Whether our uplink was away at some time between the two.
  bool uplink_away_between(Instant first, Instant last) const;
  /// Whether a swizzle silenced `host` at some time between the two.
  bool swizzled_between(const IpAddress& host, Instant first, Instant last) const;
  /// Whether packets were lost in a burst at some time between the two.
  bool burst_between(Instant first, Instant last) { return bursts_ && bursts_->bad_between(first, last); }

 private:
  static constexpr std::uint64_t stream_bursts = 8;
  static constexpr std::uint64_t stream_swizzle = 100;

  Seed seed_;
  Instant start_;
  std::vector<Stretch> outages_;
  std::vector<SimSwizzle> swizzles_;
  std::optional<SimBurstLoss> bursts_;
  std::optional<SimRateWall> wall_;
};

}  // namespace atonce
