#include "atonce/model/evidence.h"

#include <gtest/gtest.h>

#include "atonce/model/verdict.h"

namespace atonce {
namespace {

TEST(Doubts, AreASetOfReasonsWrittenInTheOrderOfTheirTable) {
  Doubts doubts;
  EXPECT_FALSE(doubts.any());
  EXPECT_EQ(write_doubts(doubts), "");
  doubts |= Doubt::local_drops;
  doubts |= Doubt::few_syns;
  EXPECT_TRUE(doubts.has(Doubt::local_drops));
  EXPECT_FALSE(doubts.has(Doubt::tainted));
  EXPECT_EQ(write_doubts(doubts), "few_syns+local_drops");
}

TEST(Doubts, HaveABitEach) {
  Doubts all;
  for (const DoubtRow& row : all_doubts) {
    EXPECT_FALSE(all.has(row.doubt)) << row.name;
    all |= row.doubt;
  }
}

TEST(Verdicts, OnlySilenceCanBeMadeByALostPacketAndAnAnswerIsNeverVoid) {
  for (const VerdictRow& row : all_verdicts) {
    if (is_silence(row.verdict)) EXPECT_TRUE(is_voidable(row.verdict)) << row.name;
  }
  EXPECT_TRUE(is_silence(Verdict::timeout));
  for (const Verdict answer : {Verdict::open, Verdict::closed, Verdict::no_name, Verdict::no_address})
    EXPECT_FALSE(is_voidable(answer)) << name_of(answer);
  for (const Verdict hearsay : {Verdict::unreachable, Verdict::dns_failure, Verdict::local_no_route})
    EXPECT_TRUE(is_voidable(hearsay)) << name_of(hearsay);
}

}  // namespace
}  // namespace atonce
