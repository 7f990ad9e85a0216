#include "atonce/strategies/autopilot.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace atonce {
namespace {

using namespace std::chrono_literals;

/// A machine and a path, as far as an autopilot can see them: what is started above `carries` is dropped.
struct Machine {
  double carries = 1e9;       ///< starts a second before packets are dropped
  double cpu = 60'000;        ///< starts a second that can be made at all
  double path_carries = 1e9;  ///< starts a second before the path loses answers, unseen by this machine
  Readings readings{};
  Instant now{1'000s};

  void run(Autopilot& pilot, Duration how_long) {
    for (const Instant end = now + how_long; now < end; now += 50ms) {
      pilot.observe(now, readings);
      const double pace = std::min(pilot.rate(), cpu);
      const auto starts = static_cast<std::uint64_t>(pace * 0.05);
      readings.starts += starts;
      if (pace > carries) readings.drops += static_cast<std::uint64_t>((pace - carries) * 0.05);
      const std::uint64_t checked = starts / 200;
      readings.checked += checked;
      if (pace > path_carries) readings.overturned += checked / 2;
    }
  }
};

TEST(Autopilot, ReachesWhatTheProcessorCanDoWithinASecond) {
  Machine machine;
  Autopilot pilot;
  machine.run(pilot, 1s);
  EXPECT_GE(pilot.rate(), machine.cpu);
  EXPECT_FALSE(pilot.ceiling());
}

TEST(Autopilot, StaysJustBelowTheWallThatThisMachineDropsPacketsAt) {
  Machine machine{.carries = 11'000};
  Autopilot pilot;
  machine.run(pilot, 3s);
  EXPECT_EQ(pilot.wall(), Autopilot::Wall::drops);
  const std::uint64_t started = machine.readings.starts, dropped = machine.readings.drops;
  machine.run(pilot, 20s);
  const double pace = static_cast<double>(machine.readings.starts - started) / 20;
  EXPECT_GT(pace, 0.75 * machine.carries) << "no worse than 1.3 times the best fixed rate";
  EXPECT_LT(static_cast<double>(machine.readings.drops - dropped), 0.02 * 20 * pace);
}

TEST(Autopilot, SlowsDownWhenThePathLosesAnswersThoughThisMachineDropsNothing) {
  Machine machine{.path_carries = 20'000};
  Autopilot pilot;
  machine.run(pilot, 10s);
  EXPECT_EQ(pilot.wall(), Autopilot::Wall::path);
  EXPECT_LT(pilot.rate(), 25'000);
  EXPECT_GT(pilot.rate(), 8'000);
}

TEST(Autopilot, DropsOfRepetitionsSlowItDownOnceAndNotToAStandstill) {
  Machine machine{.cpu = 20'000};
  Autopilot pilot(5'000, 5'000);
  machine.run(pilot, 1s);
  machine.cpu = 0;  // All are in flight and silent; their SYNs are repeated as they were sent, and overrun a queue.
  for (int repetition = 0; repetition < 3; ++repetition) {
    machine.readings.drops += 200;
    machine.run(pilot, 1s);
  }
  EXPECT_EQ(pilot.wall(), Autopilot::Wall::drops);
  EXPECT_GE(pilot.rate(), 3'000);
  EXPECT_LE(pilot.rate(), 4'000);
  EXPECT_GE(*pilot.ceiling(), 4'500);
  EXPECT_GE(pilot.proven(), 4'000);
}

TEST(Autopilot, AFewPacketsOfSomeOtherProgramDoNotSlowItDown) {
  Machine machine;
  Autopilot pilot;
  machine.run(pilot, 1s);
  const double before = pilot.rate();
  for (int i = 0; i < 20; ++i) {
    machine.readings.drops += 2;
    machine.run(pilot, 50ms);
  }
  EXPECT_GE(pilot.rate(), before);
}

TEST(Autopilot, ALateLoopGetsLessInFlightAndRecovers) {
  Machine machine;
  Autopilot pilot;
  machine.run(pilot, 1s);
  machine.readings.lateness = 500ms;
  machine.run(pilot, 50ms);
  machine.readings.lateness = 0ms;
  EXPECT_EQ(pilot.wall(), Autopilot::Wall::lateness);
  machine.run(pilot, 100ms);
  EXPECT_LT(pilot.window_percent(), 100u);
  machine.run(pilot, 5s);
  EXPECT_EQ(pilot.window_percent(), 100u);
}

TEST(Autopilot, AShortageEndsTheGrowthAndIsNoWallOfThePace) {
  Machine machine;
  Autopilot pilot;
  machine.run(pilot, 200ms);
  const double before = pilot.rate(), proven = pilot.proven();
  ++machine.readings.shortages;
  machine.run(pilot, 50ms);
  EXPECT_EQ(pilot.rate(), before);
  EXPECT_EQ(pilot.wall(), Autopilot::Wall::none);
  EXPECT_GE(pilot.proven(), proven) << "what was proven still is";
}

TEST(Autopilot, WhatHappensInATaintedStretchSaysNothingAboutThePace) {
  Machine machine;
  Autopilot pilot;
  machine.run(pilot, 500ms);
  const double before = pilot.rate();
  machine.readings.tainted = true;
  machine.readings.lateness = 10s;
  machine.run(pilot, 200ms);
  EXPECT_EQ(pilot.rate(), before);
  EXPECT_EQ(pilot.wall(), Autopilot::Wall::none);
}

TEST(Autopilot, DoesNotGrowWhatIsNotUsed) {
  Machine machine{.cpu = 500};
  Autopilot pilot;
  machine.run(pilot, 5s);
  EXPECT_EQ(pilot.rate(), 4'000);
}

}  // namespace
}  // namespace atonce
