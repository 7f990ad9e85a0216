// The processes strategy when workers die, and with the largest targets there are.

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "atonce/jobs/target_parser.h"
#include "atonce/strategies/testing.h"

namespace atonce {
namespace {

using ::testing::HasSubstr;

Task<void> open_at_once(Io&, Outcome& outcome) {
  outcome.verdict = Verdict::open;
  co_return;
}
Task<void> dies_of_every_hundredth(Io& io, Outcome& outcome) {
  if (outcome.target.index % 100 == 50) ::kill(::getpid(), SIGKILL);
  return open_at_once(io, outcome);
}
Task<void> gives_everything_back_in_capitals(Io& io, Outcome& outcome) {
  for (auto& [name, value] : outcome.target.columns) value.assign(value.size(), 'V');
  return open_at_once(io, outcome);
}

class Processes : public ::testing::Test {
 protected:
  RunResult run(const JobRow& job, TargetList& targets, std::uint32_t workers) {
    const Plan plan;
    const StrategyRow& strategy = *find_strategy("processes");
    const Staffing staffing = strategy.plan(plan, {"processes", workers}).value();
    return run_strategy(plan, strategy, staffing, job, targets, sink, *control);
  }

  KeepingSink sink;
  SharedControl control;
};

TEST_F(Processes, TheDeathOfAWorkerCostsItsTargetAndTheOthersGoOn) {
  CountedTargets targets(250);
  const RunResult result = run(job_of<dies_of_every_hundredth>, targets, 5);
  EXPECT_EQ(result.failure, "");
  EXPECT_EQ(result.tally.of(Verdict::open), 248u);
  EXPECT_EQ(result.tally.of(Verdict::local_error), 2u);
  for (const Outcome& outcome : sink.outcomes) {
    if (outcome.verdict != Verdict::local_error) continue;
    EXPECT_EQ(outcome.target.index % 100, 50u);
    EXPECT_EQ(outcome.error, EOWNERDEAD);
  }
}

TEST_F(Processes, WhatADeadWorkerMayHaveSentAndMustNotBeSentTwiceIsUnknown) {
  JobRow job = job_of<dies_of_every_hundredth>;
  job.may_repeat = [](const Plan&) { return false; };
  CountedTargets targets(250);
  EXPECT_EQ(run(job, targets, 5).tally.of(Verdict::unknown_outcome), 2u);
  for (const Outcome& outcome : sink.outcomes)
    if (outcome.verdict == Verdict::unknown_outcome) {
      EXPECT_TRUE(is_sent(outcome));
      EXPECT_THAT(outcome.exchange->detail, HasSubstr("died"));
    }
}

TEST_F(Processes, TheDeathOfAllWorkersEndsTheRunAndTheAccountStillBalances) {
  CountedTargets targets(1'000);
  const RunResult result = run(job_of<dies_of_every_hundredth>, targets, 2);
  EXPECT_THAT(result.failure, HasSubstr("every worker process died"));
  EXPECT_EQ(result.tally.of(Verdict::local_error), 2u);
  EXPECT_EQ(result.claimed, result.tally.total());
}

TEST_F(Processes, MoreWorkersThanTargetsAreNoHarm) {
  CountedTargets targets(2);
  EXPECT_EQ(run(job_of<open_at_once>, targets, 40).tally.total(), 2u);
}

/// One target with as much in it as a line can bring.
class LargestTarget final : public TargetList {
 public:
  std::size_t claim(std::span<Target> out) override {
    if (ended_) return 0;
    ended_ = true;
    out[0] = Target{.input = std::string(input_bytes_max, 'i'), .host = std::string(253, 'h'), .port = 443};
    const std::size_t each = line_bytes_max / columns_max;
    for (std::size_t i = 0; i < columns_max; ++i)
      out[0].columns.emplace_back(std::string(each, 'n'), std::string(each, 'v'));
    return 1;
  }
  bool ended() const override { return ended_; }
  std::uint64_t lines_read() const override { return ended_; }
  std::uint64_t target_lines() const override { return ended_; }
  std::uint64_t targets_given() const override { return ended_; }
  std::uint64_t duplicates_dropped() const override { return 0; }
  std::optional<std::uint64_t> target_count() const override { return 1; }
  std::optional<double> fraction_consumed() const override { return std::nullopt; }
  std::optional<Complaint> error() const override { return std::nullopt; }
  std::optional<Complaint> warning() const override { return std::nullopt; }

 private:
  bool ended_ = false;
};

TEST_F(Processes, TheLargestTargetPassesThereAndBack) {
  LargestTarget targets;
  run(job_of<gives_everything_back_in_capitals>, targets, 2);
  ASSERT_EQ(sink.outcomes.size(), 1u);
  const Target& target = sink.outcomes[0].target;
  EXPECT_EQ(target.input.size(), input_bytes_max);
  ASSERT_EQ(target.columns.size(), columns_max);
  EXPECT_EQ(target.columns.back().second, std::string(line_bytes_max / columns_max, 'V'));
}

}  // namespace
}  // namespace atonce
