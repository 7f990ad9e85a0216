#pragma once

#include <cstdint>
#include <vector>

#include "atonce/cli/kept_run.h"
#include "atonce/reports/run_diff.h"
#include "atonce/results/keeper.h"

namespace atonce {

/// The verdict on each target of a run, by its index, in four bytes each; and what its second lap overturned.
class RunVerdicts final : public JournalVisitor {
 public:
  void entry(const JournalEntry& entry) override;
  /// `unfinished` where there is none yet.
  RunVerdict of(std::uint64_t index) const;
  const LapNoise& noise() const { return noise_; }

 private:
  SettledSet settled_;
  std::vector<std::uint32_t> packed_;
  Exchange exchange_;  ///< kept for its room
  LapNoise noise_;
};

/// Bounds of a comparison; the memory it takes follows them and not the lists.
struct JoinLimits {
  // 24 bytes for each target of a pass, in each run: about 100 MB.
  std::size_t targets_per_pass = 2'000'000;
  std::size_t changes_told_max = 1'000'000;
};

/// Compares two runs target by target: those with the same host and port, or the same URL, are one target, and where
/// one stands several times in a list, the first there belongs to the first here. Lists longer than a pass are read
/// several times. Complains when a list is not there or not the one that its run began with.
Parsed<RunDiff> join_runs(const KeptRunFolder& before, const RunVerdicts& before_verdicts, const KeptRunFolder& after,
                          const RunVerdicts& after_verdicts, const JoinLimits& limits = {});

}  // namespace atonce
