#include "atonce/model/phase.h"

#include <algorithm>

namespace atonce {
namespace {

struct Milestone {
  Phase phase;      ///< what ends with it
  Instant reached;  ///< the epoch: it was not
};

/// An https request that did not get as far as to be sent was held up by TLS, any other by what comes behind it.
bool wanted_tls(const Outcome& outcome) {
  return outcome.exchange->secured != Instant{} || outcome.target.url.starts_with("https:");
}

}  // namespace

TimedPhases timed_phases_of(const Outcome& outcome) {
  TimedPhases stretches;
  if (outcome.started == Instant{}) return stretches;
  if (outcome.due != Instant{}) stretches.add(Phase::queue, outcome.due, outcome.started);
  if (is_file(outcome.target)) {
    stretches.add(Phase::disk, outcome.started, outcome.finished);
    return stretches;
  }
  std::array<Milestone, 5> way{{{Phase::lookup, outcome.resolved}, {Phase::connect, outcome.connected}}};
  std::size_t steps = 2;
  if (outcome.exchange) {
    const Exchange& exchange = *outcome.exchange;
    if (wanted_tls(outcome)) way[steps++] = {Phase::secure, exchange.secured};
    way[steps++] = {Phase::answer, exchange.answered};
    way[steps++] = {Phase::receive, outcome.finished};
  }
  Instant at = outcome.started;
  for (const Milestone& step : std::span(way).first(steps)) {
    if (step.reached == Instant{}) {
      stretches.add(step.phase, at, outcome.finished);
      return stretches;
    }
    const Instant reached = std::clamp(step.reached, at, std::max(at, outcome.finished));
    stretches.add(step.phase, at, reached);
    at = reached;
  }
  return stretches;
}

}  // namespace atonce
