#include "atonce/strategies/quarantine.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

using namespace std::chrono_literals;

Outcome silent(Instant finished) {
  return {.verdict = Verdict::timeout, .started = finished - 1s, .finished = finished};
}

class QuarantineTest : public ::testing::Test {
 protected:
  void vouch(Instant until) { conditions.vouched_until_ns = until.time_since_epoch().count(); }

  const Instant noon{1'000s};
  Conditions conditions;
  Quarantine quarantine{conditions};
};

TEST_F(QuarantineTest, AnAnswerIsNeverHeldBack) {
  Outcome open{.verdict = Verdict::open, .finished = noon};
  EXPECT_FALSE(quarantine.take(open));
}

TEST_F(QuarantineTest, ASilenceWaitsUntilItsTimeIsVouchedFor) {
  vouch(noon - 1s);
  Outcome outcome = silent(noon);
  ASSERT_TRUE(quarantine.take(outcome));
  EXPECT_FALSE(quarantine.release(noon + 1s));
  vouch(noon);
  const auto released = quarantine.release(noon + 1s);
  ASSERT_TRUE(released);
  EXPECT_FALSE(released->doubts.any());
  Outcome vouched = silent(noon);
  EXPECT_FALSE(quarantine.take(vouched)) << "nothing to wait for";
}

TEST_F(QuarantineTest, AnOutageThatBecomesKnownMeanwhileTaintsIt) {
  Outcome outcome = silent(noon);
  ASSERT_TRUE(quarantine.take(outcome));
  conditions.note(Taint::uplink, noon - 500ms, noon + 1s);
  vouch(noon + 1s);
  EXPECT_TRUE(quarantine.release(noon + 1s)->doubts.has(Doubt::tainted));
}

TEST_F(QuarantineTest, AWitnessThatSaysNothingIsNotWaitedForForever) {
  Outcome outcome = silent(noon);
  ASSERT_TRUE(quarantine.take(outcome));
  EXPECT_FALSE(quarantine.release(noon + 9s));
  EXPECT_TRUE(quarantine.release(noon + 11s));
}

TEST_F(QuarantineTest, AStoppedRunTakesEverythingOut) {
  Outcome outcome = silent(noon);
  ASSERT_TRUE(quarantine.take(outcome));
  EXPECT_TRUE(quarantine.release(noon, true));
  EXPECT_EQ(quarantine.size(), 0u);
}

}  // namespace
}  // namespace atonce
