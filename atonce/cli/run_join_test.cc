#include "atonce/cli/run_join.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "atonce/cli/test_runs.h"

namespace atonce {
namespace {

using enum Verdict;
using testing::ElementsAre;

/// Two runs over two lists.
class RunJoin : public testing::Test {
 protected:
  void keep(const std::string& name, const std::string& list, const std::vector<Verdict>& verdicts) {
    write_file(folder_ / (name + ".txt"), list);
    std::vector<TestTry> tries;
    for (std::size_t i = verdicts.size(); i-- > 0;) tries.push_back({test_outcome(i, verdicts[i])});
    keep_run(folder_ / name, folder_ / (name + ".txt"), tries, true);
  }

  RunDiff join(const JoinLimits& limits = {}) {
    const auto before = look_at_run(folder_ / "before"), after = look_at_run(folder_ / "after");
    EXPECT_TRUE(before && after);
    RunVerdicts before_verdicts, after_verdicts;
    EXPECT_TRUE(read_journal_of(*before, before_verdicts));
    EXPECT_TRUE(read_journal_of(*after, after_verdicts));
    const auto diff = join_runs(*before, before_verdicts, *after, after_verdicts, limits);
    EXPECT_TRUE(diff) << diff.error().text;
    return diff.value_or(RunDiff{});
  }

  TestFolder folder_;
};

std::vector<std::string> told(const RunDiff& diff) {
  std::vector<std::string> words;
  for (const ChangedTarget& changed : diff.changes)
    words.push_back(changed.target + " " + std::string(all_changes[static_cast<std::size_t>(changed.change)].name));
  return words;
}

TEST_F(RunJoin, MatchesTargetsByHostAndPortWhereverTheyStand) {
  keep("before", "a.example\nb.example\nc.example\n192.0.2.1\n", {open, closed, timeout, open});
  keep("after", "192.0.2.1\nnew.example\nC.example.\nb.example:443\n", {closed, open, open, closed});
  const RunDiff diff = join();
  EXPECT_EQ(diff.in_both, 3u);
  EXPECT_EQ(diff.same, 1u);
  EXPECT_EQ(diff.only_before, 1u);
  EXPECT_EQ(diff.only_after, 1u);
  EXPECT_THAT(told(diff), ElementsAre("192.0.2.1:443 closed", "c.example:443 opened"));
}

TEST_F(RunJoin, PairsRepeatedLinesInTheirOrder) {
  keep("before", "a.example\na.example\na.example\n", {open, closed, open});
  keep("after", "a.example\na.example\n", {open, open});
  const RunDiff diff = join();
  EXPECT_EQ(diff.same, 1u);
  EXPECT_EQ(diff.only_before, 1u);
  EXPECT_THAT(told(diff), ElementsAre("a.example:443 opened"));
}

TEST_F(RunJoin, CountsATargetWithoutAVerdictAsUnsettled) {
  keep("before", "a.example\nb.example\n", {open});
  keep("after", "a.example\nb.example\n", {open, closed});
  EXPECT_EQ(join().unsettled, 1u);
}

TEST_F(RunJoin, GivesTheSameInManyPassesAsInOne) {
  std::string list;
  std::vector<Verdict> before, after;
  for (int i = 0; i < 500; ++i) {
    list += "h" + std::to_string(i) + ".example\n";
    before.push_back(i % 3 == 0 ? open : closed);
    after.push_back(i % 5 == 0 ? open : closed);
  }
  keep("before", list, before);
  keep("after", list, after);
  const RunDiff whole = join(), parts = join({.targets_per_pass = 60});
  EXPECT_EQ(whole.in_both, 500u);
  EXPECT_EQ(whole.by_change, parts.by_change);
  EXPECT_EQ(told(whole), told(parts));
  const RunDiff few = join({.changes_told_max = 7});
  EXPECT_EQ(few.changes.size(), 7u);
  EXPECT_EQ(few.untold, whole.changes.size() - 7);
}

TEST_F(RunJoin, MeasuresItsNoiseByTheSecondLaps) {
  keep("before", "a.example\nb.example\n", {open, open});
  write_file(folder_ / "after.txt", "a.example\nb.example\n");
  Outcome again = test_outcome(0, open);
  again.lap = 2;
  again.overturned = true;
  Outcome silent = test_outcome(1, timeout);
  silent.lap = 2;
  keep_run(folder_ / "after", folder_ / "after.txt",
           {{test_outcome(0, timeout), false}, {test_outcome(1, timeout), false}, {again}, {silent}}, true);
  const RunDiff diff = join();
  EXPECT_EQ(diff.noise.tried_again, 2u);
  EXPECT_EQ(diff.noise.overturned, 1u);
  EXPECT_THAT(told(diff), ElementsAre("b.example:443 vanished"));
}

}  // namespace
}  // namespace atonce
