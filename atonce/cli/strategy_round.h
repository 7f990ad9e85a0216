#pragma once

#include <optional>

#include "atonce/cli/setting.h"
#include "atonce/model/comparison.h"
#include "atonce/strategies/control.h"

namespace atonce {

/// Runs the whole list with one strategy in a process of its own, so that its memory, processor time and switches are
/// its own. Nothing when it was interrupted or failed. A stop of `control` is handed on to it.
std::optional<Round> run_strategy_round(const Setting& setting, const StrategyChoice& choice, const Staffing& staffing,
                                        const Control& control);

}  // namespace atonce
