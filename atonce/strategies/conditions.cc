#include "atonce/strategies/conditions.h"

#include <algorithm>

namespace atonce {

void Conditions::note(Taint taint, Instant from, Instant until) {
  const std::uint64_t count = count_.load(std::memory_order_relaxed);
  // Two troubles may go on at once, each extended in turn.
  for (std::uint64_t i = count; i > 0 && count - i < kept; --i) {
    Slot& last = slots_[(i - 1) % kept];
    if (last.taint.load(std::memory_order_relaxed) == taint) {
      if (from.time_since_epoch().count() > last.until_ns.load(std::memory_order_relaxed)) break;
      last.from_ns.store(
          std::min<std::int64_t>(last.from_ns.load(std::memory_order_relaxed), from.time_since_epoch().count()),
          std::memory_order_release);
      last.until_ns.store(
          std::max<std::int64_t>(last.until_ns.load(std::memory_order_relaxed), until.time_since_epoch().count()),
          std::memory_order_release);
      return;
    }
  }
  Slot& slot = slots_[count % kept];
  slot.from_ns.store(from.time_since_epoch().count(), std::memory_order_relaxed);
  slot.until_ns.store(until.time_since_epoch().count(), std::memory_order_relaxed);
  slot.taint.store(taint, std::memory_order_relaxed);
  count_.store(count + 1, std::memory_order_release);
}

Conditions::Stretch Conditions::stretch(std::uint64_t number) const {
  const Slot& slot = slots_[number % kept];
  return {Instant(Duration(slot.from_ns.load(std::memory_order_acquire))),
          Instant(Duration(slot.until_ns.load(std::memory_order_acquire))), slot.taint.load(std::memory_order_acquire)};
}

std::optional<Conditions::Stretch> Conditions::overlapping(Instant from, Instant until, bool resolver_too) const {
  const std::uint64_t count = stretches();
  for (std::uint64_t i = count; i > 0 && count - i < kept; --i) {
    const Stretch seen = stretch(i - 1);
    if (!resolver_too && seen.taint == Taint::resolver) continue;
    if (seen.from <= until && from <= seen.until) return seen;
  }
  return std::nullopt;
}

bool Conditions::taints(const Outcome& outcome) const {
  return is_voidable(outcome.verdict) &&
         overlapping(outcome.started, outcome.finished, row_of(outcome.verdict).blame == Blame::resolver);
}

}  // namespace atonce
