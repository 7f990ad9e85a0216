#include "atonce/reports/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "atonce/reports/comparison_figures.h"
#include "atonce/reports/sample_comparison.h"

namespace atonce {
namespace {

using samples::round_of;
using samples::sound;
using samples::with_peer;
using testing::HasSubstr;
using testing::Not;

TEST(ComparisonFigures, TakeTheSpeedUpFromMediansAndItsRangeFromPairedRounds) {
  Comparison comparison = sound();
  comparison.strategies[1].rounds[0].wall = std::chrono::milliseconds(400);
  const ComparisonFigures figures = figures_of(comparison);
  EXPECT_EQ(figures.baseline, 0u);
  EXPECT_DOUBLE_EQ(figures.strategies[0].speed_up.median, 1.0);
  EXPECT_NEAR(figures.strategies[1].speed_up.median, 2.0 / 0.202, 0.01);
  EXPECT_NEAR(figures.strategies[1].speed_up.low, 5.0, 0.01);
  EXPECT_NEAR(figures.strategies[1].speed_up.high, 10.0, 0.01);
}

TEST(ComparisonFigures, TakeTheFirstStrategyAsBaselineWithoutSequential) {
  Comparison comparison = sound();
  comparison.strategies[0].strategy = "threads:10";
  EXPECT_EQ(figures_of(comparison).baseline, 0u);
  comparison.strategies[1].strategy = "sequential";
  EXPECT_EQ(figures_of(comparison).baseline, 1u);
}

TEST(ComparisonFigures, HaveASymmetricAgreementWithEachItselfOnTheDiagonal) {
  Comparison comparison = sound();
  comparison.strategies[1].rounds[1].verdicts[3] = static_cast<std::uint8_t>(Verdict::timeout);
  const auto& agreement = figures_of(comparison).agreement;
  EXPECT_DOUBLE_EQ(agreement[0][0], 1.0);
  EXPECT_DOUBLE_EQ(agreement[1][1], 0.75);
  EXPECT_DOUBLE_EQ(agreement[0][1], 0.75);
  EXPECT_DOUBLE_EQ(agreement[1][0], 0.75);
}

TEST(Comparison, FitsATerminalOfEightyColumns) {
  Comparison comparison = sound();
  comparison.strategies.push_back(comparison.strategies[1]);
  comparison.strategies.back().strategy = "processes:10";
  comparison.strategies.push_back(comparison.strategies[1]);
  comparison.strategies.back().strategy = "threads:10";
  comparison.strategies.back().rounds[0].verdicts[0] = 1;
  std::istringstream text(write_comparison_table(comparison, false));
  for (std::string line; std::getline(text, line);) EXPECT_LE(line.size(), 80u) << line;
}

TEST(Comparison, SaysInOneLineThatAllAgree) {
  EXPECT_THAT(write_comparison_table(sound(), false),
              HasSubstr("agree on all 4 verdicts, in every round: open 3, closed 1."));
  EXPECT_THAT(write_comparison_table(sound(), false), Not(HasSubstr("Before you believe")));
}

TEST(Comparison, ShowsTheMatrixAndACaveatWhenTheyDoNot) {
  Comparison comparison = sound();
  comparison.strategies[1].rounds[1].verdicts[3] = static_cast<std::uint8_t>(Verdict::timeout);
  const std::string text = write_comparison_table(comparison, false);
  EXPECT_THAT(text, HasSubstr("same verdicts  sequential   async"));
  EXPECT_THAT(text, HasSubstr("Before you believe this"));
}

TEST(Comparison, WritesJsonThatParsesBackToItsFigures) {
  const auto report = nlohmann::json::parse(write_comparison_json(sound()));
  EXPECT_EQ(report["schema"], 1);
  EXPECT_EQ(report["baseline"], "sequential");
  EXPECT_EQ(report["targets"], 4);
  ASSERT_EQ(report["strategies"].size(), 2u);
  EXPECT_NEAR(report["strategies"][1]["speed_up"]["median"].get<double>(), 10.0, 0.01);
  EXPECT_EQ(report["strategies"][1]["rounds"][0]["verdicts"]["open"], 3);
  EXPECT_EQ(report["agreement"][0][1], 1.0);
  EXPECT_TRUE(report["caveats"].empty());
}

TEST(Comparison, KeepsTheNameOfAListFromBeingMarkup) {
  Comparison comparison = sound();
  comparison.input = "a|b*c\x1b[31m.csv\xff";
  EXPECT_THAT(write_comparison_markdown(comparison), HasSubstr("a\\|b\\*c\\\\x1B\\[31m.csv\\\\xFF"));
  EXPECT_THAT(write_comparison_table(comparison, false), Not(HasSubstr("\x1b")));
  EXPECT_TRUE(nlohmann::json::accept(write_comparison_json(comparison)));
}

TEST(Comparison, WritesMarkdownTablesWithAlignment) {
  const std::string text = write_comparison_markdown(sound());
  EXPECT_THAT(text, HasSubstr("| strategy | wall |"));
  EXPECT_THAT(text, HasSubstr("| :-- | --: |"));
  EXPECT_THAT(text, HasSubstr("| async | 200ms |"));
}

TEST(ComparisonFigures, HoldAPeersAnswersAgainstTheBaselineOfTheSameRound) {
  const PeerFigures peer = figures_of(with_peer(sound())).peers[0];
  EXPECT_EQ(peer.lines_least, 4u);
  EXPECT_EQ(peer.lines_most, 4u);
  EXPECT_EQ(peer.comparable, 3u) << "one word says nothing that we say";
  EXPECT_EQ(peer.equal, 3u);
  EXPECT_NEAR(peer.run.speed_up.median, 4.0, 0.01);
}

TEST(ComparisonFigures, TakeTheRoundInWhichAPeerDiffersMost) {
  Comparison comparison = with_peer(sound());
  comparison.peers[0].run.rounds[1].answers.words[0] = AnswerWord::of_verdict(Verdict::timeout);
  comparison.peers[0].run.rounds[2].answers.lines = 3;
  const PeerFigures peer = figures_of(comparison).peers[0];
  EXPECT_EQ(peer.comparable, 3u);
  EXPECT_EQ(peer.equal, 2u);
  EXPECT_EQ(peer.lines_least, 3u);
}

TEST(ComparisonFigures, CompareStatusCodesOnlyWhereSomebodyAskedForThem) {
  Comparison comparison = with_peer(sound());
  for (Round& round : comparison.peers[0].run.rounds) round.answers.words.assign(4, AnswerWord::of_status(200));
  EXPECT_EQ(figures_of(comparison).peers[0].comparable, 0u);
  comparison.strategies[0].rounds[0].status_codes = {200, 404, 200, 0};
  const PeerFigures peer = figures_of(comparison).peers[0];
  EXPECT_EQ(peer.comparable, 4u);
  EXPECT_EQ(peer.equal, 2u);
}

TEST(Comparison, HasARowForAPeerAndOneForItsAnswers) {
  const std::string text = write_comparison_table(with_peer(sound()), false);
  EXPECT_THAT(text, HasSubstr("\npool:20     500ms"));
  EXPECT_THAT(text, HasSubstr("agree on all 4 verdicts")) << "the peer has no part in that";
  EXPECT_THAT(text, HasSubstr("pool:20   4 of 4"));
  EXPECT_THAT(text, HasSubstr("3 of 3"));
  EXPECT_THAT(write_comparison_markdown(with_peer(sound())), HasSubstr("| pool:20 | 4 of 4 | 3 of 3 |"));
}

TEST(Comparison, SaysOfAPeerWithoutARoundThatItHasNoFigures) {
  Comparison comparison = with_peer(sound());
  comparison.peers[0].run.rounds.clear();
  comparison.peers[0].failure = "In round 1 pool:20 ended with exit code 1, and said: <b>|";
  EXPECT_THAT(write_comparison_table(comparison, false), HasSubstr("\npool:20         -"));
  const auto report = nlohmann::json::parse(write_comparison_json(comparison));
  EXPECT_EQ(report["peers"][0]["failure"], comparison.peers[0].failure);
  EXPECT_TRUE(report["peers"][0]["rounds"].empty());
  EXPECT_THAT(write_comparison_markdown(comparison), HasSubstr("said: \\<b\\>\\|"));
}

TEST(Comparison, DrawsEachTimeToOneScale) {
  const std::string text = write_comparison_table(sound(), false);
  EXPECT_THAT(text, HasSubstr("sequential  |======================================== 2s\n"));
  EXPECT_THAT(text, HasSubstr("async       |==== 200ms\n"));
}

TEST(Comparison, TellsWhereTheSpeedUpLiesWhereRoundsAreEnough) {
  EXPECT_THAT(write_comparison_table(sound(), false), HasSubstr("10 - 10"));
  Comparison comparison = sound();
  for (StrategyRounds& strategy : comparison.strategies) strategy.rounds.resize(4);
  const auto report = nlohmann::json::parse(write_comparison_json(comparison));
  EXPECT_TRUE(report["strategies"][1]["speed_up"]["low"].is_null());
}

TEST(Comparison, HoldsThresholdsAgainstWhatWasSeen) {
  Comparison comparison = sound();
  comparison.thresholds = {{"async/sequential >= 9", "async", "sequential", Threshold::Relation::at_least, 9},
                           {"async/sequential < 9", "async", "sequential", Threshold::Relation::less_than, 9}};
  EXPECT_FALSE(all_thresholds_hold(comparison));
  const std::string text = write_comparison_table(comparison, false);
  EXPECT_THAT(text, HasSubstr("async/sequential >= 9    10   10 - 10  holds"));
  EXPECT_THAT(text, HasSubstr("async/sequential < 9     10   10 - 10  FAILED"));
  EXPECT_THAT(write_comparison_markdown(comparison), HasSubstr("| async/sequential \\>= 9 |"));
  const auto report = nlohmann::json::parse(write_comparison_json(comparison));
  EXPECT_EQ(report["thresholds"][0]["holds"], true);
  EXPECT_EQ(report["thresholds"][1]["holds"], false);
  comparison.thresholds.pop_back();
  EXPECT_TRUE(all_thresholds_hold(comparison));
}

TEST(Comparison, HasNoThresholdThatHoldsOfWhoNeverEnded) {
  Comparison comparison = with_peer(sound());
  comparison.peers[0].run.rounds.clear();
  comparison.thresholds = {{"pool:20/async <= 1", "pool:20", "async", Threshold::Relation::at_most, 1}};
  EXPECT_FALSE(all_thresholds_hold(comparison));
}

TEST(Comparison, TellsTheSystemCallsWhereTheyWereCounted) {
  Comparison comparison = sound();
  comparison.strategies[1].system_calls = 7.25;
  EXPECT_THAT(write_comparison_table(comparison, false), HasSubstr("System calls for each target: async 7.2.\n"));
  const auto report = nlohmann::json::parse(write_comparison_json(comparison));
  EXPECT_EQ(report["strategies"][1]["system_calls"], 7.25);
  EXPECT_TRUE(report["strategies"][0]["system_calls"].is_null());
}

TEST(Comparison, TellsTheSystemCallsInMarkdownToo) {
  Comparison comparison = sound();
  EXPECT_THAT(write_comparison_markdown(comparison), Not(HasSubstr("System calls")));
  comparison.strategies[1].system_calls = 7.25;
  EXPECT_THAT(write_comparison_markdown(comparison), HasSubstr("\nSystem calls for each target: async 7.2.\n"));
}

TEST(Comparison, SaysWhereSystemCallsCouldNotBeCounted) {
  Comparison comparison = sound();
  EXPECT_THAT(write_comparison_table(comparison, false), Not(HasSubstr("System calls")));
  comparison.calls_forbidden = true;
  EXPECT_THAT(write_comparison_table(comparison, false),
              HasSubstr("System calls were not counted: this process may trace nobody (ptrace).\n"));
  EXPECT_THAT(write_comparison_markdown(comparison), HasSubstr("System calls were not counted"));
}

TEST(Comparison, TellsTheStoryToThePage) {
  const auto report = nlohmann::json::parse(write_comparison_json(sound()));
  EXPECT_EQ(report["story"][0], "async took 200ms, sequential 2s: 10.0 times as fast.");
}

TEST(Comparison, ShowsHowTheRoundInTheMiddleWentOverTime) {
  Comparison comparison = sound();
  for (Round& round : comparison.strategies[1].rounds) {
    OutcomeRecorder recorder(Instant(std::chrono::hours(1)));
    round.recording = Boxed(*recorder.finish(Instant(std::chrono::hours(1)) + round.wall));
  }
  const auto report = nlohmann::json::parse(write_comparison_json(comparison));
  EXPECT_DOUBLE_EQ(report["strategies"][1]["recording"]["wall"].get<double>(), 0.2);
  EXPECT_TRUE(report["strategies"][0]["recording"].is_null());
  EXPECT_EQ(report["kind"], "comparison");
  EXPECT_EQ(report["title"], "probe of 4 targets (domains.csv), 5 rounds");
}

TEST(Comparison, SurvivesNothingToCompare) {
  EXPECT_FALSE(write_comparison_table({}, true).empty());
  EXPECT_TRUE(nlohmann::json::accept(write_comparison_json({})));
  EXPECT_FALSE(write_comparison_markdown({}).empty());
}

}  // namespace
}  // namespace atonce
