#include "atonce/strategies/run.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <stdexcept>

#include "atonce/strategies/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

Task<void> open_at_once(Io& io, Outcome& outcome) {
  outcome.verdict = Verdict::open;
  outcome.finished = io.now();
  co_return;
}
Task<void> takes_a_minute(Io& io, Outcome& outcome) {
  const Result<void> slept = co_await sleep_for(io, 1min);
  outcome.verdict = slept ? Verdict::open : Verdict::unfinished;
}
Task<void> cannot_bear_the_fortieth(Io& io, Outcome& outcome) {
  if (outcome.target.index == 40) throw std::logic_error("forty is too many");
  return open_at_once(io, outcome);
}

/// Each strategy with a few workers, as a parameter.
class Run : public ::testing::TestWithParam<StrategyChoice> {
 protected:
  RunResult run(const JobRow& job, std::uint64_t count, const std::function<void(const RunState&)>& watch = {}) {
    CountedTargets targets(count);
    Plan plan;
    plan.engine = EngineChoice::epoll;
    const StrategyRow& strategy = *find_strategy(GetParam().name);
    const Staffing staffing = strategy.plan(plan, GetParam()).value();
    return run_strategy(plan, strategy, staffing, job, targets, sink, *control, watch);
  }
  /// How often each of `count` targets has a row.
  std::vector<unsigned> rows(std::uint64_t count) const {
    std::vector<unsigned> rows(count);
    for (const Outcome& outcome : sink.outcomes) ++rows.at(outcome.target.index);
    return rows;
  }

  KeepingSink sink;
  SharedControl control;
};

TEST_P(Run, GivesEachTargetOneRow) {
  const RunResult result = run(job_of<open_at_once>, 3'000);
  EXPECT_EQ(rows(3'000), std::vector<unsigned>(3'000, 1));
  EXPECT_EQ(result.claimed, 3'000u);
  EXPECT_EQ(result.tally.of(Verdict::open), 3'000u);
  EXPECT_EQ(result.failure, "");
}

TEST_P(Run, OfNothingEndsWithNothing) {
  const RunResult result = run(job_of<open_at_once>, 0);
  EXPECT_EQ(result.claimed, 0u);
  EXPECT_EQ(result.tally.total(), 0u);
}

TEST_P(Run, ASinkThatIsFullStopsItAndTheRowsItCouldNotTakeAreCounted) {
  sink.room = 100;
  sink.error_when_full = ENOSPC;
  const RunResult result = run(job_of<open_at_once>, 1'000'000);
  EXPECT_EQ(result.sink_error, ENOSPC);
  EXPECT_EQ(sink.outcomes.size(), 100u);
  EXPECT_EQ(result.claimed, result.tally.total()) << "the account balances all the same";
  EXPECT_EQ(result.rows_unwritten, result.tally.of(Verdict::open) - 100);
  EXPECT_LT(result.claimed, 1'000'000u) << "it stopped";
}

TEST_P(Run, AStopEndsWhatIsInFlightAndAnUnfinishedTargetHasNoRow) {
  const RunResult result =
      run(job_of<takes_a_minute>, 1'000, [this](const RunState&) { control->stop.store(Control::cancel); });
  EXPECT_EQ(result.claimed, result.tally.total());
  EXPECT_EQ(result.tally.of(Verdict::unfinished), result.tally.total());
  EXPECT_TRUE(sink.outcomes.empty());
}

TEST_P(Run, ABugOfAJobIsToldAndTheAccountOfTheOthersStands) {
  const RunResult result = run(job_of<cannot_bear_the_fortieth>, 100);
  if (GetParam().name == "processes") {
    EXPECT_EQ(result.failure, "") << "the other workers went on";
    EXPECT_EQ(result.tally.of(Verdict::local_error), 1u) << "the worker's end cost its target";
    EXPECT_EQ(result.tally.total(), 100u);
  } else {
    EXPECT_THAT(result.failure, HasSubstr("forty is too many"));
  }
}

TEST_P(Run, TellsAStartOfEachTargetWhereTheSinkWantsIt) {
  sink.wants = true;
  run(job_of<open_at_once>, 500);
  std::vector<unsigned> starts(500);
  for (const std::uint64_t index : sink.started) ++starts.at(index);
  EXPECT_EQ(starts, std::vector<unsigned>(500, 1));
}

TEST_P(Run, TheWatcherSeesWhenItBeginsAndHowFarItIs) {
  std::uint64_t in_flight = 0, looks = 0;
  run(job_of<takes_a_minute>, 1'000, [&](const RunState& state) {
    if (looks++ == 0) {
      EXPECT_EQ(state.elapsed, Duration{});
      EXPECT_EQ(state.claimed, 0u);
      return;
    }
    in_flight = state.in_flight();
    control->stop.store(Control::cancel);
  });
  EXPECT_GT(in_flight, 0u);
}

INSTANTIATE_TEST_SUITE_P(Strategies, Run,
                         ::testing::Values(StrategyChoice{"sequential", {}}, StrategyChoice{"processes", 3},
                                           StrategyChoice{"threads", 3}, StrategyChoice{"async", 64}),
                         [](const auto& choice) { return choice.param.name; });

}  // namespace
}  // namespace atonce
