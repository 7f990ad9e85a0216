#include "atonce/jobs/approach.h"

#include <gtest/gtest.h>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

class ApproachTest : public ::testing::Test {
 protected:
  /// Connects to 192.0.2.1, whose only place is taken for the first `taken_for`.
  Attempt connect_behind(Duration taken_for, std::optional<Duration> try_timeout = std::nullopt) {
    const std::optional<Instant> ends = try_timeout ? std::optional(io.now() + *try_timeout) : std::nullopt;
    Approach approach(io, neighbourhoods, 3'500ms, ends);
    Place taken = neighbourhoods.try_enter(host.address);
    Attempt attempt;
    io.run(with_scope(io, [&](Scope& scope) -> Task<void> {
      scope.start([&]() -> Task<void> {
        (void)co_await sleep_for(io, taken_for);
        taken.release();
      });
      attempt = co_await approach.connect(host);
    }));
    queued = approach.queued();
    return attempt;
  }

  SimIo io{seed(7)};
  Endpoint host = at("192.0.2.1", 443);
  Neighbourhoods neighbourhoods{{.per_address = 1, .per_network = 0}, 7};
  Duration queued{};
};

TEST_F(ApproachTest, TheWaitForAPlaceIsOursAndNotTheHosts) {
  io.host("192.0.2.1").open(443).latency(30ms);
  const Attempt attempt = connect_behind(1s);
  EXPECT_EQ(attempt.verdict, Verdict::open);
  EXPECT_EQ(attempt.took, 30ms);
  EXPECT_GE(queued, 1s);
  EXPECT_LE(queued, 1s + 50ms);
}

TEST_F(ApproachTest, TheTimeoutsBeginBehindTheWait) {
  io.host("192.0.2.1").never_answers();
  EXPECT_EQ(connect_behind(10s).took, 3'500ms);
  const Attempt cut = connect_behind(10s, 500ms);
  EXPECT_EQ(cut.verdict, Verdict::timeout);
  EXPECT_EQ(cut.took, 500ms);
}

TEST_F(ApproachTest, WithTheTimeOfTheTryOverNothingIsSent) {
  io.host("192.0.2.1").open(443);
  Approach approach(io, neighbourhoods, 3'500ms, io.now());
  EXPECT_EQ(io.run(approach.connect(host)).verdict, Verdict::timeout);
  EXPECT_EQ(io.syns_sent(), 0u);
  EXPECT_FALSE(approach.has_time());
}

TEST_F(ApproachTest, APlaceIsFreeAgainWhenItsConnectionHasEnded) {
  io.host("192.0.2.1").open(443);
  Approach approach(io, neighbourhoods, 3'500ms, std::nullopt);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(io.run(approach.connect(host)).verdict, Verdict::open);
  EXPECT_EQ(neighbourhoods.at_address(host.address), 0u);
  EXPECT_EQ(approach.queued(), 0s);
}

TEST_F(ApproachTest, WhoWaitsBesideAConnectionOfTheSameTryIsNotQueued) {
  io.host("192.0.2.1").open(443).latency(30ms);
  Approach approach(io, neighbourhoods, 3'500ms, std::nullopt);
  std::vector<Task<Attempt>> both;
  for (const std::uint16_t port : {std::uint16_t{443}, std::uint16_t{444}})
    both.push_back(approach.connect(at("192.0.2.1", port)));
  io.run(gather(io, std::move(both)));
  EXPECT_LE(approach.queued(), 50ms) << "only the pause between the two";
  EXPECT_LE(approach.queued(), io.now() - Instant(1'000s) - 60ms);
}

}  // namespace
}  // namespace atonce
