#include "atonce/strategies/laps.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "atonce/strategies/testing.h"

namespace atonce {
namespace {

class Earlier final : public Resumption {
 public:
  bool is_settled(std::uint64_t index) const override { return index < settled; }
  bool has_failed(std::uint64_t index) const override { return failed.contains(index); }
  std::optional<Outcome> unsettled(std::uint64_t index) const override {
    const auto found = tried.find(index);
    return found == tried.end() ? std::nullopt : std::optional(found->second);
  }
  const Tally& tally() const override { return tally_; }

  std::uint64_t settled = 0;
  std::set<std::uint64_t> failed;
  std::map<std::uint64_t, Outcome> tried;
  Tally tally_;
};

/// Claims everything that a lap has, and gives it `verdict_of`; returns how many were tried.
std::uint64_t do_lap(Laps& laps, const std::function<Verdict(std::uint64_t)>& verdict_of, std::vector<Outcome>& done) {
  std::uint64_t tried = 0;
  std::vector<Target> chunk(16);
  while (!laps.ended()) {
    const std::size_t count = laps.claim(chunk);
    for (std::size_t i = 0; i < count; ++i) {
      ++tried;
      Outcome outcome{.target = chunk[i], .verdict = verdict_of(chunk[i].index), .tries = 1};
      if (laps.settle(outcome)) done.push_back(outcome);
    }
  }
  return tried;
}

TEST(Laps, EachTargetIsSettledOnceAndOnlyTheSilentOnesAreTriedAgain) {
  CountedTargets list(1'000);
  const TrustOptions trust{.confirm = 2};
  Laps laps(trust, list, nullptr);
  std::vector<Outcome> done;
  const auto every_fifth_is_silent = [](std::uint64_t index) { return index % 5 ? Verdict::open : Verdict::timeout; };
  (void)do_lap(laps, every_fifth_is_silent, done);
  ASSERT_TRUE(laps.next_lap());
  EXPECT_EQ(laps.lap_size(), laps.unsettled());
  (void)do_lap(laps, every_fifth_is_silent, done);
  EXPECT_FALSE(laps.next_lap());
  ASSERT_EQ(done.size(), 1'000u);
  std::vector<unsigned> rows(1'000);
  for (const Outcome& outcome : done) {
    ++rows[outcome.target.index];
    EXPECT_EQ(outcome.tries, outcome.target.index % 5 ? 1 : 2);
    EXPECT_EQ(outcome.target.host, "t" + std::to_string(outcome.target.index));
  }
  EXPECT_EQ(rows, std::vector<unsigned>(1'000, 1));
  EXPECT_EQ(laps.checked(), 200u);
  EXPECT_EQ(laps.overturned(), 0u);
}

TEST(Laps, WhatWasSentHasNoSecondLap) {
  CountedTargets list(1'000);
  const TrustOptions trust{.confirm = 2};
  Laps laps(trust, list, nullptr);
  std::vector<Target> chunk(1'000);
  ASSERT_EQ(laps.claim(chunk), 1'000u);
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    const Verdict verdict = all_verdicts[i % verdict_count].verdict;
    Outcome outcome{.target = chunk[i], .verdict = verdict, .tries = 1, .doubts = Doubt::tainted};
    outcome.exchange = Exchange{.sent = true};
    EXPECT_TRUE(laps.settle(outcome)) << name_of(verdict);
  }
  EXPECT_FALSE(laps.next_lap());
  EXPECT_EQ(laps.unsettled(), 0u);
}

TEST(Laps, ASampleOfTheSilencesIsCheckedWithinTheFirstLap) {
  CountedTargets list(10'000);
  const TrustOptions trust{.confirm = 2};
  Laps laps(trust, list, nullptr);
  std::vector<Outcome> done;
  std::vector<unsigned> tries(10'000);
  const auto answers_the_second_time = [&](std::uint64_t index) {
    return ++tries[index] > 1 ? Verdict::open : Verdict::timeout;
  };
  EXPECT_GT(do_lap(laps, answers_the_second_time, done), 10'000u);
  EXPECT_GT(laps.overturned(), 100u);
  EXPECT_EQ(laps.overturned(), done.size());
  EXPECT_EQ(laps.unsettled(), 10'000 - done.size());
}

TEST(Laps, AResolverThatFailedForAWhileMakesNoSilenceDoubtful) {
  CountedTargets list(1'000);
  const TrustOptions trust{.confirm = 1};
  Laps laps(trust, list, nullptr);
  std::vector<Outcome> done;
  std::vector<unsigned> tries(1'000);
  const auto every_other_name_fails_once = [&](std::uint64_t index) {
    if (index % 2 != 0) return Verdict::timeout;
    return ++tries[index] > 1 ? Verdict::open : Verdict::dns_failure;
  };
  (void)do_lap(laps, every_other_name_fails_once, done);
  ASSERT_TRUE(laps.next_lap());
  (void)do_lap(laps, every_other_name_fails_once, done);
  EXPECT_FALSE(laps.next_lap());
  ASSERT_EQ(done.size(), 1'000u);
  for (const Outcome& outcome : done) EXPECT_FALSE(outcome.doubts.any()) << outcome.target.index;
  EXPECT_EQ(laps.overturned(), 500u);
}

TEST(Laps, AStoppedLapLeavesTheRestUnsettled) {
  CountedTargets list(100);
  const TrustOptions trust{.confirm = 1};
  Laps laps(trust, list, nullptr);
  std::vector<Outcome> done;
  (void)do_lap(laps, [](std::uint64_t) { return Verdict::timeout; }, done);
  ASSERT_TRUE(laps.next_lap());
  std::vector<Target> one(1);
  ASSERT_EQ(laps.claim(one), 1u);
  Outcome stopped{.target = one[0], .verdict = Verdict::unfinished};
  EXPECT_TRUE(laps.settle(stopped));
  EXPECT_EQ(laps.unsettled() + done.size() + 1, 100u);
}

TEST(Laps, WhatAnEarlierSessionSettledIsNotDoneAgainAndWhatItTriedIsTriedOnlyOnceMore) {
  CountedTargets list(100);
  Earlier earlier;
  earlier.settled = 60;
  earlier.tally_.by_verdict[static_cast<std::size_t>(Verdict::open)] = 60;
  earlier.tried[70] = Outcome{.verdict = Verdict::timeout, .tries = 1, .lap = 1};
  const TrustOptions trust{.confirm = 2};
  Laps laps(trust, list, &earlier);
  EXPECT_EQ(laps.targets_known(), 60u);
  std::vector<Outcome> done;
  EXPECT_EQ(do_lap(laps, [](std::uint64_t) { return Verdict::open; }, done), 39u);
  EXPECT_EQ(laps.targets_known(), 100u);
  ASSERT_TRUE(laps.next_lap());
  EXPECT_EQ(do_lap(laps, [](std::uint64_t) { return Verdict::timeout; }, done), 1u);
  EXPECT_FALSE(laps.next_lap());
  EXPECT_EQ(done.size(), 40u);
  EXPECT_EQ(done.back().target.host, "t70");
  EXPECT_EQ(done.back().tries, 2);
  EXPECT_FALSE(done.back().doubts.any());
}

/// Batches of three requests each.
class Batches final : public TargetList {
 public:
  explicit Batches(std::uint64_t batches) : batches_(batches) {}
  std::size_t claim(std::span<Target> out) override {
    std::size_t given = 0;
    for (; given < out.size() && given_ < batches_; ++given, ++given_)
      out[given] = {.index = 3 * given_, .batch = given_ + 1, .members = 3};
    return given;
  }
  bool ended() const override { return given_ == batches_; }
  std::uint64_t lines_read() const override { return given_; }
  std::uint64_t target_lines() const override { return given_; }
  std::uint64_t targets_given() const override { return 3 * given_; }
  std::uint64_t duplicates_dropped() const override { return 0; }
  std::optional<std::uint64_t> target_count() const override { return 3 * batches_; }
  std::optional<double> fraction_consumed() const override { return std::nullopt; }
  std::optional<Complaint> error() const override { return std::nullopt; }
  std::optional<Complaint> warning() const override { return std::nullopt; }

 private:
  std::uint64_t batches_;
  std::uint64_t given_ = 0;
};

TEST(Laps, TheRestOfABatchIsToldThatARequestBeforeItFailedInAnEarlierSession) {
  for (const std::uint64_t failed : {3u, 4u, 2u}) {
    Batches list(3);
    Earlier earlier;
    earlier.settled = 5;  // Of the second batch one request is left, the third has not begun.
    earlier.failed = {failed};
    Laps laps({}, list, &earlier);
    std::vector<Target> claimed(16);
    claimed.resize(laps.claim(claimed));
    ASSERT_EQ(claimed.size(), 2u);
    EXPECT_EQ(claimed[0].index, 5u);
    EXPECT_EQ(claimed[0].step, 2u);
    EXPECT_EQ(claimed[0].members, 1u);
    EXPECT_EQ(claimed[0].after_failure, failed >= 3) << failed;
    EXPECT_EQ(claimed[1].step, 0u);
    EXPECT_FALSE(claimed[1].after_failure);
  }
}

}  // namespace
}  // namespace atonce
