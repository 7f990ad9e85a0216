#include "atonce/protocols/dns/cache.h"

#include <gmock/gmock.h>

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr Instant start(1'000s);
const Lookup known = Addresses{IpAddress::v4(0xc0000201)};
const Lookup nothing = std::unexpected(LookupFailure{Verdict::no_name});

TEST(AnswerCache, GivesWhatWasPutUntilItsTimeIsOver) {
  AnswerCache cache(10);
  cache.put("example.com", RecordType::a, known, 60, start);
  ASSERT_NE(cache.find("example.com", RecordType::a, start + 59s), nullptr);
  EXPECT_EQ(*cache.find("example.com", RecordType::a, start + 59s), known);
  EXPECT_EQ(cache.find("example.com", RecordType::a, start + 60s), nullptr);
}

TEST(AnswerCache, KeepsTypesApart) {
  AnswerCache cache(10);
  cache.put("example.com", RecordType::a, known, 60, start);
  EXPECT_EQ(cache.find("example.com", RecordType::aaaa, start), nullptr);
}

TEST(AnswerCache, ReplacesWhatItKnows) {
  AnswerCache cache(10);
  cache.put("example.com", RecordType::a, known, 60, start);
  cache.put("example.com", RecordType::a, nothing, 60, start);
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(*cache.find("example.com", RecordType::a, start), nothing);
}

TEST(AnswerCache, KeepsNothingForATtlOfZero) {
  AnswerCache cache(10);
  cache.put("example.com", RecordType::a, known, 0, start);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(AnswerCache, CapsTheTtlAtADayAndANegativeOneAtThreeHours) {
  AnswerCache cache(10);
  cache.put("a", RecordType::a, known, 0x7fffffff, start);
  cache.put("b", RecordType::a, nothing, 0x7fffffff, start);
  EXPECT_NE(cache.find("a", RecordType::a, start + 24h - 1s), nullptr);
  EXPECT_EQ(cache.find("a", RecordType::a, start + 24h), nullptr);
  EXPECT_NE(cache.find("b", RecordType::a, start + 3h - 1s), nullptr);
  EXPECT_EQ(cache.find("b", RecordType::a, start + 3h), nullptr);
}

TEST(AnswerCache, NeverHoldsMoreThanItsBoundAndFindsWhatItHolds) {
  AnswerCache cache(3'000);
  for (int i = 0; i < 10'000; ++i) cache.put("name" + std::to_string(i), RecordType::a, known, 60, start);
  EXPECT_EQ(cache.size(), 3'000u);
  int found = 0;
  for (int i = 0; i < 10'000; ++i) found += cache.find("name" + std::to_string(i), RecordType::a, start) != nullptr;
  EXPECT_EQ(found, 3'000);
}

TEST(AnswerCache, LetsGoFirstOfWhatNobodyLookedAt) {
  AnswerCache cache(2);
  cache.put("old", RecordType::a, known, 60, start);
  cache.put("older", RecordType::a, known, 60, start);
  cache.find("old", RecordType::a, start);
  cache.put("new", RecordType::a, known, 60, start);
  EXPECT_NE(cache.find("old", RecordType::a, start), nullptr);
  EXPECT_EQ(cache.find("older", RecordType::a, start), nullptr);
}

TEST(AnswerCache, OfNoEntriesKeepsNothing) {
  AnswerCache cache(0);
  cache.put("example.com", RecordType::a, known, 60, start);
  EXPECT_EQ(cache.find("example.com", RecordType::a, start), nullptr);
}

}  // namespace
}  // namespace atonce
