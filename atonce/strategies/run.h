#pragma once

#include <functional>

#include "atonce/model/outcome_sink.h"
#include "atonce/model/tally.h"
#include "atonce/strategies/autopilot.h"
#include "atonce/strategies/laps.h"
#include "atonce/strategies/strategy.h"
#include "atonce/strategies/witness.h"

namespace atonce {

/// How far a run is; what a progress display shows.
struct RunState {
  const Tally* tally = nullptr;
  std::uint64_t claimed = 0;    ///< targets taken from the source
  std::uint64_t unsettled = 0;  ///< of these, tried and waiting for a later lap
  unsigned lap = 1;
  std::uint64_t lap_size = 0;     ///< targets that this lap tries again; 0 in the first
  double rate = 0;                ///< starts a second at most, now; 0: no bound
  std::optional<double> ceiling;  ///< starts a second at which the autopilot met a wall
  std::string_view wall_met;      ///< what it was, in words
  std::uint64_t shortages = 0;    ///< local shortages met so far
  std::uint64_t drops = 0;        ///< packets thrown away on this machine since the run began
  Duration elapsed{};
  Duration lateness_max{};
  std::uint32_t window = 0;
  bool stopping = false;

  std::uint64_t in_flight() const { return claimed - unsettled - tally->total(); }
};

/// What a run came to.
struct RunResult {
  Tally tally;
  std::uint64_t claimed = 0;
  std::uint64_t rows_unwritten = 0;  ///< outcomes that the sink could not take
  std::uint64_t shortages = 0;
  std::uint64_t drops = 0;
  std::uint64_t voided = 0;  ///< tries of a tainted stretch
  unsigned laps = 1;
  std::optional<double> ceiling;  ///< starts a second at which the autopilot met a wall
  std::string wall_met;           ///< what it was, in words
  WitnessReport witness;
  Instant started{};
  Duration wall{};
  Duration lateness_max{};
  Staffing staffing;
  int sink_error = 0;   ///< errno of the sink (ENOSPC, EPIPE); 0 when every row was taken
  std::string failure;  ///< a bug of ours that ended a worker; empty in a sound run
};

/// Runs every target of the list through the job with one strategy and hands each outcome to the sink, on the calling
/// thread. `watch` is called when the run begins, and then about ten times a second. Returns when the list is done, or
/// `control` says stop, or the sink fails. What an earlier session of the run has settled (`resumption`) counts and is
/// not done again.
RunResult run_strategy(const Plan& plan, const StrategyRow& strategy, const Staffing& staffing, const JobRow& job,
                       TargetList& list, OutcomeSink& sink, Control& control,
                       const std::function<void(const RunState&)>& watch = {}, const Resumption* resumption = nullptr);

}  // namespace atonce
