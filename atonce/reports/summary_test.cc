#include "atonce/reports/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace atonce {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

Outcome outcome(Verdict verdict, Duration took, std::uint16_t tries = 1) {
  const Instant start{1s};
  return {.verdict = verdict,
          .tries = tries,
          .due = start,
          .started = start + 1ms,
          .resolved = start + 2ms,
          .connected = start + took,
          .finished = start + took};
}

Summary ten_targets() {
  Summary summary{
      .strategy = "async", .engine = "ring", .window = 10'000, .lines_read = 10, .targets_read = 10, .wall = 2s};
  for (int i = 0; i < 8; ++i) summary.tally.add(outcome(Verdict::open, 20ms));
  summary.tally.add(outcome(Verdict::closed, 30ms));
  summary.tally.add(outcome(Verdict::timeout, 3500ms, 3));
  return summary;
}

TEST(Summary, CountsEveryVerdictAndBalances) {
  const std::string text = write_summary(ten_targets(), false);
  EXPECT_THAT(text, HasSubstr("probe of 10 targets, async on ring, window 10,000: 2s, 5.0/s\n"));
  EXPECT_THAT(text, HasSubstr("  open     8  80.0 %  a TCP connection was established\n"));
  EXPECT_THAT(text, HasSubstr("10 read = 10 verdicts: the account balances"));
  EXPECT_THAT(text, HasSubstr("retries: 2"));
  EXPECT_THAT(text, Not(HasSubstr("unreachable")));
  EXPECT_TRUE(balanced(ten_targets()));
}

Outcome fetched(std::uint16_t status_code) {
  Outcome fetched = outcome(Verdict::ok, 100ms);
  fetched.exchange = Exchange{.status_code = status_code,
                              .head_bytes = 200,
                              .wire_body_bytes = 1 << 20,
                              .body_bytes = 3 << 20,
                              .redirects = {{301, ""}},
                              .secured = fetched.connected + 30ms,
                              .requested = fetched.connected + 31ms,
                              .answered = fetched.connected + 71ms};
  return fetched;
}

TEST(Summary, TellsHowManyBatchesCompletedAndFailed) {
  Summary summary{.job = "batch", .strategy = "async", .targets_read = 4, .wall = 2s};
  Outcome last = fetched(200);
  summary.tally.add(last);
  last.exchange->batch_end = BatchEnd::completed;
  summary.tally.add(last);
  EXPECT_FALSE(assertion_failed(summary));
  last.exchange->batch_end = BatchEnd::failed;
  summary.tally.add(last);
  last.verdict = Verdict::invalid_input;
  summary.tally.add(last);
  const std::string text = write_summary(summary, false);
  EXPECT_THAT(text, HasSubstr("batch of 4 requests, async: 2s"));
  EXPECT_THAT(text, HasSubstr("  1 batch completed, 2 failed\n"));
  EXPECT_TRUE(assertion_failed(summary));
  summary.job = "fetch";
  EXPECT_FALSE(assertion_failed(summary));
}

TEST(Summary, TellsWhatHttpCameTo) {
  Summary summary{.job = "fetch", .strategy = "async", .targets_read = 3, .wall = 2s};
  summary.tally.add(fetched(200));
  summary.tally.add(fetched(204));
  Outcome hidden = fetched(503);
  hidden.exchange->matched = false;
  hidden.exchange->insecure = true;
  hidden.exchange->reused = true;
  summary.tally.add(hidden);
  const std::string text = write_summary(summary, false);
  EXPECT_THAT(text, HasSubstr("  3 answers: 2xx 2, 5xx 1\n"));
  EXPECT_THAT(text,
              HasSubstr("  received 3.0 MiB of bodies (9.0 MiB decoded) and 600 B of fields; followed 3 redirects; "
                        "1 over connections used before\n"));
  EXPECT_THAT(text, HasSubstr("  TLS handshake      2  30ms"));
  EXPECT_THAT(text, HasSubstr("  first byte         3  40ms"));
  EXPECT_THAT(text, HasSubstr("INSECURE: certificates were not checked for 1 target"));
  EXPECT_THAT(text, HasSubstr("rows left out, as --match and --filter ask: 1\n"));
  EXPECT_THAT(write_summary(ten_targets(), false), Not(HasSubstr("answers")));
}

TEST(Summary, SaysLoudlyWhenTheAccountDoesNotBalance) {
  Summary summary = ten_targets();
  summary.targets_read = 12;
  EXPECT_FALSE(balanced(summary));
  EXPECT_THAT(write_summary(summary, false),
              HasSubstr("12 read, 10 verdicts: THE ACCOUNT DOES NOT BALANCE, 2 missing"));
  summary.targets_read = 9;
  EXPECT_THAT(write_summary(summary, false), HasSubstr("1 too many"));
}

TEST(Summary, HasThePercentilesOfEachPhase) {
  const std::string text = write_summary(ten_targets(), false);
  EXPECT_THAT(text, HasSubstr("phase    count"));
  EXPECT_THAT(text, HasSubstr("lookup      10     1ms     1ms"));
  EXPECT_THAT(text, HasSubstr("3.5s"));
}

TEST(Summary, BalancesAnEmptyList) {
  const std::string text = write_summary({.strategy = "async", .wall = 1ms}, false);
  EXPECT_THAT(text, HasSubstr("0 read = 0 verdicts: the account balances"));
  EXPECT_THAT(text, Not(HasSubstr("phase")));
}

TEST(Summary, TellsLinesFromTargetsWhereALineGaveSeveral) {
  Summary summary = ten_targets();
  summary.lines_read = 5;
  EXPECT_THAT(write_summary(summary, false), HasSubstr("10 read from 5 lines = 10 verdicts"));
}

TEST(Summary, OwnsUpToWhatWasOurs) {
  Summary summary = ten_targets();
  summary.shortages = 1'234;
  summary.lateness_max = 140ms;
  summary.rows_unwritten = 7;
  summary.interrupted = true;
  const std::string text = write_summary(summary, false);
  for (const char* part :
       {"tried again: 1,234", "late by 140ms", "could not be written to the output: 7", "interrupted"})
    EXPECT_THAT(text, HasSubstr(part));
}

TEST(Summary, SaysHowManyAreUnsureAndWhatTheSecondLapOverturned) {
  Summary summary = ten_targets();
  EXPECT_THAT(write_summary(summary, false), Not(HasSubstr("unsure")));
  summary.tally.unsure = 12;
  summary.tally.tried_again = 16'384;
  summary.tally.overturned = 13;
  const std::string text = write_summary(summary, false);
  EXPECT_THAT(text, HasSubstr("unsure: 12 of the verdicts"));
  EXPECT_THAT(text, HasSubstr("second lap: 16,384 tried again, 13 first answers overturned (0.08 %)"));
}

TEST(Summary, PrintsTheErrorBarThatCanariesMeasured) {
  Summary summary = ten_targets();
  EXPECT_THAT(write_summary(summary, false), Not(HasSubstr("canaries")));
  summary.witness.own = {.asked = 216, .missed = 0, .voided = 2};
  summary.witness.outside = {.asked = 100, .missed = 5};
  const std::string text = write_summary(summary, false);
  EXPECT_THAT(text, HasSubstr("214 of 214 answered; our own false time-outs 0.00 % (0.00-1.76 %, 95 %)"));
  EXPECT_THAT(text, HasSubstr("hosts seen open: 95 of 100 answered; our own false time-outs 5.00 %"));
}

TEST(Summary, TellsOfStretchesThatVoidedVerdicts) {
  Summary summary = ten_targets();
  summary.started = Instant{10s};
  summary.witness.stretches = {{"uplink", Instant{12100ms}, 1500ms}, {"stopped", Instant{10s}, 0s}};
  summary.voided = 230;
  const std::string text = write_summary(summary, false);
  EXPECT_THAT(text, HasSubstr("the uplink was away for 1.5s, 2.1s after the start"));
  EXPECT_THAT(text, HasSubstr("this program was stopped for 0, 0 after the start"));
  EXPECT_THAT(text, HasSubstr("void and tried again: 230"));
  summary.witness.stretches.assign(8, {"clock", Instant{12s}, 1s});
  EXPECT_THAT(write_summary(summary, false), HasSubstr("and 3 more such stretches"));
}

TEST(Summary, NamesTheWallThatPacketsWereLostAt) {
  Summary summary = ten_targets();
  summary.drops = 300;
  summary.witness.drops = {{"backlog", "net.core.netdev_max_backlog = 1000", 300}, {"icmp", "", 2, false}};
  summary.ceiling = "11,000 starts/s: net.core.netdev_max_backlog = 1000";
  const std::string text = write_summary(summary, false);
  EXPECT_THAT(text, HasSubstr("dropped: backlog 300 (net.core.netdev_max_backlog = 1000)\n"));
  EXPECT_THAT(text, HasSubstr("dropped, but no answer of ours: icmp 2\n"));
  EXPECT_THAT(text, HasSubstr("ceiling here about 11,000 starts/s: net.core"));
}

TEST(Summary, SaysWhereTheRunIsKeptAndWhatItWasCarriedOnFrom) {
  Summary summary = ten_targets();
  summary.run_folder = "/runs/\x1b[31mred";
  summary.settled_before = 12'000;
  EXPECT_THAT(write_summary(summary, false), HasSubstr("carried on from 12,000 settled verdicts"));
  EXPECT_THAT(write_summary(summary, false), HasSubstr("kept in /runs/\\x1B[31mred"));
}

TEST(Summary, SaysOfWhichSessionsItsRateIs) {
  Summary summary = ten_targets();
  summary.wall = 2s;
  EXPECT_EQ(time_taken(summary), "2s, 5.0/s");
  summary.settled_before = 6;
  EXPECT_EQ(time_taken(summary), "4 of them in this session, 2s, 2.0/s");
  summary.sessions = 3;
  EXPECT_EQ(time_taken(summary), "2s in 3 sessions, 5.0/s");
  summary.sessions = 1;
  summary.settled_before = 10;
  summary.wall = {};
  EXPECT_EQ(time_taken(summary), "0 of them in this session, 0, 0/s");
}

TEST(Summary, DoesNotCountAsDoneWhatWasGivenUp) {
  Summary summary = ten_targets();
  summary.wall = 2s;
  summary.tally.by_verdict[static_cast<std::size_t>(Verdict::unfinished)] += 90;
  EXPECT_EQ(time_taken(summary), "2s, 5.0/s");
}

TEST(Summary, ColoursOnlyWhenAskedTo) {
  EXPECT_THAT(write_summary(ten_targets(), false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(write_summary(ten_targets(), true), HasSubstr("\x1b[32mopen\x1b[0m"));
}

}  // namespace
}  // namespace atonce
