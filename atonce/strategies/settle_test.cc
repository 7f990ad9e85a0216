#include "atonce/strategies/settle.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

Outcome tried(Verdict verdict, Doubts doubts = {}) {
  return {.target = {.host = "a"}, .verdict = verdict, .tries = 1, .doubts = doubts};
}

/// Tries one after another until the target is settled; what it came to.
Outcome settled(const TrustOptions& trust, std::vector<Outcome> tries) {
  std::optional<Unsettled> before;
  for (Outcome& outcome : tries) {
    std::optional<Unsettled> again = settle(trust, before ? &*before : nullptr, outcome);
    if (!again) return outcome;
    before = std::move(again);
  }
  ADD_FAILURE() << "not settled after " << tries.size() << " tries";
  return {};
}

constexpr TrustOptions twice{.confirm = 2};
constexpr TrustOptions never{.confirm = 0};

TEST(Settle, AnAnswerStandsAtOnce) {
  for (const Verdict verdict : {Verdict::open, Verdict::closed, Verdict::no_name, Verdict::unreachable}) {
    const Outcome outcome = settled(twice, {tried(verdict)});
    EXPECT_EQ(outcome.verdict, verdict);
    EXPECT_EQ(outcome.lap, 1);
  }
}

TEST(Settle, SilenceIsBelievedWhenTwoTriesAgree) {
  const Outcome outcome = settled(twice, {tried(Verdict::timeout), tried(Verdict::timeout)});
  EXPECT_EQ(outcome.verdict, Verdict::timeout);
  EXPECT_FALSE(outcome.doubts.any());
  EXPECT_EQ(outcome.tries, 2);
  EXPECT_EQ(outcome.lap, 2);
}

TEST(Settle, AnAnswerOverturnsAnEarlierSilence) {
  const Outcome outcome = settled(twice, {tried(Verdict::timeout, Doubt::local_drops), tried(Verdict::open)});
  EXPECT_EQ(outcome.verdict, Verdict::open);
  EXPECT_TRUE(outcome.overturned);
  EXPECT_FALSE(outcome.doubts.any());
}

TEST(Settle, ADoubtfulSecondSilenceIsTriedOnceMoreAndThenStaysInDoubt) {
  EXPECT_FALSE(
      settled(twice, {tried(Verdict::timeout), tried(Verdict::timeout, Doubt::late_loop), tried(Verdict::timeout)})
          .doubts.any());
  const Outcome outcome = settled(twice, {tried(Verdict::timeout), tried(Verdict::timeout, Doubt::late_loop),
                                          tried(Verdict::timeout, Doubt::local_drops)});
  EXPECT_EQ(outcome.doubts, Doubts(Doubt::local_drops));
  EXPECT_EQ(outcome.tries, 3);
}

TEST(Settle, WhatWasSentIsNeverTriedAgain) {
  for (const VerdictRow& row : all_verdicts)
    for (const Doubts doubts : {Doubts(), Doubts(Doubt::tainted), Doubts(Doubt::late_loop)}) {
      Outcome outcome = tried(row.verdict, doubts);
      outcome.exchange = Exchange{.sent = true};
      EXPECT_FALSE(settle(twice, nullptr, outcome)) << row.name;
      EXPECT_EQ(outcome.verdict, row.verdict);
      EXPECT_EQ(outcome.doubts, doubts) << row.name;
    }
}

TEST(Settle, WhatWasSentInALaterLapEndsThere) {
  Outcome outcome = tried(Verdict::timeout);
  std::optional<Unsettled> before = settle(twice, nullptr, outcome);
  ASSERT_TRUE(before);
  outcome = tried(Verdict::total_timeout, Doubt::tainted);
  outcome.exchange = Exchange{.sent = true};
  EXPECT_FALSE(settle(twice, &*before, outcome));
  EXPECT_EQ(outcome.lap, 2);
  EXPECT_EQ(outcome.tries, 2);
}

TEST(Settle, AStallStandsAtOnceUnlessAnOutageMadeIt) {
  for (const VerdictRow& row : all_verdicts) {
    if (!is_stall(row.verdict)) continue;
    Outcome outcome = tried(row.verdict);
    outcome.exchange.emplace();
    EXPECT_FALSE(settle(twice, nullptr, outcome)) << row.name;
    EXPECT_FALSE(outcome.doubts.any());
    outcome = tried(row.verdict, Doubt::tainted);
    EXPECT_TRUE(settle(twice, nullptr, outcome)) << row.name;
  }
}

TEST(Doubts, AStallIsDoubtedForOurLatenessAndForAnOutage) {
  Outcome outcome = tried(Verdict::answer_timeout);
  outcome.evidence = {.waited_ms = 1'000, .lateness_ms = 100, .drops = 1'000, .syns = 1, .sent = 10};
  EXPECT_FALSE(doubts_of(outcome, false).any());
  EXPECT_EQ(doubts_of(outcome, true), Doubts(Doubt::tainted));
  outcome.evidence.lateness_ms = 500;
  EXPECT_EQ(doubts_of(outcome, false), Doubts(Doubt::late_loop));
}

TEST(Settle, TwoTriesOfOneSynEachAreTwoSyns) {
  EXPECT_FALSE(settled(twice, {tried(Verdict::timeout, Doubt::few_syns), tried(Verdict::timeout, Doubt::few_syns)})
                   .doubts.any());
}

TEST(Settle, WhereMuchGetsLostTwoSilencesProveNothing) {
  const auto after = [](double missed_share, int tries) {
    std::optional<Unsettled> before;
    Outcome outcome;
    for (int i = 0; i < tries; ++i) {
      outcome = tried(Verdict::timeout);
      before = settle({.confirm = 2}, before ? &*before : nullptr, outcome, missed_share);
      if (!before) break;
    }
    EXPECT_FALSE(before) << missed_share;
    return outcome;
  };
  EXPECT_EQ(after(1e-4, 3).tries, 2) << "one in 10,000 is missed by a try, and hardly any by two";
  EXPECT_EQ(after(2e-3, 3).tries, 3) << "a third try makes up for it";
  EXPECT_FALSE(after(2e-3, 3).doubts.any());
  EXPECT_EQ(after(0.04, 3).doubts, Doubts(Doubt::few_syns)) << "three tries of one SYN each, at 2 % loss each way";
}

TEST(Settle, WhatAResolverIsBlamedForIsBelievedWhenItSaysItTwice) {
  for (const Verdict verdict :
       {Verdict::dns_failure, Verdict::dns_refused, Verdict::dns_timeout, Verdict::dns_invalid}) {
    const Outcome outcome = settled(twice, {tried(verdict), tried(verdict)});
    EXPECT_EQ(outcome.verdict, verdict);
    EXPECT_FALSE(outcome.doubts.any());
    EXPECT_EQ(outcome.tries, 2);
  }
  EXPECT_EQ(settled(never, {tried(Verdict::dns_failure)}).lap, 1);
}

TEST(Settle, AResolverThatRecoversOverturnsWhatItSaid) {
  for (const Verdict verdict : {Verdict::open, Verdict::no_name}) {
    const Outcome outcome = settled(twice, {tried(Verdict::dns_failure), tried(verdict)});
    EXPECT_EQ(outcome.verdict, verdict);
    EXPECT_TRUE(outcome.overturned);
    EXPECT_FALSE(outcome.doubts.any());
  }
}

TEST(Settle, AResolverThatFailsInAnotherWayIsAskedOnceMoreAndThenStaysInDoubt) {
  const std::vector<Outcome> tries{tried(Verdict::dns_failure), tried(Verdict::dns_timeout),
                                   tried(Verdict::dns_failure)};
  EXPECT_EQ(settled(twice, tries).doubts, Doubts(Doubt::disagreement));
  EXPECT_EQ(settled(twice, tries).tries, 3);
}

TEST(Settle, LossSaysNothingOfAServerThatAnswersWithAFailure) {
  Outcome outcome = tried(Verdict::dns_failure);
  std::optional<Unsettled> before = settle(twice, nullptr, outcome, 0.1);
  ASSERT_TRUE(before);
  Outcome again = tried(Verdict::dns_failure);
  EXPECT_FALSE(settle(twice, &*before, again, 0.1));
  EXPECT_FALSE(again.doubts.any());
}

TEST(Settle, TwoKindsOfSilenceDisagree) {
  const Outcome outcome =
      settled(twice, {tried(Verdict::dns_timeout), tried(Verdict::timeout), tried(Verdict::dns_timeout)});
  EXPECT_EQ(outcome.doubts, Doubts(Doubt::disagreement));
}

TEST(Settle, WithoutConfirmationADoubtfulSilenceStandsWithItsDoubt) {
  EXPECT_EQ(settled(never, {tried(Verdict::timeout, Doubt::few_syns)}).doubts, Doubts(Doubt::few_syns));
  EXPECT_FALSE(settled(never, {tried(Verdict::timeout)}).doubts.any());
}

TEST(Settle, ATaintedTryDoesNotCountEvenWithoutConfirmation) {
  const Outcome outcome = settled(never, {tried(Verdict::unreachable, Doubt::tainted), tried(Verdict::open)});
  EXPECT_EQ(outcome.verdict, Verdict::open);
  EXPECT_FALSE(outcome.overturned) << "a void answer cannot be overturned";
  EXPECT_EQ(
      settled(twice, {tried(Verdict::timeout, Doubt::tainted), tried(Verdict::timeout), tried(Verdict::timeout)}).tries,
      3);
}

TEST(Settle, AnOutageThatNeverEndsLeavesADoubtNotALoop) {
  const std::vector<Outcome> tries(6, tried(Verdict::timeout, Doubt::tainted));
  EXPECT_EQ(settled(twice, tries).doubts, Doubts(Doubt::tainted));
}

TEST(Settle, AShortageInALaterLapIsTriedAgainAndNeverOverturnsAnything) {
  const Outcome outcome =
      settled(twice, {tried(Verdict::timeout), tried(Verdict::local_shortage), tried(Verdict::timeout)});
  EXPECT_EQ(outcome.verdict, Verdict::timeout);
  EXPECT_FALSE(outcome.doubts.any());
  EXPECT_FALSE(outcome.overturned);
}

TEST(Settle, AStoppedTryIsLeftForTheSessionThatCarriesOn) {
  EXPECT_EQ(settled(twice, {tried(Verdict::timeout), tried(Verdict::unfinished)}).verdict, Verdict::unfinished);
}

TEST(DoubtsOf, AnswersAreBeyondDoubt) {
  Outcome outcome = tried(Verdict::closed);
  outcome.evidence = {.waited_ms = 10, .lateness_ms = 5'000, .drops = 100, .syns = 1};
  EXPECT_FALSE(doubts_of(outcome, true).any());
}

TEST(DoubtsOf, SilenceIsDoubtedForOurDropsOurLatenessAndASingleSyn) {
  Outcome outcome = tried(Verdict::timeout);
  outcome.evidence = {.waited_ms = 3'500, .lateness_ms = 0, .drops = 0, .syns = 4};
  EXPECT_FALSE(doubts_of(outcome, false).any());
  outcome.evidence.drops = 1;
  EXPECT_EQ(doubts_of(outcome, false), Doubts(Doubt::local_drops));
  outcome.evidence.sent = 200;
  EXPECT_FALSE(doubts_of(outcome, false).any()) << "four SYNs, and one packet in 200 was thrown away";
  outcome.evidence.syns = 1;
  EXPECT_TRUE(doubts_of(outcome, false).has(Doubt::local_drops));
  outcome.evidence.syns = 4;
  outcome.evidence.drops = 10;
  EXPECT_EQ(doubts_of(outcome, false), Doubts(Doubt::local_drops));
  outcome.evidence = {.waited_ms = 3'500, .lateness_ms = 1'000, .drops = 0, .syns = 4};
  EXPECT_EQ(doubts_of(outcome, false), Doubts(Doubt::late_loop));
  outcome.evidence = {.waited_ms = 3'500, .lateness_ms = 0, .drops = 0, .syns = 0};
  EXPECT_FALSE(doubts_of(outcome, false).any()) << "where the kernel does not tell, the time does";
  outcome.evidence.waited_ms = 900;
  EXPECT_EQ(doubts_of(outcome, false), Doubts(Doubt::few_syns));
  outcome.evidence = {.waited_ms = 900, .lateness_ms = 0, .drops = 0, .syns = 1};
  EXPECT_EQ(doubts_of(outcome, true), Doubt::few_syns | Doubts(Doubt::tainted));
}

}  // namespace
}  // namespace atonce
