#include "atonce/model/verdict.h"

#include <gtest/gtest.h>

#include <set>

#include "atonce/model/tally.h"

namespace atonce {
namespace {

TEST(Verdict, RowsStandInTheOrderOfTheEnumeration) {
  for (std::size_t i = 0; i < verdict_count; ++i) EXPECT_EQ(static_cast<std::size_t>(all_verdicts[i].verdict), i);
}

TEST(Verdict, NamesAreDistinctAndReadBack) {
  std::set<std::string_view> names;
  for (const VerdictRow& row : all_verdicts) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_EQ(parse_verdict(row.name), row.verdict);
  }
  EXPECT_FALSE(parse_verdict("up"));
}

TEST(Verdict, LocalOnesNeverBlameTheTarget) {
  for (const VerdictRow& row : all_verdicts)
    if (row.name.starts_with("local_")) EXPECT_EQ(row.blame, Blame::local) << row.name;
}

TEST(Verdict, AHostIsReachedOnlyByItsOwnAnswer) {
  for (const VerdictRow& row : all_verdicts) {
    if (is_silence(row.verdict)) EXPECT_FALSE(reached_host(row.verdict)) << row.name;
    if (row.blame != Blame::target && row.blame != Blame::nobody) EXPECT_FALSE(reached_host(row.verdict)) << row.name;
    if (is_stall(row.verdict) || (is_success(row.verdict) && !is_written(row.verdict)))
      EXPECT_TRUE(reached_host(row.verdict)) << row.name;
    if (is_written(row.verdict)) EXPECT_FALSE(reached_host(row.verdict)) << row.name;
  }
  EXPECT_TRUE(reached_host(Verdict::closed));
  EXPECT_TRUE(reached_host(Verdict::cert_name));
  for (const Verdict none : {Verdict::timeout, Verdict::no_name, Verdict::skipped, Verdict::unknown_outcome})
    EXPECT_FALSE(reached_host(none)) << name_of(none);
}

TEST(Tally, CountsWhatHttpCameTo) {
  Outcome outcome{.verdict = Verdict::ok, .tries = 1, .started = Instant(std::chrono::seconds(1))};
  outcome.due = outcome.started;
  outcome.connected = outcome.started + std::chrono::milliseconds(10);
  outcome.finished = outcome.started + std::chrono::milliseconds(100);
  outcome.exchange = Exchange{.status_code = 204,
                              .head_bytes = 3,
                              .wire_body_bytes = 5,
                              .body_bytes = 7,
                              .redirects = {{301, ""}, {302, ""}},
                              .redirects_cut = 1,
                              .insecure = true,
                              .secured = outcome.connected + std::chrono::milliseconds(20),
                              .requested = outcome.connected + std::chrono::milliseconds(21),
                              .answered = outcome.connected + std::chrono::milliseconds(51),
                              .matched = false};
  Tally tally;
  tally.add(outcome);
  outcome.exchange->reused = true;
  outcome.exchange->status_code = 599;
  tally.add(outcome);
  outcome.exchange->status_code = 0;
  tally.add(outcome);
  outcome.exchange->status_code = 999;
  tally.add(outcome);
  outcome.exchange.reset();
  tally.add(outcome);
  Tally twice = tally;
  twice.merge(tally);
  EXPECT_EQ(tally.total(), 5u);
  EXPECT_EQ(twice.exchanges, 8u);
  EXPECT_EQ(twice.by_status, (std::array<std::uint64_t, Tally::status_classes>{0, 2, 0, 0, 2, 2}));
  EXPECT_EQ(twice.answers(), 6u);
  EXPECT_EQ(twice.redirects, 24u);
  EXPECT_EQ(twice.reused, 6u);
  EXPECT_EQ(twice.insecure, 8u);
  EXPECT_EQ(twice.unmatched, 8u);
  EXPECT_EQ(twice.head_bytes, 24u);
  EXPECT_EQ(twice.wire_body_bytes, 40u);
  EXPECT_EQ(twice.body_bytes, 56u);
  EXPECT_EQ(twice.handshake_us.count(), 2u);
  EXPECT_EQ(twice.handshake_us.max_us(), 20'000u);
  EXPECT_EQ(twice.first_byte_us.count(), 8u);
  EXPECT_EQ(twice.first_byte_us.max_us(), 30'000u);
}

TEST(Tally, CountsEachOutcomeOnceAndMergesInAnyOrder) {
  Outcome outcome{.verdict = Verdict::open, .tries = 1};
  Tally a, b;
  a.add(outcome);
  outcome.verdict = Verdict::timeout;
  b.add(outcome);
  b.add(outcome);
  Tally ab = a, ba = b;
  ab.merge(b);
  ba.merge(a);
  EXPECT_EQ(ab.total(), 3u);
  EXPECT_EQ(ab.by_verdict, ba.by_verdict);
  EXPECT_EQ(ab.of(Verdict::timeout), 2u);
}

}  // namespace
}  // namespace atonce
