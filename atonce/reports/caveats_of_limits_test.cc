#include "atonce/reports/caveats_of_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "atonce/reports/sample_comparison.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using samples::round_of;
using samples::sound;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> caveats(const Comparison& comparison) {
  return caveats_of_limits(comparison, figures_of(comparison));
}

/// The targets of `strategy` took so long each.
void take(StrategyRounds& strategy, Duration each) {
  for (Round& round : strategy.rounds)
    for (int i = 0; i < 100; ++i)
      round.tally.total_us.add(static_cast<std::uint64_t>(each / std::chrono::microseconds(1)));
}

TEST(CaveatsOfLimits, TellWhenWhatWasAskedWasTheLimit) {
  Comparison comparison = sound();
  comparison.processors = 2;
  take(comparison.strategies[0], 10ms);
  take(comparison.strategies[1], 40ms);
  EXPECT_THAT(caveats(comparison),
              Contains(HasSubstr("Under async a target took 4.0 times as long as under sequential")));
  for (Round& round : comparison.strategies[1].rounds) round.machine_busy = 0.85;
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("the server perhaps among them, used 82 % of its processors")));
}

TEST(CaveatsOfLimits, DoNotBlameTheServerWhereWeWereTheLimitOurselves) {
  Comparison comparison = sound();
  comparison.processors = 2;
  take(comparison.strategies[0], 10ms);
  take(comparison.strategies[1], 40ms);
  for (Round& round : comparison.strategies[1].rounds) round.cpu_user = round.wall * 2;
  EXPECT_THAT(caveats(comparison), Not(Contains(HasSubstr("was the limit"))));
}

TEST(CaveatsOfLimits, TellThatNothingWaited) {
  Comparison comparison = sound();
  for (Round& round : comparison.strategies[0].rounds) round.cpu_system = round.wall;
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("cannot win. Compare with latency")));
  comparison.job = "write";
  EXPECT_THAT(caveats(comparison), Contains(testing::EndsWith("cannot win."))) << "no latency makes files wait";
}

TEST(CaveatsOfLimits, TellThatTimeOutsRuleTheTime) {
  Comparison comparison = sound();
  for (StrategyRounds& strategy : comparison.strategies)
    for (Round& round : strategy.rounds)
      round = round_of(seconds(round.wall), {Verdict::timeout, Verdict::timeout, Verdict::timeout, Verdict::open});
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("75 % of the targets timed out")));
}

TEST(CaveatsOfLimits, TellThatTheWindowWasNeverFull) {
  Comparison comparison = sound();
  comparison.strategies[1].window = 10'000;
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("more in flight than the 4 targets")));
}

TEST(CaveatsOfLimits, TellThatTheSlowestTargetBoundsTheRun) {
  Comparison comparison = sound();
  take(comparison.strategies[1], 1ms);
  for (Round& round : comparison.strategies[1].rounds) round.tally.total_us.add(190'000);
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("hardly longer than the slowest target")));
  for (int i = 0; i < 2; ++i) take(comparison.strategies[1], 100ms);
  EXPECT_THAT(caveats(comparison), Not(Contains(HasSubstr("slowest")))) << "most took about as long";
}

/// Two strategies that both met a server of one worker: as many a second, however many wait.
Comparison met_by_both() {
  Comparison comparison = sound();
  comparison.processors = 2;
  comparison.targets = 300;
  comparison.strategies[0].strategy = "threads:60";
  comparison.strategies[0].window = 60;
  comparison.strategies[1].window = 300;
  for (std::size_t i = 0; i < 5; ++i) comparison.strategies[0].rounds[i].wall = comparison.strategies[1].rounds[i].wall;
  take(comparison.strategies[0], 40ms);
  take(comparison.strategies[1], 100ms);
  for (Round& round : comparison.strategies[1].rounds) round.tally.total_us.add(200'000);
  return comparison;
}

TEST(CaveatsOfLimits, TellOfALimitThatTheBaselineMetToo) {
  EXPECT_THAT(caveats(met_by_both()),
              testing::ElementsAre(testing::AllOf(HasSubstr("under threads:60"), HasSubstr("under async"),
                                                  HasSubstr("what they asked was the limit"))));
}

TEST(CaveatsOfLimits, SeeNoSharedLimitWhereOneWasFasterOrOurProcessorsWereBusy) {
  Comparison comparison = met_by_both();
  for (Round& round : comparison.strategies[0].rounds) round.wall *= 2;
  EXPECT_THAT(caveats(comparison), Not(Contains(HasSubstr("All strategies took about as long"))));
  comparison = met_by_both();
  for (Round& round : comparison.strategies[1].rounds) round.cpu_user = round.wall;
  EXPECT_THAT(caveats(comparison), IsEmpty());
}

TEST(CaveatsOfLimits, DoNotSayOfWhoMetALimitThatMoreTargetsWouldGainMore) {
  Comparison comparison = sound();
  take(comparison.strategies[0], 10ms);
  take(comparison.strategies[1], 40ms);
  for (Round& round : comparison.strategies[1].rounds) round.tally.total_us.add(190'000);
  EXPECT_THAT(caveats(comparison), testing::ElementsAre(HasSubstr("what it asked was the limit")));
}

TEST(CaveatsOfLimits, CountOnlyTheProcessorsThatAStrategyCanUse) {
  Comparison comparison = sound();
  comparison.processors = 2;
  take(comparison.strategies[0], 10ms);
  take(comparison.strategies[1], 40ms);
  for (Round& round : comparison.strategies[1].rounds) round.cpu_user = round.wall;
  EXPECT_THAT(caveats(comparison), IsEmpty()) << "its one loop had no more to give";
  comparison.strategies[1].workers = 2;
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("used 50 % of the processor time open to it")));
}

TEST(CaveatsOfLimits, BlameTheMachineWhereItsProcessorsWereFull) {
  Comparison comparison = sound();
  comparison.processors = 2;
  take(comparison.strategies[0], 10ms);
  take(comparison.strategies[1], 40ms);
  for (Round& round : comparison.strategies[1].rounds) {
    round.cpu_user = round.wall;
    round.machine_busy = 0.98;
  }
  EXPECT_THAT(
      caveats(comparison),
      testing::ElementsAre(testing::AllOf(
          HasSubstr(
              "and that was the limit: async used 50 % of them; what else ran, the server perhaps among it, 48 %."),
          Not(HasSubstr("what it asked was the limit")))));
}

TEST(CaveatsOfLimits, TellThatARateSetTheTime) {
  Comparison comparison = sound();
  comparison.rate = 250;
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("bounded to 250 a second (--rate)")));
}

/// A recording with so many in flight all the time.
Boxed<Recording> steady(float in_flight) {
  Recording recording;
  recording.bin_count = 3;
  recording.in_flight = {in_flight / 2, in_flight, in_flight};
  return Boxed(recording);
}

TEST(CaveatsOfLimits, TellThatOneAddressHadAllThatItMay) {
  Comparison comparison = sound();
  comparison.targets = 80;
  comparison.per_address = 32;
  comparison.strategies[1].window = 1000;
  for (Round& round : comparison.strategies[1].rounds) round.recording = steady(31.5F);
  EXPECT_THAT(caveats(comparison),
              testing::ElementsAre("async never had more than 32 in flight, as many as "
                                   "--per-address allows to one address; 0 takes the bound away."));
}

TEST(CaveatsOfLimits, SayNothingOfABoundThatWasNotMetOrDidNotHold) {
  Comparison comparison = sound();
  comparison.targets = 80;
  comparison.per_address = 32;
  comparison.strategies[1].window = 80;
  for (const float in_flight : {3.0F, 60.0F}) {
    for (Round& round : comparison.strategies[1].rounds) round.recording = steady(in_flight);
    EXPECT_THAT(caveats(comparison), IsEmpty()) << in_flight;
  }
  comparison.strategies[1].window = 32;
  for (Round& round : comparison.strategies[1].rounds) round.recording = steady(32);
  EXPECT_THAT(caveats(comparison), IsEmpty()) << "its own window";
}

}  // namespace
}  // namespace atonce
