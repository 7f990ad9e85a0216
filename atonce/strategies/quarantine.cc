#include "atonce/strategies/quarantine.h"

#include <utility>

namespace atonce {
namespace {

// A witness that says nothing for so long has died, or this machine gave it no time; nobody waits for it any longer.
constexpr Duration patience = std::chrono::seconds(10);

}  // namespace

bool Quarantine::is_vouched(Instant finished) const {
  return conditions_.vouched_until_ns.load(std::memory_order_acquire) >= finished.time_since_epoch().count();
}

bool Quarantine::take(Outcome& outcome) {
  if (!is_silence(outcome.verdict) || is_vouched(outcome.finished)) return false;
  held_.push_back(std::move(outcome));
  return true;
}

std::optional<Outcome> Quarantine::release(Instant now, bool all) {
  if (held_.empty()) return std::nullopt;
  Outcome& first = held_.front();
  if (!all && !is_vouched(first.finished) && now - first.finished < patience) return std::nullopt;
  if (conditions_.taints(first)) first.doubts |= Doubt::tainted;
  std::optional<Outcome> outcome = std::move(first);
  held_.pop_front();
  return outcome;
}

}  // namespace atonce
