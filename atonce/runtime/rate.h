#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>

#include "atonce/runtime/sleep.h"

namespace atonce {

/// A token bucket as one number, the instant at which the next start is due (the generic cell rate algorithm, ITU-T
/// I.371). The number may lie in memory that loops, threads or forked workers share, so one rate bounds them all
/// without a lock.
class Rate {
 public:
  /// `per_second` starts a second on average and never more than `burst` at once. `next_due_ns` is shared, and 0 at
  /// first.
  Rate(std::atomic<std::int64_t>& next_due_ns, double per_second, std::uint32_t burst = 1)
      : next_due_ns_(next_due_ns),
        interval_ns_(interval_of(per_second)),
        tolerance_ns_(std::min(tolerance_max_ns / interval_ns_, std::max<std::int64_t>(burst, 1) - 1) * interval_ns_) {}

  /// Claims the next start and tells when it is due; not before `now`. Unused time is not saved up beyond the burst.
  Instant claim(Instant now) { return claim(next_due_ns_, now, interval_ns_, tolerance_ns_); }

  /// The same with an interval that may be another each time, for a rate that is steered while it is in use.
  static Instant claim(std::atomic<std::int64_t>& next_due_ns, Instant now, std::int64_t interval_ns,
                       std::int64_t tolerance_ns) {
    const std::int64_t now_ns = now.time_since_epoch().count();
    std::int64_t due = next_due_ns.load(std::memory_order_relaxed);
    std::int64_t mine = 0;
    do mine = std::max(due, now_ns - tolerance_ns);
    while (!next_due_ns.compare_exchange_weak(due, mine + interval_ns, std::memory_order_relaxed));
    return std::max(now, Instant(Duration(mine)));
  }

  /// A start that keeps its place on the schedule although it comes late: due once each interval from the first claim
  /// on, also where that is in the past by now.
  static Instant claim_on_schedule(std::atomic<std::int64_t>& next_due_ns, Instant now, std::int64_t interval_ns) {
    std::int64_t unset = 0;
    next_due_ns.compare_exchange_strong(unset, now.time_since_epoch().count(), std::memory_order_relaxed);
    return Instant(Duration(next_due_ns.fetch_add(interval_ns, std::memory_order_relaxed)));
  }

  /// From start to start, rounded up, so that the average is never above what was asked for.
  static std::int64_t interval_of(double per_second) {
    const double interval = std::ceil(1e9 / per_second);
    if (!(interval > 0 && interval < static_cast<double>(tolerance_max_ns)))
      return per_second > 1 ? 1 : tolerance_max_ns;
    return static_cast<std::int64_t>(interval);
  }

  /// Waits for the next start's turn.
  SleepUntil wait_turn(Io& io) { return sleep_until(io, claim(io.now())); }

 private:
  // A year: longer than any run, and far from what 64 bits hold.
  static constexpr std::int64_t tolerance_max_ns = std::int64_t{365} * 86'400 * 1'000'000'000;

  std::atomic<std::int64_t>& next_due_ns_;
  std::int64_t interval_ns_;
  std::int64_t tolerance_ns_;
};

}  // namespace atonce
