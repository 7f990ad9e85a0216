#pragma once

#include <cstdint>
#include <exception>
#include <mutex>

#include "atonce/jobs/job.h"
#include "atonce/model/plan.h"
#include "atonce/runtime/fault_plan.h"
#include "atonce/runtime/io.h"
#include "atonce/strategies/control.h"
#include "atonce/strategies/outbox.h"
#include "atonce/strategies/target_source.h"

namespace atonce {

/// What every worker of a run needs, whatever the strategy.
struct Sweep {
  const JobSetting& setting;
  const JobRow& job;
  TargetSource& source;
  Handover& handover;
  Control& control;
  bool wants_starts = false;
  bool confirms_in_place = false;  ///< what did not answer is tried again at once, not in a later lap
  FaultPlan faults{};              ///< what goes wrong in the engines of the workers; for tests
};

/// Streams targets from the source through the job on one loop, with at most `window` in flight, and hands the outcomes
/// over. Every target that it claims gets exactly one outcome. Memory follows the window, never the list.
///
/// A local shortage (descriptors, ports, memory) is not a verdict: the job waits, the window shrinks, and it is tried
/// again.
void run_sweep(Io& io, Sweep& sweep, std::uint32_t window);

}  // namespace atonce
