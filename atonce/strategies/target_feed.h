#pragma once

#include <optional>
#include <span>
#include <vector>

#include "atonce/runtime/task.h"
#include "atonce/strategies/sweep.h"

namespace atonce {

/// Where the next target of one loop comes from, and when it is due: the list, chunk for chunk, at the pace of the run.
/// Nothing comes while too much is unwritten or the uplink is away, nor after the run was asked to stop.
class TargetFeed {
 public:
  /// Claims so many targets at a time. `io` and `sweep` outlive it.
  TargetFeed(Io& io, Sweep& sweep, std::size_t chunk);

  /// The outcome to fill for the next target, once that is due; nothing at the end of the list or of the run.
  Task<std::optional<Outcome>> next();
  /// The same into an empty outcome without waiting: false where nothing is claimed that is due by `now`.
  bool next_by(Instant now, Outcome& outcome);

  /// The schedule is over, and what was due on it could not begin: everything else was still under way.
  bool missed_schedule() const;
  /// What was claimed and never given.
  std::span<Target> left_over() { return std::span(claimed_).subspan(claimed_next_); }

 private:
  bool claim();
  bool is_paced() const;
  /// When the next target is due: now, or when its turn on the schedule comes.
  Instant claim_due(Instant now);
  Instant claim_place_on_schedule(Instant now);
  std::int64_t burst_of(std::int64_t interval_ns) const;

  Io& io_;
  Sweep& sweep_;
  const std::size_t chunk_;
  std::vector<Target> claimed_;
  std::size_t claimed_next_ = 0;
  std::optional<Instant> next_due_;  ///< a turn on the schedule that is claimed, and has not come
  unsigned starts_in_turn_ = 0;
};

}  // namespace atonce
