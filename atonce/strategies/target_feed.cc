#include "atonce/strategies/target_feed.h"

#include <utility>

#include "atonce/runtime/rate.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

// A rate is kept on average; starts that fell behind by this much are made up for.
constexpr Duration burst_max = 2ms;
// While the uplink is away, it is asked again so often whether it is back.
constexpr Duration hold_interval = 20ms;
// On a schedule, what starts later than this behind its end has missed it.
constexpr Duration lateness_allowed = 1s;

}  // namespace

TargetFeed::TargetFeed(Io& io, Sweep& sweep, std::size_t chunk) : io_(io), sweep_(sweep), chunk_(chunk) {
  std::int64_t unset = 0;
  if (sweep.setting.plan.pacing.rate)
    sweep.control.interval_ns.compare_exchange_strong(unset, Rate::interval_of(*sweep.setting.plan.pacing.rate));
}

Task<std::optional<Outcome>> TargetFeed::next() {
  if (++starts_in_turn_ >= sweep_.job.starts_per_turn) {
    starts_in_turn_ = 0;
    (void)co_await yield(io_);
  }
  while (claimed_next_ == claimed_.size()) {
    if (sweep_.control.stopping()) co_return std::nullopt;
    if (sweep_.handover.backlog() < backlog_max && claim()) break;
    if (sweep_.source.ended()) co_return std::nullopt;
    if (!co_await sleep_for(io_, 1ms)) co_return std::nullopt;
  }
  while (sweep_.control.conditions.hold.load(std::memory_order_relaxed) && !sweep_.control.stopping())
    if (!co_await sleep_for(io_, hold_interval)) co_return std::nullopt;
  const Instant due = claim_due(io_.now());
  if (is_paced() && !co_await sleep_until(io_, due)) co_return std::nullopt;
  if (sweep_.control.stopping()) co_return std::nullopt;
  co_return Outcome{.target = std::move(claimed_[claimed_next_++]), .due = due};
}

bool TargetFeed::next_by(Instant now, Outcome& outcome) {
  const bool held = sweep_.control.conditions.hold.load(std::memory_order_relaxed);
  if (claimed_next_ == claimed_.size() || held || sweep_.control.stopping()) return false;
  outcome.due = claim_due(now);
  if (outcome.due > now) {
    next_due_ = outcome.due;
    return false;
  }
  outcome.target = std::move(claimed_[claimed_next_++]);
  return true;
}

bool TargetFeed::claim() {
  claimed_.resize(chunk_);
  claimed_.resize(sweep_.source.claim(claimed_));
  claimed_next_ = 0;
  return !claimed_.empty();
}

bool TargetFeed::is_paced() const {
  return sweep_.setting.plan.batch.duration || sweep_.control.interval_ns.load(std::memory_order_relaxed) > 0;
}

Instant TargetFeed::claim_due(Instant now) {
  if (next_due_) return *std::exchange(next_due_, std::nullopt);
  if (sweep_.setting.plan.batch.duration) return claim_place_on_schedule(now);
  const std::int64_t interval_ns = sweep_.control.interval_ns.load(std::memory_order_relaxed);
  if (interval_ns <= 0) return now;
  return Rate::claim(sweep_.control.next_due_ns, now, interval_ns, burst_of(interval_ns));
}

Instant TargetFeed::claim_place_on_schedule(Instant now) {
  const Plan& plan = sweep_.setting.plan;
  std::int64_t unset = 0;
  sweep_.control.schedule_ends_ns.compare_exchange_strong(
      unset, (now.time_since_epoch() + *plan.batch.duration + lateness_allowed).count(), std::memory_order_relaxed);
  return Rate::claim_on_schedule(sweep_.control.next_due_ns, now, Rate::interval_of(*plan.pacing.rate));
}

bool TargetFeed::missed_schedule() const {
  const std::int64_t ends_ns = sweep_.control.schedule_ends_ns.load(std::memory_order_relaxed);
  return ends_ns != 0 && io_.now().time_since_epoch().count() > ends_ns;
}

/// A rate that somebody asked for is kept start by start; one that is steered may be made up for in small bursts, so
/// that it costs no timer for each start.
std::int64_t TargetFeed::burst_of(std::int64_t interval_ns) const {
  if (sweep_.setting.plan.pacing.rate) return 0;
  return burst_max.count() / interval_ns * interval_ns;
}

}  // namespace atonce
