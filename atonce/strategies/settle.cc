#include "atonce/strategies/settle.h"

#include <algorithm>
#include <cmath>

namespace atonce {
namespace {

// An outage that lasts longer than so many laps is not waited out any longer.
constexpr unsigned void_tries_max = 4;
// A loop that was late for a larger part of the waiting has not really waited.
constexpr unsigned lateness_share = 4;

// Where the kernel does not tell how many SYNs it sent: it repeats the first one after a second (RFC 6298, 2.1).
constexpr std::uint32_t first_repetition_ms = 1'000;

/// Nothing but the first SYN was sent.
bool rests_on_one_syn(const Evidence& evidence) {
  return evidence.syns == 1 || (evidence.syns == 0 && evidence.waited_ms < first_repetition_ms);
}

// Drops come in bursts: whom they meet, they meet with several times the share of all packets.
constexpr double burst_factor = 4;
// One false silence in so many targets is believed.
constexpr double false_share_max = 1e-5;

/// Whether all SYNs of one target, or their answers, can be among the packets that were thrown away here.
bool may_have_been_dropped(const Evidence& evidence) {
  if (evidence.drops == 0) return false;
  const double share = burst_factor * evidence.drops / std::max(1u, evidence.sent);
  return std::pow(std::min(share, 1.0), std::max<unsigned>(evidence.syns, 1)) > false_share_max;
}

// One false silence in so many targets that answer is believed after several tries.
constexpr double false_share_of_tries = 1e-6;

bool is_ours(Verdict verdict) { return verdict == Verdict::local_shortage || verdict == Verdict::local_error; }

/// Which doubts stand after this try, the `counted`th that counts, together with what was found before.
Doubts doubts_after(const Unsettled& before, const Outcome& outcome, unsigned counted, double missed_share) {
  Doubts doubts = outcome.doubts;
  if (!wants_confirmation(outcome.verdict) || before.counted == 0) return doubts;
  if (before.outcome.verdict != outcome.verdict) doubts |= Doubt::disagreement;
  if (!is_silence(outcome.verdict)) return doubts;
  // Two silent tries sent two SYNs at least, at different times: enough, unless much gets lost.
  doubts = doubts.without(Doubt::few_syns);
  if (std::pow(missed_share, counted) > false_share_of_tries) doubts |= Doubt::few_syns;
  return doubts;
}

}  // namespace

Doubts doubts_of(const Outcome& outcome, bool tainted) {
  Doubts doubts;
  if (!is_voidable(outcome.verdict)) return doubts;
  if (tainted) doubts |= Doubt::tainted;
  if (!is_silence(outcome.verdict) && !is_stall(outcome.verdict)) return doubts;
  const Evidence& evidence = outcome.evidence;
  if (evidence.lateness_ms * lateness_share > evidence.waited_ms) doubts |= Doubt::late_loop;
  if (is_stall(outcome.verdict)) return doubts;  // The kernel sends again what is lost of a connection that stands.
  if (may_have_been_dropped(evidence)) doubts |= Doubt::local_drops;
  if (outcome.verdict == Verdict::timeout && rests_on_one_syn(evidence)) doubts |= Doubt::few_syns;
  return doubts;
}

std::optional<Unsettled> settle(const TrustOptions& trust, const Unsettled* before, Outcome& outcome,
                                double missed_share) {
  if (outcome.verdict == Verdict::unfinished) return std::nullopt;  // Stopped: a run that carries on asks again.
  static const Unsettled first{.outcome = {}, .counted = 0};
  const Unsettled& known = before != nullptr ? *before : first;
  const bool tainted = outcome.doubts.has(Doubt::tainted);
  if (before != nullptr) {
    outcome.lap = static_cast<std::uint8_t>(std::min(known.outcome.lap + 1, 255));
    outcome.tries = static_cast<std::uint16_t>(outcome.tries + known.outcome.tries);
  }
  const auto counted = static_cast<std::uint8_t>(known.counted + (tainted ? 0 : 1));
  outcome.doubts = doubts_after(known, outcome, counted, missed_share);
  const bool unproven = wants_confirmation(outcome.verdict);
  const bool failed_here = before != nullptr && is_ours(outcome.verdict);
  const bool agreed = known.counted > 0 && unproven && !outcome.doubts.any();
  const unsigned voided = outcome.lap - counted;
  const bool wants_more =
      tainted ? voided <= void_tries_max : (unproven || failed_here) && !agreed && counted <= trust.confirm;
  if (wants_more && !is_sent(outcome)) {
    Unsettled again{outcome, counted};
    if (failed_here && known.counted > 0) again.outcome.verdict = known.outcome.verdict;
    return again;
  }
  if (known.counted > 0 && !unproven && !failed_here) outcome.overturned = known.outcome.verdict != outcome.verdict;
  return std::nullopt;
}

}  // namespace atonce
