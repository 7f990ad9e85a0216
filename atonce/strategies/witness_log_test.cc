#include "atonce/strategies/witness_log.h"

#include <gmock/gmock.h>

#include <functional>

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Instant zero(1'000s);
constexpr Duration tick_length = 25ms;

Endpoint host(std::uint8_t network) { return {IpAddress::v4(0x0a00'0001u | std::uint32_t{network} << 8), 443}; }

std::vector<std::string> causes_of(const WitnessReport& report) {
  std::vector<std::string> causes;
  for (const TaintedStretch& stretch : report.stretches) causes.push_back(stretch.cause);
  return causes;
}

/// A witness in made-up time: its canaries answer at once, as long as `reachable` says so, and its own listener too.
class WitnessLogTest : public ::testing::Test {
 protected:
  void offer(int count) {
    for (int i = 1; i <= count; ++i) log_.canaries().offer(host(static_cast<std::uint8_t>(i)));
  }

  /// Lets time pass, tick by tick.
  void pass(Duration length) {
    for (const Instant end = now_ + length; now_ < end;) step(tick_length);
  }

  void step(Duration length, Duration due_after = tick_length, Duration slept = {}) {
    const Instant due = now_ + due_after;
    now_ += length;
    boottime_ += length + slept;
    ask(own_, true);
    if (const auto next = log_.canaries().next(now_)) ask(*next, false);
    end_patience();
    if (link_) log_.saw_uplink(link_, now_);
    log_.tick({now_, boottime_, boottime_ + wall_}, due);
  }

  void ask(const Endpoint& to, bool own) {
    const std::uint64_t number = log_.asked(to, own, now_);
    if (own || reachable_(to)) {
      log_.answered(number, now_);
    } else {
      waiting_.push_back({number, now_ + 3'500ms});
    }
  }
  void end_patience() {
    std::erase_if(waiting_, [this](const auto& question) {
      if (question.second > now_) return false;
      log_.missed(question.first, now_);
      return true;
    });
  }

  Duration since_start(Instant instant) const { return instant - zero; }
  Instant vouched() const { return Instant(Duration(conditions_.vouched_until_ns.load())); }

  Conditions conditions_;
  Instant now_ = zero;
  Duration boottime_ = 5'000s;
  Duration wall_ = 1'700'000'000s;
  std::function<bool(const Endpoint&)> reachable_ = [](const Endpoint&) { return true; };
  std::optional<Uplink> link_;
  const Endpoint own_{IpAddress::v4(0x7f000001), 40'000};
  WitnessLog log_{conditions_, {zero, boottime_, boottime_ + wall_}};
  std::vector<std::pair<std::uint64_t, Instant>> waiting_;
};

TEST_F(WitnessLogTest, FindsNothingWhereNothingHappens) {
  offer(8);
  pass(30s);
  const WitnessReport report = log_.report();
  EXPECT_THAT(report.stretches, IsEmpty());
  EXPECT_EQ(report.outside.asked, 60u);
  EXPECT_EQ(report.outside.missed, 0u);
  EXPECT_GT(report.own.asked, 1'000u);
  EXPECT_FALSE(conditions_.hold);
}

TEST_F(WitnessLogTest, TaintsAnOutageFromTheLastAnswerToTheNext) {
  offer(8);
  pass(10s);
  reachable_ = [](const Endpoint&) { return false; };
  pass(2'100ms);
  EXPECT_TRUE(conditions_.hold) << "two canaries were silent for 1.5 s";
  reachable_ = [](const Endpoint&) { return true; };
  pass(4s);
  EXPECT_FALSE(conditions_.hold);
  const WitnessReport report = log_.report();
  ASSERT_THAT(causes_of(report), ElementsAre("uplink"));
  const TaintedStretch& stretch = report.stretches[0];
  EXPECT_LE(since_start(stretch.from), 10s);
  EXPECT_GE(since_start(stretch.from), 9'500ms);
  EXPECT_GE(since_start(stretch.from + stretch.length), 12'100ms);
  EXPECT_LE(since_start(stretch.from + stretch.length), 12'700ms);
  EXPECT_EQ(report.outside.missed, 0u) << "misses of an outage are not the run's";
  EXPECT_EQ(report.outside.voided, 5u);
  EXPECT_GT(report.held, Duration{});
  EXPECT_LT(report.held, 1s);
}

TEST_F(WitnessLogTest, TellsThePoliciesReadersOfTheOutage) {
  offer(8);
  pass(10s);
  reachable_ = [](const Endpoint&) { return false; };
  pass(3s);
  const auto stretch = conditions_.overlapping(zero + 11s, zero + 12s);
  ASSERT_TRUE(stretch);
  EXPECT_EQ(stretch->taint, Taint::uplink);
  EXPECT_FALSE(conditions_.overlapping(zero + 1s, zero + 9s));
}

TEST_F(WitnessLogTest, VouchesForNoInstantThatItTaintsLater) {
  offer(8);
  pass(10s);
  for (int second = 0; second < 40; ++second) {
    reachable_ = [second](const Endpoint&) { return second % 7 < 3; };
    for (int i = 0; i < 40; ++i) {
      const Instant sure = vouched();
      const bool tainted = conditions_.overlapping(sure, sure).has_value();
      step(tick_length);
      EXPECT_GE(vouched(), sure) << "it never takes back";
      EXPECT_EQ(conditions_.overlapping(sure, sure).has_value(), tainted) << since_start(sure).count();
    }
  }
}

TEST_F(WitnessLogTest, VouchesUpToNowWhereNobodyElseIsAsked) {
  pass(1s);
  EXPECT_EQ(vouched(), now_);
}

TEST_F(WitnessLogTest, VouchesTickByTickWhileItHolds) {
  offer(8);
  link_ = Uplink{2, true};
  pass(10s);
  for (const bool by_link : {false, true}) {
    reachable_ = [](const Endpoint&) { return false; };
    if (by_link) link_ = Uplink{};
    while (!conditions_.hold && now_ < zero + 60s) step(tick_length);
    for (int i = 0; i < 200; ++i) {
      step(tick_length);
      ASSERT_TRUE(conditions_.hold);
      EXPECT_EQ(vouched(), now_);
    }
    reachable_ = [](const Endpoint&) { return true; };
    pass(5s);
    EXPECT_GE(vouched(), now_ - 1s);
  }
}

TEST_F(WitnessLogTest, VouchesSoonerWhereTheRunItselfIsAnswered) {
  offer(2);
  pass(10s);
  EXPECT_LT(vouched(), now_ - 1s) << "the last canary answered then";
  log_.saw_answer(now_);
  const Instant answered = now_;
  pass(tick_length);
  EXPECT_EQ(vouched(), answered - 1ns);
}

TEST_F(WitnessLogTest, DoesNotTakeOneSilentHostForAnOutage) {
  offer(8);
  pass(5s);
  reachable_ = [](const Endpoint& to) { return to != host(3); };
  pass(20s);
  const WitnessReport report = log_.report();
  EXPECT_THAT(report.stretches, IsEmpty());
  EXPECT_EQ(report.outside.missed, 2u) << "and asks it no more";
  EXPECT_EQ(log_.canaries().size(), 7u);
}

TEST_F(WitnessLogTest, BelievesTheRunsOwnAnswersMoreThanItsCanaries) {
  offer(8);
  pass(5s);
  reachable_ = [](const Endpoint&) { return false; };
  for (int i = 0; i < 100; ++i) {
    pass(100ms);
    log_.saw_answer(now_);
  }
  EXPECT_THAT(log_.report().stretches, IsEmpty());
  EXPECT_FALSE(conditions_.hold);
}

TEST_F(WitnessLogTest, HoldsThirtySecondsAtMostAndAnewForAnotherOutage) {
  offer(8);
  pass(5s);
  reachable_ = [](const Endpoint&) { return false; };
  pass(31s);
  EXPECT_TRUE(conditions_.hold);
  pass(5s);
  EXPECT_FALSE(conditions_.hold) << "though it goes on";
  log_.saw_answer(now_);
  pass(5s);
  EXPECT_TRUE(conditions_.hold);
  EXPECT_GE(log_.report().held, 30s);
}

TEST_F(WitnessLogTest, TaintsWhatItDidNotSeeWhenItStoodStill) {
  pass(1s);
  step(8s);
  pass(1s);
  const WitnessReport report = log_.report();
  ASSERT_THAT(causes_of(report), ElementsAre("stopped"));
  EXPECT_EQ(since_start(report.stretches[0].from), 1s);
  EXPECT_EQ(report.stretches[0].length, 8s);
}

TEST_F(WitnessLogTest, DoesNotBlameThePathForItsOwnSleep) {
  offer(8);
  pass(5s);
  reachable_ = [](const Endpoint&) { return false; };
  pass(900ms);
  step(10s);
  reachable_ = [](const Endpoint&) { return true; };
  pass(5s);
  EXPECT_THAT(causes_of(log_.report()), ElementsAre("stopped"));
}

TEST_F(WitnessLogTest, NoticesASuspendedMachineAndASteppedClock) {
  pass(1s);
  step(tick_length, tick_length, 1h);
  pass(1s);
  wall_ -= 2h;
  pass(1s);
  EXPECT_THAT(causes_of(log_.report()), ElementsAre("stopped", "clock"));
}

TEST_F(WitnessLogTest, TaintsAndHoldsWhileTheWayOutIsGone) {
  link_ = Uplink{2, true};
  pass(1s);
  link_ = Uplink{2, false};
  pass(1s);
  EXPECT_TRUE(conditions_.hold);
  link_ = Uplink{};
  pass(1s);
  link_ = Uplink{2, true};
  pass(1s);
  EXPECT_FALSE(conditions_.hold);
  const WitnessReport report = log_.report();
  ASSERT_THAT(causes_of(report), ElementsAre("uplink"));
  EXPECT_EQ(since_start(report.stretches[0].from), 1s);
  EXPECT_EQ(report.stretches[0].length, 2s + tick_length);
}

TEST_F(WitnessLogTest, TaintsTheMomentInWhichTheWayOutMoves) {
  link_ = Uplink{2, true};
  pass(1s);
  link_ = Uplink{3, true};
  pass(1s);
  const WitnessReport report = log_.report();
  ASSERT_THAT(causes_of(report), ElementsAre("uplink"));
  EXPECT_EQ(report.stretches[0].length, tick_length);
  EXPECT_FALSE(conditions_.hold);
}

TEST_F(WitnessLogTest, TaintsAStalledResolverUntilItsNextAnswerAndDoesNotHold) {
  pass(1s);
  log_.resolver().saw(zero + 900ms, 20, false);
  pass(6s);
  EXPECT_TRUE(conditions_.overlapping(zero + 2s, zero + 3s));
  log_.resolver().saw(zero + 6'900ms, 0, true);
  pass(1s);
  const WitnessReport report = log_.report();
  ASSERT_THAT(causes_of(report), ElementsAre("resolver"));
  EXPECT_EQ(since_start(report.stretches[0].from), 900ms);
  EXPECT_GE(report.stretches[0].length, 6s);
  EXPECT_LE(report.stretches[0].length, 6s + 200ms);
  EXPECT_FALSE(conditions_.hold);
}

TEST_F(WitnessLogTest, VouchesForNoTimeInWhichTheResolverMayHaveStalled) {
  pass(1s);
  log_.resolver().saw(now_, 20, true);
  const Instant answered = now_;
  pass(2s);
  EXPECT_EQ(vouched(), std::max(answered - 1ns, zero + 1s));
  EXPECT_TRUE(log_.resolver().wants_question(now_));
  log_.resolver().answered(now_);
  pass(tick_length);
  EXPECT_EQ(vouched(), now_ - tick_length - 1ns);
}

TEST_F(WitnessLogTest, KeepsTwoTroublesApartThatGoOnAtOnce) {
  link_ = Uplink{2, true};
  pass(1s);
  step(2s);
  link_ = Uplink{};
  log_.resolver().saw(zero + 1s, 50, false);
  pass(5s);
  EXPECT_THAT(causes_of(log_.report()), ElementsAre("stopped", "uplink", "resolver"));
  EXPECT_EQ(conditions_.stretches(), 3u) << "each of them extended, not noted anew";
}

TEST_F(WitnessLogTest, CountsNoMissForWhatItCouldNotAsk) {
  const std::uint64_t number = log_.asked(host(1), false, now_);
  log_.withdrawn(number);
  log_.missed(number, now_ + 1s);
  EXPECT_EQ(log_.report().outside.asked, 0u);
}

TEST(CanaryPool, AsksEachHostSeldomAndNotForEver) {
  CanaryPool pool;
  pool.offer(host(1));
  pool.offer(host(2));
  std::map<Endpoint, std::vector<Instant>> asked;
  Instant last{};
  for (Instant now = zero; now < zero + 400s; now += 25ms)
    if (const auto next = pool.next(now)) {
      EXPECT_GE(now - last, CanaryPool::gap_min);
      last = now;
      asked[*next].push_back(now);
    }
  ASSERT_EQ(asked.size(), 2u);
  for (const auto& [endpoint, instants] : asked) {
    EXPECT_EQ(instants.size(), CanaryPool::host_questions_max);
    for (std::size_t i = 1; i < instants.size(); ++i) EXPECT_GE(instants[i] - instants[i - 1], CanaryPool::host_gap);
  }
  EXPECT_EQ(pool.size(), 0u);
  pool.offer(host(1));
  EXPECT_EQ(pool.size(), 0u) << "it has been asked enough";
}

TEST(CanaryPool, TakesOneHostOfEachNetworkAndTheFreshestOnes) {
  CanaryPool pool;
  pool.offer(host(1));
  pool.offer({IpAddress::v4(0x0a00'0102), 443});
  EXPECT_EQ(pool.size(), 1u);
  for (std::uint8_t i = 2; i <= 20; ++i) pool.offer(host(i));
  EXPECT_EQ(pool.size(), CanaryPool::hosts_max);
  EXPECT_EQ(pool.next(zero), host(1)) << "nobody gives way before it was asked";
  pool.offer(host(30));
  std::vector<Endpoint> asked;
  for (Instant now = zero + 500ms; now < zero + 4'500ms; now += 500ms)
    if (const auto next = pool.next(now)) asked.push_back(*next);
  EXPECT_THAT(asked, ::testing::Contains(host(30)));
  EXPECT_THAT(asked, ::testing::Not(::testing::Contains(host(1))));
}

}  // namespace
}  // namespace atonce
