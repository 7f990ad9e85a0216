#pragma once

#include "atonce/jobs/overlap.h"
#include "atonce/strategies/control.h"
#include "atonce/strategies/strategy.h"

namespace atonce {

class OverlapDesk;

/// How a strategy asks and computes. What it is made of are two coroutines, `ask_number` and `compute`, the same for
/// all; a way only says who runs which of them, and how it waits.
///
/// It is no sweep: there is one result and no list, the questions and the parts wait for each other, and what is
/// measured is how they lie beside each other in time. The account is the run's own: each question and each part has an
/// end.
struct OverlapWay {
  std::string_view strategy;  ///< a row of the table of strategies
  std::string_view help;
  void (*run)(OverlapDesk& desk);
};

std::span<const OverlapWay> all_overlap_ways();

/// Asks `plan.overlap.asks` times at the server that has these addresses, and computes `plan.overlap.parts` parts, as
/// `choice` has it; returns when the last of them has ended. `control` is shared with forked workers; a stop above zero
/// ends it soon. To be called while the process has one thread. Complains of work that cannot be begun. Throws what a
/// worker threw.
Parsed<OverlapRun> run_overlap(const Plan& plan, const StrategyChoice& choice, const Staffing& staffing,
                               const std::vector<Endpoint>& servers, Control& control, const WatchOverlap& watch);

}  // namespace atonce
