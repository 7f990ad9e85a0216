#include "atonce/runtime/rate.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr Instant start_of_time(1'000s);

TEST(Rate, StartsAreOneIntervalApart) {
  std::atomic<std::int64_t> shared = 0;
  Rate rate(shared, 100);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(rate.claim(start_of_time), start_of_time + i * 10ms);
}

TEST(Rate, IsNeverFasterThanAskedAndNotSlowerThanANanosecondAStart) {
  for (const double per_second : {0.5, 1.0, 3.0, 7.0, 300.0, 70'000.0, 999'999.0, 3'000'000.0}) {
    std::atomic<std::int64_t> shared = 0;
    Rate rate(shared, per_second);
    const int starts = 1'000'000;
    Instant last{};
    for (int i = 0; i <= starts; ++i) last = rate.claim(start_of_time);
    const double took = seconds(last - start_of_time);
    EXPECT_GE(took, starts / per_second * (1 - 1e-12)) << per_second;
    EXPECT_LE(took, starts / per_second + starts * 1e-9) << per_second;
  }
}

TEST(Rate, LetsABurstGoAtOnceAndNoMore) {
  std::atomic<std::int64_t> shared = 0;
  Rate rate(shared, 10, 5);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(rate.claim(start_of_time), start_of_time);
  EXPECT_EQ(rate.claim(start_of_time), start_of_time + 100ms);
  EXPECT_EQ(rate.claim(start_of_time), start_of_time + 200ms);
}

TEST(Rate, DoesNotSaveUnusedTimeBeyondTheBurst) {
  std::atomic<std::int64_t> shared = 0;
  Rate rate(shared, 10, 3);
  rate.claim(start_of_time);
  const Instant later_on = start_of_time + 1h;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(rate.claim(later_on), later_on);
  EXPECT_EQ(rate.claim(later_on), later_on + 100ms);
}

TEST(Rate, IsSharedByAllWhoShareItsNumber) {
  std::atomic<std::int64_t> shared = 0;
  std::vector<Rate> loops;
  for (int i = 0; i < 4; ++i) loops.emplace_back(shared, 1'000.0);
  Instant last{};
  for (int i = 0; i < 4'000; ++i) last = loops[static_cast<std::size_t>(i % 4)].claim(start_of_time);
  EXPECT_EQ(last, start_of_time + 3'999ms);
}

TEST(Rate, WaitsForEachTurnInVirtualTime) {
  SimIo io{seed(1)};
  std::atomic<std::int64_t> shared = 0;
  Rate rate(shared, 50);
  std::vector<Instant> starts;
  io.run([](Io& sim, Rate& pace, std::vector<Instant>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < 101; ++i)
        scope.start(
            [](Io& inner, Rate& each, std::vector<Instant>* noted) -> Task<void> {
              EXPECT_TRUE(co_await each.wait_turn(inner));
              noted->push_back(inner.now());
            },
            std::ref(sim), std::ref(pace), into);
      co_return;
    });
  }(io, rate, &starts));
  ASSERT_EQ(starts.size(), 101);
  for (int i = 0; i < 101; ++i) EXPECT_EQ(starts[static_cast<std::size_t>(i)], start_of_time + i * 20ms);
}

TEST(Rate, SurvivesNumbersThatMakeNoSense) {
  for (const double per_second :
       {0.0, -1.0, 1e-300, 1e300, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    std::atomic<std::int64_t> shared = 0;
    Rate rate(shared, per_second, std::numeric_limits<std::uint32_t>::max());
    Instant last = start_of_time;
    for (int i = 0; i < 100; ++i) {
      const Instant claimed = rate.claim(start_of_time);
      EXPECT_GE(claimed, last);
      last = claimed;
    }
  }
}

}  // namespace
}  // namespace atonce
