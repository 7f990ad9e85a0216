#pragma once

#include <optional>

#include "atonce/model/outcome.h"
#include "atonce/model/plan.h"

namespace atonce {

/// What is known of a target whose answer is not settled yet.
struct Unsettled {
  Outcome outcome;
  std::uint8_t counted = 0;  ///< tries that count: those of a tainted stretch are void
};

/// What one try cannot prove: silence, for packets get lost; and whatever a resolver is blamed for, since one that is
/// asked too much at once, or whose own servers are, fails names that it knows a moment later.
constexpr bool wants_confirmation(Verdict verdict) {
  return is_silence(verdict) || row_of(verdict).blame == Blame::resolver;
}

/// Why `outcome` may be wrong through us, by its evidence; an answer of the target itself is beyond doubt.
Doubts doubts_of(const Outcome& outcome, bool tainted);

/// Joins a try with what earlier laps found, if any, and says whether that settles the target. If so, `outcome` is the
/// final one; if not, what is returned is to be tried again.
///
/// An answer settles it, and overturns an earlier silence. What wants confirmation settles it when two tries agree and
/// the later one rests on sound evidence, or when `trust.confirm` further tries are spent; then it stays in doubt. A
/// try in a tainted stretch does not count, whatever `confirm` says, for a bounded number of times. What was sent and
/// must not be repeated is settled, whatever came of it.
///
/// `missed_share`: of the targets of this run that answer, the part that a try misses. Where it is so large that all
/// tries of one target may well have missed it, their agreement proves nothing.
std::optional<Unsettled> settle(const TrustOptions& trust, const Unsettled* before, Outcome& outcome,
                                double missed_share = 0);

}  // namespace atonce
