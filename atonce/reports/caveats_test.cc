#include "atonce/reports/caveats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "atonce/reports/sample_comparison.h"

namespace atonce {
namespace {

using samples::mostly_open;
using samples::round_of;
using samples::sound;
using samples::with_peer;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> caveats(const Comparison& comparison) {
  return caveats_of(comparison, figures_of(comparison));
}

TEST(Caveats, AreNoneForASoundComparison) { EXPECT_THAT(caveats(sound()), IsEmpty()); }

TEST(Caveats, TellThatVerdictsDiffer) {
  Comparison comparison = sound();
  for (Round& round : comparison.strategies[1].rounds)
    round = round_of(0.2, {Verdict::open, Verdict::open, Verdict::closed, Verdict::timeout});
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("sequential and async agree on 75.0 %")));
}

TEST(Caveats, TellThatAStrategyDiffersFromItself) {
  Comparison comparison = sound();
  comparison.strategies[1].rounds[2].verdicts[0] = static_cast<std::uint8_t>(Verdict::closed);
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("From round to round async")));
}

TEST(Caveats, TellThatRoundsAreFew) {
  Comparison comparison = sound();
  for (StrategyRounds& strategy : comparison.strategies) strategy.rounds.resize(1);
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("1 round a strategy")));
  comparison = sound();
  for (StrategyRounds& strategy : comparison.strategies) strategy.rounds.resize(4);
  EXPECT_THAT(caveats(comparison), ElementsAre("4 rounds a strategy tell little about noise; use --rounds 5 or more."));
}

TEST(Caveats, TellThatARunWasTooShort) {
  Comparison comparison = sound();
  for (Round& round : comparison.strategies[1].rounds) round.wall = std::chrono::milliseconds(20);
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("async took less than 50 ms")));
}

TEST(Caveats, TellThatTimesScatter) {
  Comparison comparison = sound();
  comparison.strategies[1].rounds = {round_of(0.2, mostly_open), round_of(0.3, mostly_open),
                                     round_of(0.4, mostly_open)};
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("times of async scatter")));
}

TEST(Caveats, TellAColdCacheFromAStrayRound) {
  Comparison comparison = sound();
  comparison.strategies[0].rounds[0].wall *= 4;
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("first round of sequential")));
  comparison = sound();
  comparison.strategies[0].rounds[1].wall *= 4;
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("something else was going on")));
}

TEST(Caveats, TellThatTheMachineFailedTargets) {
  Comparison comparison = sound();
  comparison.strategies[1].rounds[0].tally.add({.verdict = Verdict::local_shortage});
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("This machine itself failed some targets of async")));
}

TEST(Caveats, BlameAResolversCacheOnlyWhereNamesWereLookedUp) {
  Comparison comparison = sound();
  comparison.strategies[0].rounds[0].wall *= 4;
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("something was cold, or something else was going on")));
  comparison.strategies[0].rounds[0].tally.lookup_us.add(1000);
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("a resolver's cache was cold")));
}

TEST(Caveats, TellThatTargetsFailedWhereThatIsNoAnswer) {
  Comparison comparison = sound();
  for (const std::string job : {"fetch", "overlap", "batch", "write"}) {
    comparison.job = job;
    EXPECT_THAT(caveats(comparison), Contains("1 of 4 targets of sequential failed (closed 1), 1 of 4 targets of async "
                                              "failed (closed 1): how fast failures come says little."));
  }
}

TEST(Caveats, SayNothingOfFailuresThatAreFewOrHaveACaveatOfTheirOwn) {
  Comparison comparison = sound();
  comparison.job = "fetch";
  for (StrategyRounds& strategy : comparison.strategies)
    for (Round& round : strategy.rounds) {
      round =
          round_of(seconds(round.wall), {Verdict::ok, Verdict::http_status, Verdict::timeout, Verdict::tls_timeout});
      for (int i = 0; i < 96; ++i) round.tally.add({.verdict = i < 4 ? Verdict::closed : Verdict::ok});
    }
  EXPECT_THAT(caveats(comparison), testing::Not(Contains(HasSubstr("how fast failures come"))));
}

TEST(Caveats, AreNoneForASoundPeer) { EXPECT_THAT(caveats(with_peer(sound())), IsEmpty()); }

TEST(Caveats, TellThatAPeerFailedAndWhatItsFiguresAre) {
  Comparison comparison = with_peer(sound());
  comparison.peers[0].failure = "In round 2 pool:20 ended with exit code 3";
  comparison.peers[0].run.rounds.resize(1);
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("exit code 3. It was not started again; its figures are")));
  comparison.peers[0].run.rounds.clear();
  EXPECT_THAT(caveats(comparison), ElementsAre(HasSubstr("not started again and has no figures")));
}

TEST(Caveats, TellThatAPeerAnsweredLessOrMoreThanWasAsked) {
  Comparison comparison = with_peer(sound());
  comparison.peers[0].run.rounds[1].answers.lines = 1;
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("pool:20 wrote 1 line about 4 targets")));
  comparison = with_peer(sound());
  comparison.peers[0].run.rounds[1].answers.lines = 5;
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("pool:20 wrote 5 lines about 4 targets")));
}

TEST(Caveats, TellThatAPeersAnswersDiffer) {
  Comparison comparison = with_peer(sound());
  comparison.peers[0].run.rounds[1].answers.words[0] = AnswerWord::of_verdict(Verdict::timeout);
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("pool:20 and sequential agree on 2 of 3 answers only")));
}

TEST(Caveats, TellThatAPeersTimesScatter) {
  Comparison comparison = with_peer(sound());
  comparison.peers[0].run.rounds[1].wall *= 3;
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("One round of pool:20")));
}

TEST(Caveats, SurviveAComparisonOfNothing) {
  EXPECT_NO_FATAL_FAILURE(caveats({}));
  Comparison comparison = sound();
  for (StrategyRounds& strategy : comparison.strategies) strategy.rounds.clear();
  EXPECT_THAT(caveats(comparison), Contains(HasSubstr("0 rounds")));
}

TEST(Caveats, TellWhichOfTwoIsFasterOnlyWhereTheNoiseAllowsIt) {
  Comparison comparison = sound();
  comparison.strategies.push_back(comparison.strategies[1]);
  comparison.strategies[2].strategy = "threads:4";
  comparison.strategies[2].rounds.clear();
  for (const double wall_s : {0.198, 0.205, 0.199, 0.202, 0.199})
    comparison.strategies[2].rounds.push_back(round_of(wall_s, mostly_open));
  EXPECT_THAT(caveats(comparison),
              Contains(HasSubstr("Within the noise, which of two is faster is not known: async and "
                                 "threads:4")));
}

}  // namespace
}  // namespace atonce
