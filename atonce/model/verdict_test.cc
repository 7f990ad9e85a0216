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
