#pragma once

#include <deque>
#include <optional>

#include "atonce/model/outcome.h"
#include "atonce/strategies/conditions.h"

namespace atonce {

/// Holds silences back until the witness of the run has vouched for the time in which they were waited for: that an
/// uplink is away is known only a little later. Bounded by the window: what is silent took a time-out to become so.
class Quarantine {
 public:
  explicit Quarantine(const Conditions& conditions) : conditions_(conditions) {}

  /// Takes a silence whose time is not vouched for yet; false, and nothing is taken, for any other outcome.
  bool take(Outcome& outcome);
  /// The next that is vouched for by now, judged again by what is known now; with `all`, any.
  std::optional<Outcome> release(Instant now, bool all = false);
  std::size_t size() const { return held_.size(); }

 private:
  bool is_vouched(Instant finished) const;

  const Conditions& conditions_;
  std::deque<Outcome> held_;
};

}  // namespace atonce
