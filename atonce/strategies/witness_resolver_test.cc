#include "atonce/strategies/witness_resolver.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr Instant zero(1'000s);
constexpr Duration tick_length = 25ms;

/// A watch in made-up time; the run's answers and time-outs are told tick by tick.
class ResolverWatchTest : public ::testing::Test {
 protected:
  /// Lets time pass; `answers_after`: how long the resolver takes for our questions; none: it is silent.
  void pass(Duration length, std::optional<Duration> answers_after) {
    for (const Instant end = now_ + length; now_ < end;) {
      now_ += tick_length;
      watch_.saw(last_answer_, timeouts_, can_ask_);
      if (asked_ && answers_after && now_ - *asked_ >= *answers_after) {
        asked_.reset();
        watch_.answered(now_);
      } else if (asked_ && now_ - *asked_ >= ResolverWatch::patience) {
        asked_.reset();
        watch_.silent();
      }
      note(watch_.judge(now_));
      vouched_ = std::max(vouched_, watch_.vouched_until(now_));
      if (!watch_.wants_question(now_)) continue;
      asked_ = now_;
      ++questions_;
    }
  }
  void note(const std::optional<ResolverWatch::Stretch>& stretch) {
    if (!stretch) return;
    if (!standing_ || standing_->until < stretch->from) ++stretches_;
    standing_ = stretch;
  }
  void answer() {
    last_answer_ = now_;
    timeouts_ = 0;
  }

  ResolverWatch watch_{zero};
  Instant now_ = zero;
  Instant last_answer_ = zero;
  Instant vouched_ = zero;
  std::uint64_t timeouts_ = 0;
  bool can_ask_ = true;
  std::optional<Instant> asked_;
  int questions_ = 0;
  int stretches_ = 0;
  std::optional<ResolverWatch::Stretch> standing_;
};

TEST_F(ResolverWatchTest, DoesNotBlameAResolverThatAnswersUsForNamesThatNobodyAnswersFor) {
  answer();
  timeouts_ = 200;
  pass(60s, 5ms);
  EXPECT_EQ(stretches_, 0);
  EXPECT_GE(questions_, 30);
  EXPECT_LE(questions_, 60) << "once a second at most";
}

TEST_F(ResolverWatchTest, SeesAStallFromTheLastAnswerToTheNext) {
  pass(1s, 5ms);
  answer();
  timeouts_ = 20;
  const Instant last = now_;
  pass(1s, std::nullopt);
  EXPECT_EQ(questions_, 0) << "a second of silence is nothing yet";
  pass(2s, std::nullopt);
  EXPECT_EQ(stretches_, 0) << "its answer is still waited for";
  pass(7s, std::nullopt);
  ASSERT_EQ(stretches_, 1);
  EXPECT_EQ(standing_->from, last);
  EXPECT_EQ(standing_->until, now_);
  answer();
  pass(10s, 5ms);
  EXPECT_EQ(stretches_, 1);
  EXPECT_EQ(standing_->from, last);
  EXPECT_LE(standing_->until, last_answer_ + tick_length);
}

TEST_F(ResolverWatchTest, EndsAStallWithAnAnswerToItsOwnQuestion) {
  answer();
  timeouts_ = 40;
  pass(10s, std::nullopt);
  const Instant back = now_;
  pass(10s, 5ms);
  ASSERT_EQ(stretches_, 1);
  EXPECT_EQ(standing_->from, zero);
  EXPECT_GE(standing_->until, back);
  EXPECT_LE(standing_->until, back + 3s);
}

TEST_F(ResolverWatchTest, IsSureOfAStallWhereNothingWasEverAnswered) {
  can_ask_ = false;
  timeouts_ = 20;
  pass(1'050ms, std::nullopt);
  EXPECT_EQ(stretches_, 1);
  EXPECT_EQ(questions_, 0);
  EXPECT_EQ(standing_->from, zero);
}

TEST_F(ResolverWatchTest, DoesNotSuspectForAFewTimeouts) {
  timeouts_ = ResolverWatch::timeouts_min - 1;
  pass(20s, std::nullopt);
  EXPECT_EQ(questions_, 0);
  EXPECT_EQ(stretches_, 0);
  EXPECT_EQ(vouched_, now_);
}

TEST_F(ResolverWatchTest, BelievesAnAnswerToTheRunMoreThanSilenceToUs) {
  answer();
  timeouts_ = 30;
  pass(2s, std::nullopt);
  EXPECT_EQ(questions_, 1);
  answer();
  pass(5s, std::nullopt);
  EXPECT_EQ(stretches_, 0);
}

TEST_F(ResolverWatchTest, DrawsNothingFromAQuestionThatNobodyWaitedFor) {
  timeouts_ = 30;
  pass(1'050ms, std::nullopt);
  EXPECT_EQ(questions_, 1);
  watch_.stood_still();
  now_ += 10s;
  pass(tick_length, std::nullopt);
  EXPECT_EQ(stretches_, 0);
  pass(1s, 5ms);
  EXPECT_EQ(questions_, 2);
  EXPECT_EQ(stretches_, 0);
}

TEST_F(ResolverWatchTest, VouchesForNothingWhileItsQuestionIsOpenAndForAllOnceItIsAnswered) {
  answer();
  timeouts_ = 30;
  const Instant last = now_;
  pass(2'500ms, std::nullopt);
  EXPECT_LE(vouched_, last);
  pass(1s, std::nullopt);
  EXPECT_EQ(vouched_, now_) << "the stall is noted, so all is known";
}

TEST_F(ResolverWatchTest, IsNeverFarBehindWithItsVouching) {
  answer();
  timeouts_ = 30;
  for (int i = 0; i < 400; ++i) {
    pass(50ms, i % 100 < 50 ? std::optional<Duration>(5ms) : std::nullopt);
    EXPECT_GE(vouched_, now_ - 3'300ms);
  }
}

}  // namespace
}  // namespace atonce
