#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/verdict.h"

namespace atonce {

/// What became of a target between two runs.
enum class Change : std::uint8_t { opened, closed, appeared, vanished, status, failed, otherwise, flaps };

/// A row of the family of changes: table, JSON and documentation read the same rows.
struct ChangeRow {
  Change change;
  std::string_view name;
  std::string_view meaning;
};

constexpr std::array all_changes{
    ChangeRow{Change::opened, "opened", "accepts connections or answers requests now, and did not"},
    ChangeRow{Change::closed, "closed", "refuses now, and accepted"},
    ChangeRow{Change::appeared, "appeared", "refuses now, and did not answer"},
    ChangeRow{Change::vanished, "vanished", "does not answer now, and did"},
    ChangeRow{Change::status, "status", "answers now with another status code"},
    ChangeRow{Change::failed, "failed", "is reached now, and fails otherwise than before"},
    ChangeRow{Change::otherwise, "otherwise", "does not answer now as before, for another reason"},
    ChangeRow{Change::flaps, "flaps", "gave two answers within one of the runs already"},
};

/// What one run knows of a target.
struct RunVerdict {
  Verdict verdict = Verdict::unfinished;
  bool unsure = false;            ///< it has a doubt
  bool flapped = false;           ///< its tries gave different answers
  std::uint16_t status_code = 0;  ///< of a complete answer; 0: none
};

/// A target whose verdict is another now.
struct ChangedTarget {
  std::string target;  ///< "example.com:443"
  Change change = Change::otherwise;
  Verdict before = Verdict::unfinished;
  Verdict after = Verdict::unfinished;
  std::uint16_t status_before = 0;  ///< as in RunVerdict
  std::uint16_t status_after = 0;
};

/// How often a first silence was a lost answer: what the second laps of both runs measured.
struct LapNoise {
  std::uint64_t tried_again = 0;
  std::uint64_t overturned = 0;
};

/// Two runs side by side. Pairs are added one by one; the changed targets are up to the caller.
struct RunDiff {
  std::string before, after;  ///< the folders
  std::uint64_t in_both = 0;  ///< pairs added
  std::uint64_t same = 0;
  std::uint64_t unsure = 0;       ///< another verdict, but one of the two is in doubt
  std::uint64_t unknown = 0;      ///< one of the verdicts says nothing of the target: ours, the resolver's, no target
  std::uint64_t only_before = 0;  ///< the other list has it not
  std::uint64_t only_after = 0;
  std::uint64_t unsettled = 0;       ///< a run has no verdict on it yet
  std::uint64_t silent = 0;          ///< sure pairs with silence on a side: what lost packets can touch
  std::uint64_t silent_changed = 0;  ///< of these, changes between silence and an answer
  std::array<std::uint64_t, all_changes.size()> by_change{};
  LapNoise noise;
  std::vector<ChangedTarget> changes;  ///< as many as are told, in the order of the lists
  std::uint64_t untold = 0;            ///< changes beyond these

  /// Counts a target that both runs have a verdict on; gives its change, if there is one to tell.
  std::optional<Change> add(const RunVerdict& before_verdict, const RunVerdict& after_verdict);
};

/// A lost packet alone can make one of these verdicts of the other.
bool noise_can_make(Verdict before, Verdict after);

/// What noise alone would make of pairs with silence on a side.
struct NoiseJudgement {
  bool measured = false;     ///< a second lap took place in one of the runs at least
  double rate = 0;           ///< of false silences; never zero: (overturned + 1) / (tried again + 2)
  double expected = 0;       ///< changes by noise alone, at most: what a second lap found silent again is rarer still
  double probability = 1;    ///< that noise alone makes as many changes as were seen, or more: the binomial tail
  bool above_noise = false;  ///< less than one in a hundred
};
NoiseJudgement judge_noise(const RunDiff& diff);

/// Whether a change is more than lost packets would make; always for answers against answers.
bool is_above_noise(const ChangedTarget& changed, const NoiseJudgement& judgement);

std::string write_run_diff(const RunDiff& diff, bool colour);
std::string write_run_diff_json(const RunDiff& diff);

}  // namespace atonce
