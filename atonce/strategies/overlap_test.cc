#include "atonce/strategies/overlap.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "atonce/world/number_server.h"
#include "atonce/world/web/listener.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

const Endpoint anywhere{*parse_address("127.0.0.1"), 0};

class OverlapWays : public testing::TestWithParam<const char*> {
 protected:
  /// A server in a process of its own, as those of `processes` want it.
  void start_server(std::uint64_t samples = 1'000'000) {
    auto server = NumberServerProcess::start(anywhere, {.samples = samples, .threads = 2, .seed = 1, .say = {}});
    ASSERT_TRUE(server) << server.error().text;
    server_.emplace(std::move(*server));
    endpoint_ = server_->endpoint();
  }

  Plan plan(std::uint32_t asks, std::uint32_t parts, std::uint64_t samples = 2'000'000) {
    Plan made{.job = "overlap"};
    made.overlap = {.asks = asks, .parts = parts, .work = {.samples = samples}, .slice = 1ms};
    made.seed = 5;
    return made;
  }

  OverlapRun run(const Plan& plan, const WatchOverlap& watch = {}) {
    const StrategyChoice choice{.name = GetParam()};
    const Parsed<Staffing> staffing = find_strategy(GetParam())->plan(plan, choice);
    EXPECT_TRUE(staffing);
    Parsed<OverlapRun> done = run_overlap(plan, choice, *staffing, {endpoint_}, *control_, watch);
    EXPECT_TRUE(done);
    return *done;
  }

  static double total(const OverlapRun& run) {
    double sum = 0;
    for (const ComputedPart& part : run.parts) sum += part.total;
    return sum;
  }

  std::optional<NumberServerProcess> server_;
  Endpoint endpoint_ = anywhere;
  SharedControl control_;
};

TEST_P(OverlapWays, AskAndComputeAllThatThereIs) {
  start_server();
  const OverlapRun done = run(plan(5, 3));
  ASSERT_EQ(done.asks.size(), 5u);
  ASSERT_EQ(done.parts.size(), 3u);
  for (const AskedNumber& asked : done.asks) {
    EXPECT_EQ(asked.end, AskEnd::answered);
    EXPECT_LE(done.began, asked.started);
    EXPECT_LE(asked.finished, done.ended);
  }
  std::uint64_t samples = 0;
  for (const ComputedPart& part : done.parts) {
    EXPECT_TRUE(part.done);
    EXPECT_LE(part.busy, part.finished - part.started);
    samples += part.amount;
  }
  EXPECT_EQ(samples, 2'000'000u);
  EXPECT_FALSE(done.interrupted);
}

TEST_P(OverlapWays, ComputeTheSameWhoeverComputesIt) {
  const OverlapRun done = run(plan(0, 3));
  EXPECT_EQ(total(done), total(run(plan(0, 3))));
  // Seen once, with sequential: three parts of 2,000,000 samples from seed 5.
  double expected = 0;
  for (std::uint32_t part = 0; part < 3; ++part) {
    auto work = begin_work({.samples = 2'000'000}, 5, part, 3);
    while ((*work)->advance(1'000'000)) {
    }
    ComputedPart alone;
    (*work)->tell(alone);
    expected += alone.total;
  }
  EXPECT_EQ(total(done), expected);
}

TEST_P(OverlapWays, AMissingServerDoesNotEndTheComputing) {
  {
    const Parsed<OwnedDescriptor> taken = open_listener(anywhere);
    endpoint_ = endpoint_of(*taken);
  }
  const OverlapRun done = run(plan(2, 2));
  for (const AskedNumber& asked : done.asks) EXPECT_EQ(asked.end, AskEnd::no_server);
  for (const ComputedPart& part : done.parts) EXPECT_TRUE(part.done);
}

TEST_P(OverlapWays, AStopEndsBothSidesSoon) {
  const Parsed<OwnedDescriptor> silent = open_listener(anywhere);
  endpoint_ = endpoint_of(*silent);
  Plan endless = plan(1, 1, 1'000'000'000'000);
  const auto began = std::chrono::steady_clock::now();
  // Not a thread: a forked worker would inherit it half. The control's stop is set by the first event.
  std::atomic<int>& stop = control_->stop;
  const OverlapRun done = run(endless, [&](const OverlapEvent&) { stop.store(1); });
  EXPECT_LT(std::chrono::steady_clock::now() - began, 20s);
  EXPECT_TRUE(done.interrupted);
  for (const AskedNumber& asked : done.asks) EXPECT_EQ(asked.end, AskEnd::unfinished);
  for (const ComputedPart& part : done.parts) EXPECT_FALSE(part.done);
}

TEST_P(OverlapWays, RefuseWorkThatCannotBeBegun) {
  Plan wrong = plan(1, 1);
  wrong.overlap.work = {.kind = WorkKind::sha256, .samples = 0, .file = "/nowhere/at/all"};
  const StrategyChoice choice{.name = GetParam()};
  const Parsed<Staffing> staffing = find_strategy(GetParam())->plan(wrong, choice);
  EXPECT_FALSE(run_overlap(wrong, choice, *staffing, {anywhere}, *control_, {}));
}

INSTANTIATE_TEST_SUITE_P(Strategies, OverlapWays, testing::Values("sequential", "processes", "threads", "async"),
                         [](const auto& info) { return std::string(info.param); });

TEST(OverlapWaysTable, HasARowForEachStrategy) {
  ASSERT_EQ(all_overlap_ways().size(), all_strategies().size());
  for (std::size_t i = 0; i < all_strategies().size(); ++i)
    EXPECT_EQ(all_overlap_ways()[i].strategy, all_strategies()[i].name);
}

class OverlapProcesses : public OverlapWays {};
INSTANTIATE_TEST_SUITE_P(Alone, OverlapProcesses, testing::Values("processes"));

TEST_P(OverlapProcesses, AWorkerThatIsKilledCostsWhatItHadInHandAndNoMore) {
  const Parsed<OwnedDescriptor> silent = open_listener(anywhere);
  endpoint_ = endpoint_of(*silent);
  const pid_t parent = ::getpid();
  // The worker that asks is killed as soon as it does; the one that computes goes on.
  const OverlapRun done = run(plan(1, 1), [&](const OverlapEvent& event) {
    if (event.kind == OverlapEvent::Kind::asked && ::getpid() != parent) ::kill(::getpid(), SIGKILL);
  });
  EXPECT_EQ(done.asks[0].end, AskEnd::worker_died);
  EXPECT_TRUE(done.parts[0].done);
}

}  // namespace
}  // namespace atonce
