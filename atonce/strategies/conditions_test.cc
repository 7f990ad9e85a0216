#include "atonce/strategies/conditions.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

using namespace std::chrono_literals;

Instant at(Duration after_epoch) { return Instant(after_epoch); }

TEST(Conditions, TaintWhatOverlapsAStretchAndNothingElse) {
  Conditions conditions;
  EXPECT_FALSE(conditions.overlapping(at(0s), at(100s)));
  conditions.note(Taint::uplink, at(10s), at(12s));
  EXPECT_FALSE(conditions.overlapping(at(5s), at(9s)));
  EXPECT_FALSE(conditions.overlapping(at(13s), at(14s)));
  for (const auto& [from, until] : {std::pair{5s, 11s}, {11s, 11s}, {11s, 20s}, {5s, 20s}})
    EXPECT_EQ(conditions.overlapping(at(from), at(until))->taint, Taint::uplink);
}

TEST(Conditions, OneOutageThatGoesOnIsOneStretch) {
  Conditions conditions;
  conditions.note(Taint::uplink, at(10s), at(12s));
  conditions.note(Taint::uplink, at(11s), at(15s));
  conditions.note(Taint::clock, at(14s), at(14s));
  ASSERT_EQ(conditions.stretches(), 2u);
  EXPECT_EQ(conditions.stretch(0).until, at(15s));
  EXPECT_EQ(conditions.overlapping(at(15s), at(16s))->taint, Taint::uplink);
}

TEST(Conditions, AResolverThatStandsStillIsNoReasonToDoubtAConnect) {
  Conditions conditions;
  conditions.note(Taint::uplink, at(10s), at(12s));
  conditions.note(Taint::resolver, at(20s), at(22s));
  EXPECT_TRUE(conditions.overlapping(at(21s), at(21s), true));
  EXPECT_FALSE(conditions.overlapping(at(21s), at(21s), false));
  EXPECT_EQ(conditions.overlapping(at(11s), at(21s), false)->taint, Taint::uplink);
}

TEST(Conditions, TheLatestStretchesAreKept) {
  Conditions conditions;
  for (int i = 0; i < 200; ++i) conditions.note(Taint::stopped, at(i * 10s), at(i * 10s + 1s));
  EXPECT_EQ(conditions.stretches(), 200u);
  EXPECT_TRUE(conditions.overlapping(at(1'990s), at(1'990s)));
  EXPECT_FALSE(conditions.overlapping(at(0s), at(5s)));
}

}  // namespace
}  // namespace atonce
