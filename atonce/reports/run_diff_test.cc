#include "atonce/reports/run_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace atonce {
namespace {

using testing::HasSubstr;
using testing::Not;

std::optional<Change> change(Verdict before, Verdict after) {
  RunDiff diff;
  return diff.add({before}, {after});
}

std::uint64_t count(const RunDiff& diff, Change kind) { return diff.by_change[static_cast<std::size_t>(kind)]; }

TEST(RunDiff, NamesEachChange) {
  using enum Verdict;
  EXPECT_EQ(change(closed, open), Change::opened);
  EXPECT_EQ(change(timeout, open), Change::opened);
  EXPECT_EQ(change(no_name, open), Change::opened);
  EXPECT_EQ(change(open, closed), Change::closed);
  EXPECT_EQ(change(timeout, closed), Change::appeared);
  EXPECT_EQ(change(open, timeout), Change::vanished);
  EXPECT_EQ(change(closed, no_name), Change::vanished);
  EXPECT_EQ(change(open, unreachable), Change::vanished);
  EXPECT_EQ(change(timeout, no_name), Change::otherwise);
  EXPECT_EQ(change(open, open), std::nullopt);
}

RunVerdict answer(std::uint16_t status_code, Verdict verdict = Verdict::ok) {
  return {.verdict = verdict, .status_code = status_code};
}

TEST(RunDiff, NamesEachChangeOfAnAnswer) {
  using enum Verdict;
  RunDiff diff;
  EXPECT_EQ(diff.add(answer(200), answer(200)), std::nullopt);
  EXPECT_EQ(diff.add(answer(404), answer(404, http_status)), std::nullopt) << "only --fail makes the difference";
  EXPECT_EQ(diff.same, 2u);
  EXPECT_EQ(diff.add(answer(200), answer(301)), Change::status);
  EXPECT_EQ(diff.add(answer(200), answer(500, http_status)), Change::status);
  EXPECT_EQ(change(timeout, ok), Change::opened);
  EXPECT_EQ(change(cert_expired, ok), Change::opened);
  EXPECT_EQ(change(ok, cert_expired), Change::failed);
  EXPECT_EQ(change(cert_expired, cert_name), Change::failed);
  EXPECT_EQ(change(timeout, bad_answer), Change::failed);
  EXPECT_EQ(diff.add(answer(200), answer(200, assert_failed)), Change::failed);
  EXPECT_EQ(change(ok, closed), Change::closed);
  EXPECT_EQ(change(partial, closed), Change::closed);
  EXPECT_EQ(change(ok, timeout), Change::vanished);
  EXPECT_EQ(change(idle_timeout, no_name), Change::vanished);
  EXPECT_EQ(change(ok, skipped), std::nullopt);
  EXPECT_TRUE(noise_can_make(ok, timeout));
  EXPECT_FALSE(noise_can_make(ok, answer_timeout));
}

TEST(RunDiff, TellsTheStatusCodesOfAChange) {
  RunDiff diff;
  diff.changes = {{"https://a/", Change::status, Verdict::ok, Verdict::ok, 200, 301},
                  {"https://b/", Change::vanished, Verdict::ok, Verdict::timeout, 200, 0}};
  const std::string text = write_run_diff(diff, false);
  EXPECT_THAT(text, HasSubstr("status    ok 200 -> ok 301"));
  EXPECT_THAT(text, HasSubstr("vanished  ok 200 -> timeout"));
  const auto json = nlohmann::json::parse(write_run_diff_json(diff));
  EXPECT_EQ(json["changes"][0]["status_after"], 301);
  EXPECT_TRUE(json["changes"][1]["status_after"].is_null());
}

TEST(RunDiff, CallsNothingAChangeThatIsInDoubt) {
  RunDiff diff;
  EXPECT_FALSE(diff.add({Verdict::open}, {Verdict::timeout, true}));
  EXPECT_FALSE(diff.add({Verdict::timeout, true}, {Verdict::open}));
  EXPECT_EQ(diff.unsure, 2u);
  EXPECT_EQ(diff.silent, 0u) << "what is in doubt is no pair that noise is expected in";
}

TEST(RunDiff, HoldsOurOwnFailuresAgainstNoTarget) {
  RunDiff diff;
  for (const Verdict ours : {Verdict::local_shortage, Verdict::dns_timeout, Verdict::unfinished, Verdict::excluded,
                             Verdict::invalid_input, Verdict::dns_failure}) {
    EXPECT_FALSE(diff.add({Verdict::open}, {ours}));
    EXPECT_FALSE(diff.add({ours}, {Verdict::open}));
  }
  EXPECT_EQ(diff.unknown, 12u);
  EXPECT_EQ(diff.unsettled, 2u);
  EXPECT_EQ(diff.same, 0u);
}

TEST(RunDiff, TellsFlapsFromChanges) {
  RunDiff diff;
  EXPECT_EQ(diff.add({Verdict::open, false, true}, {Verdict::timeout}), Change::flaps);
  EXPECT_FALSE(diff.add({Verdict::open, false, true}, {Verdict::open}));
  EXPECT_EQ(count(diff, Change::flaps), 1u);
  EXPECT_EQ(diff.same, 1u);
}

TEST(RunDiff, KnowsWhatALostPacketCanMake) {
  using enum Verdict;
  EXPECT_TRUE(noise_can_make(open, timeout));
  EXPECT_TRUE(noise_can_make(timeout, closed));
  EXPECT_FALSE(noise_can_make(open, closed));
  EXPECT_FALSE(noise_can_make(open, no_name));
  EXPECT_FALSE(noise_can_make(no_name, timeout));
}

/// 10,000 silent targets, of which `changed` answer later, after second laps that overturned 10 of 10,000.
RunDiff with_changes(int changed) {
  RunDiff diff{.before = "monday", .after = "tuesday", .noise = {.tried_again = 10'000, .overturned = 10}};
  for (int i = 0; i < 10'000 - changed; ++i) diff.add({Verdict::timeout}, {Verdict::timeout});
  for (int i = 0; i < changed; ++i) {
    diff.add({Verdict::timeout}, {Verdict::open});
    diff.changes.push_back({"host" + std::to_string(i) + ":443", Change::opened, Verdict::timeout, Verdict::open});
  }
  return diff;
}

TEST(RunDiff, TellsChangesFromTheNoiseThatTheSecondLapMeasured) {
  const NoiseJudgement noise = judge_noise(with_changes(11));
  EXPECT_NEAR(noise.expected, 11, 0.1);
  EXPECT_NEAR(noise.probability, 0.54, 0.02);
  EXPECT_FALSE(noise.above_noise);
  const NoiseJudgement more = judge_noise(with_changes(40));
  EXPECT_LT(more.probability, 1e-6);
  EXPECT_TRUE(more.above_noise);
}

TEST(RunDiff, BelievesAnAnswerAgainstAnAnswerWhateverTheNoise) {
  const NoiseJudgement noise = judge_noise(with_changes(11));
  EXPECT_FALSE(is_above_noise({"a:1", Change::opened, Verdict::timeout, Verdict::open}, noise));
  EXPECT_TRUE(is_above_noise({"a:1", Change::closed, Verdict::open, Verdict::closed}, noise));
}

TEST(RunDiff, DoesNotTakeNothingSeenForNoNoise) {
  RunDiff diff = with_changes(1);
  diff.noise = {.tried_again = 10'000, .overturned = 0};
  EXPECT_NEAR(judge_noise(diff).expected, 1, 0.1);
  EXPECT_FALSE(judge_noise(diff).above_noise);
  diff.noise = {};
  EXPECT_FALSE(judge_noise(diff).measured);
  EXPECT_FALSE(judge_noise(diff).above_noise);
  EXPECT_THAT(write_run_diff(diff, false), HasSubstr("not measured, since neither run had a second lap; 1 of"));
}

TEST(RunDiff, IsATableAndAListOfChanges) {
  RunDiff diff = with_changes(2);
  diff.only_after = 3;
  diff.untold = 7;
  const std::string text = write_run_diff(diff, false);
  EXPECT_THAT(text, testing::StartsWith("monday -> tuesday: 10,000 targets in both\n  same    9,998"));
  EXPECT_THAT(text, HasSubstr("  opened      2   <0.1 %  accepts connections or answers requests now, and did not\n"));
  EXPECT_THAT(text, HasSubstr("  only in the second: 3\n"));
  EXPECT_THAT(text, HasSubstr("overturned 10 of 10,000 first answers (0.10 %)\n"));
  EXPECT_THAT(text, HasSubstr("at most about 11.0 of the 10,000 targets with silence in one run; 2 changed so\n"));
  EXPECT_THAT(text, HasSubstr("100 %, so these changes are within the noise\n"));
  EXPECT_THAT(text, HasSubstr("opened  timeout -> open  (noise?)  host0:443\n"));
  EXPECT_THAT(text, HasSubstr("and 7 more changes\n"));
}

TEST(RunDiff, SaysTheSameToAProgram) {
  const auto report = nlohmann::json::parse(write_run_diff_json(with_changes(40)));
  EXPECT_EQ(report["counts"]["opened"], 40);
  EXPECT_EQ(report["noise"]["above_noise"], true);
  EXPECT_EQ(report["changes"].size(), 40u);
  EXPECT_EQ(report["changes"][0]["target"], "host0:443");
  EXPECT_EQ(report["changes"][0]["above_noise"], true);
  EXPECT_TRUE(nlohmann::json::parse(write_run_diff_json({}))["noise"]["rate"].is_null());
}

TEST(RunDiff, LetsNoNameMoveTheCursor) {
  RunDiff diff = with_changes(1);
  diff.before = diff.after = diff.changes[0].target = "\x1b[2J\xff\n";
  EXPECT_THAT(write_run_diff(diff, false), Not(HasSubstr("\x1b")));
  EXPECT_TRUE(nlohmann::json::accept(write_run_diff_json(diff)));
  EXPECT_THAT(write_run_diff(with_changes(1), true), HasSubstr("\x1b[32mopened\x1b[0m"));
}

}  // namespace
}  // namespace atonce
