#pragma once

#include "atonce/cli/round_process.h"
#include "atonce/cli/setting.h"

namespace atonce {

/// The whole list with one strategy; to warm up, its first thousand lines. A write has a folder of its own for each
/// round.
RoundBody round_of_list(const Setting& setting, const StrategyChoice& choice, const Staffing& staffing, bool warm_up);

/// All questions and parts of an overlap with one strategy, each of them a target: the questions, then the parts.
RoundBody round_of_overlap(const Plan& plan, const StrategyChoice& choice, const Staffing& staffing,
                           const std::vector<Endpoint>& servers);

}  // namespace atonce
