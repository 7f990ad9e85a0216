// Each allocation of a whole run fails once, with each strategy: the run says so and ends, or goes on and balances. It
// never aborts and never hangs.

#include "atonce/runtime/failing_allocation.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <ostream>

#include <algorithm>
#include <new>

#include "atonce/strategies/testing.h"

namespace atonce {

/// So that a test is called by its strategy, and not by the bytes of it.
void PrintTo(const StrategyChoice& choice, std::ostream* to) { *to << choice.name; }

namespace {

using namespace std::chrono_literals;

Task<void> a_little_work(Io& io, Outcome& outcome) {
  const std::vector<std::uint64_t> kept(16, outcome.target.index);
  const Result<void> slept = co_await sleep_for(io, 50us);
  outcome.verdict = slept ? Verdict::open : Verdict::unfinished;
  outcome.finished = io.now();
}

class FailingAllocationIn : public ::testing::TestWithParam<StrategyChoice> {
 protected:
  static constexpr std::uint64_t targets = 40;

  /// True when the allocation of this number came, so that there may be a further one.
  bool run_with_failing(std::uint64_t number) {
    CountedTargets list(targets);
    KeepingSink sink;
    sink.outcomes.reserve(targets);
    const SharedControl control;
    Plan plan;
    plan.engine = EngineChoice::epoll;
    plan.loops = 2;
    const StrategyRow& strategy = *find_strategy(GetParam().name);
    const Staffing staffing = strategy.plan(plan, GetParam()).value();
    fail_allocation(number);
    try {
      const RunResult result = run_strategy(plan, strategy, staffing, job_of<a_little_work>, list, sink, *control);
      const bool came = allocations_until_failure() == 0;
      fail_allocation(0);
      if (result.failure.empty() && !control->stopping()) EXPECT_EQ(result.tally.total(), targets) << said(number);
      EXPECT_LE(sink.outcomes.size(), targets) << said(number);
      return came;
    } catch (const std::bad_alloc&) {
      fail_allocation(0);
      return true;
    }
  }
  static std::string said(std::uint64_t number) { return fmt::format("allocation {}", number); }
};

TEST_P(FailingAllocationIn, ARunEndsItInOrderWhicheverItIs) {
  if (!allocations_can_fail()) GTEST_SKIP() << "a sanitizer keeps operator new for itself";
  std::uint64_t number = 1;
  while (number < 5'000 && run_with_failing(number)) ++number;
  EXPECT_GT(number, 20u);
  EXPECT_LT(number, 5'000u);
}

INSTANTIATE_TEST_SUITE_P(Strategy, FailingAllocationIn,
                         ::testing::Values(StrategyChoice{"sequential", {}}, StrategyChoice{"threads", 3},
                                           StrategyChoice{"async", 4}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace atonce
