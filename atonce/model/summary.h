#pragma once

#include <cstdint>
#include <string>

#include "atonce/model/duration.h"
#include "atonce/model/tally.h"
#include "atonce/model/witness_report.h"

namespace atonce {

/// What a run came to: the account at its end.
struct Summary {
  std::string job = "probe";
  std::string strategy;            ///< as chosen, "threads:20"
  std::string engine;              ///< "ring", "epoll", "blocking"
  std::uint32_t window = 0;        ///< in flight at most
  std::uint64_t lines_read = 0;    ///< of the list; 0 where not counted
  std::uint64_t targets_read = 0;  ///< what the lines came to: the unit of the account
  Tally tally;
  Duration wall{};                   ///< of the last session, or of all of them: see `sessions`
  std::uint64_t sessions = 1;        ///< that `wall` is of
  Duration lateness_max{};           ///< how late our own loop was at most
  std::uint64_t shortages = 0;       ///< local shortages met, each waited out
  std::uint64_t drops = 0;           ///< packets thrown away on this machine meanwhile, by any program
  std::uint64_t rows_unwritten = 0;  ///< outcomes that the output could not take
  std::uint64_t voided = 0;          ///< answers that a tainted stretch made void; their targets were tried again
  std::uint64_t settled_before = 0;  ///< verdicts that earlier sessions of this run had kept; `tally` has them too
  WitnessReport witness;             ///< what was measured of our own errors
  Instant started{};                 ///< what the stretches of the witness are told from
  std::string ceiling;  ///< what this machine and path carry, as "11,000 starts/s: net.core.netdev_max_backlog = 1000"
  std::string run_folder;  ///< where the run is kept; empty: nowhere
  bool interrupted = false;
};

/// A batch failed: what was asked of an answer, if only that there is one, did not hold. Or a file that was read back
/// is not the one that was written.
inline bool assertion_failed(const Summary& summary) {
  if (summary.tally.of(Verdict::corrupt) > 0) return true;
  return summary.job == "batch" && summary.tally.batches_failed + summary.tally.of(Verdict::assert_failed) > 0;
}

/// How many targets were settled within `wall`.
inline std::uint64_t settled_meanwhile(const Summary& summary) {
  const std::uint64_t others =
      summary.tally.of(Verdict::unfinished) + (summary.sessions == 1 ? summary.settled_before : 0);
  return summary.tally.total() > others ? summary.tally.total() - others : 0;
}

/// Every target that was read has exactly one verdict.
inline bool balanced(const Summary& summary) { return summary.targets_read == summary.tally.total(); }

}  // namespace atonce
