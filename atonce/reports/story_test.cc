#include "atonce/reports/story.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "atonce/reports/sample_comparison.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using samples::sound;
using samples::with_peer;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> story(const Comparison& comparison) { return story_of(comparison, figures_of(comparison)); }

/// Each target of a strategy took so long.
void take(StrategyRounds& strategy, Duration each) {
  for (Round& round : strategy.rounds) round.tally.total_us.add(static_cast<std::uint64_t>(each / 1us));
}

void scale(StrategyRounds& strategy, std::initializer_list<double> factors) {
  auto factor = factors.begin();
  for (Round& round : strategy.rounds) round.wall = std::chrono::duration_cast<Duration>(round.wall * *factor++);
}

TEST(Story, TellsWhoWasFasterByHowMuchAndThatWaitingOverlaps) {
  Comparison comparison = sound();
  take(comparison.strategies[0], 50ms);
  take(comparison.strategies[1], 52ms);
  EXPECT_THAT(story(comparison), ElementsAre("async took 200ms, sequential 2s: 10.0 times as fast.",
                                             "sequential computed for 0 % of its time, and waited for the rest.",
                                             HasSubstr("Waiting overlaps")));
}

TEST(Story, DoesNotExplainByWaitingWhatBothDid) {
  Comparison comparison = sound();
  comparison.strategies[0].strategy = "threads:30";
  comparison.strategies[0].window = 30;
  take(comparison.strategies[0], 300ms);
  take(comparison.strategies[1], 400ms);
  EXPECT_THAT(story(comparison), Not(Contains(HasSubstr("Waiting overlaps"))));
}

TEST(Story, SaysOfAServerOfOneWorkerThatItWasTheLimitAndNotThatWaitingOverlaps) {
  Comparison comparison = sound();
  scale(comparison.strategies[1], {10.0, 10.1, 9.9, 10.2, 9.8});
  take(comparison.strategies[0], 50ms);
  take(comparison.strategies[1], 1500ms);
  const auto told = story(comparison);
  EXPECT_THAT(told[0], HasSubstr("None was faster than sequential beyond the noise"));
  EXPECT_THAT(told.back(),
              "Under async a target took 30.0 times as long as under sequential: the server, the path or "
              "the disk was the limit.");
  EXPECT_THAT(told, Not(Contains(HasSubstr("Waiting overlaps"))));
}

TEST(Story, CallsNobodyTheWinnerWithinTheNoise) {
  Comparison comparison = sound();
  scale(comparison.strategies[1], {6.7, 12, 9, 8, 11.2});
  EXPECT_THAT(story(comparison)[0], testing::EndsWith("the difference is within the noise."));
  EXPECT_THAT(story(comparison), testing::SizeIs(2)) << "nothing is to be explained";
}

TEST(Story, SaysThatTheBaselineWasFastestWhereItWas) {
  Comparison comparison = sound();
  scale(comparison.strategies[1], {20, 20, 20, 20, 20});
  for (Round& round : comparison.strategies[0].rounds) round.cpu_user = round.wall;
  EXPECT_THAT(story(comparison), ElementsAre("sequential was fastest: it took 2s, async, the next one, 4s.",
                                             "sequential computed for 100 % of its time, and waited for the rest.",
                                             HasSubstr("little waiting to overlap")));
}

TEST(Story, SaysOfFewRoundsThatNoiseIsNotKnown) {
  Comparison comparison = sound();
  for (StrategyRounds& strategy : comparison.strategies) strategy.rounds.resize(3);
  EXPECT_THAT(story(comparison)[0], HasSubstr("times as fast (too few rounds to tell how much of it is noise)."));
}

TEST(Story, NamesTheOneThatMayBeAsFast) {
  Comparison comparison = sound();
  comparison.strategies.push_back(comparison.strategies[1]);
  comparison.strategies[2].strategy = "threads:4";
  scale(comparison.strategies[2], {1.02, 0.99, 1.03, 1.01, 1.02});
  EXPECT_THAT(story(comparison), Contains(HasSubstr("which is within the noise of async")));
}

TEST(Story, ThanksTheProcessorsWhereNothingWaited) {
  Comparison comparison = sound();
  comparison.processors = 4;
  comparison.strategies[1].workers = 4;
  for (Round& round : comparison.strategies[0].rounds) round.cpu_user = round.wall;
  EXPECT_THAT(story(comparison).back(), HasSubstr("more processors made the difference"));
}

TEST(Story, CountsAPeerAmongTheRunners) {
  Comparison comparison = with_peer(sound());
  for (Round& round : comparison.peers[0].run.rounds) round.wall /= 10;
  EXPECT_THAT(story(comparison)[0], HasSubstr("pool:20 took 50ms, sequential 2s: 40.0 times as fast."));
}

TEST(Story, SaysThatARateSetTheTime) {
  Comparison comparison = sound();
  comparison.rate = 40;
  take(comparison.strategies[0], 50ms);
  take(comparison.strategies[1], 50ms);
  EXPECT_THAT(story(comparison).back(), "Starts were bounded to 40 a second (--rate).");
}

TEST(Story, IsNoneOfNothing) {
  EXPECT_THAT(story({}), IsEmpty());
  Comparison comparison = sound();
  comparison.strategies[0].rounds.clear();
  EXPECT_THAT(story(comparison), IsEmpty());
  comparison = sound();
  comparison.strategies.pop_back();
  EXPECT_THAT(story(comparison), IsEmpty());
}

}  // namespace
}  // namespace atonce
