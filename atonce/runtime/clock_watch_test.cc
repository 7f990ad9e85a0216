#include "atonce/runtime/clock_watch.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr ClockReading start{Instant(1'000s), 5'000s, 1'700'000'000s};

ClockReading after(Duration monotonic, Duration boottime, Duration realtime) {
  return {start.monotonic + monotonic, start.boottime + boottime, start.realtime + realtime};
}

TEST(ClockWatch, FindsNothingWhenAllClocksGoOnTogether) {
  ClockWatch watch(start);
  const auto found = watch.look(after(520ms, 520ms, 521ms), start.monotonic + 20ms);
  EXPECT_FALSE(found.stood_still);
  EXPECT_FALSE(found.stepped);
  EXPECT_EQ(found.since, start.monotonic);
}

TEST(ClockWatch, NoticesThatItsOwnLookWasLate) {
  ClockWatch watch(start);
  const auto found = watch.look(after(521ms, 521ms, 521ms), start.monotonic + 20ms);
  EXPECT_TRUE(found.stood_still);
  EXPECT_FALSE(found.stepped);
}

TEST(ClockWatch, NoticesThatTheMachineSleptThoughTheMonotonicClockDidNot) {
  ClockWatch watch(start);
  const auto found = watch.look(after(20ms, 1h, 1h), start.monotonic + 20ms);
  EXPECT_TRUE(found.stood_still);
  EXPECT_FALSE(found.stepped);
}

TEST(ClockWatch, NoticesAWallClockThatIsSetEitherWay) {
  for (const Duration step : {Duration(501ms), Duration(-501ms), Duration(1h)}) {
    ClockWatch watch(start);
    const auto found = watch.look(after(20ms, 20ms, 20ms + step), start.monotonic + 20ms);
    EXPECT_TRUE(found.stepped) << step.count();
    EXPECT_FALSE(found.stood_still);
    EXPECT_FALSE(watch.look(after(40ms, 40ms, 40ms + step), start.monotonic + 40ms).stepped) << "only once";
  }
}

TEST(ClockWatch, LetsAClockBeSteeredSlowly) {
  ClockWatch watch(start);
  // 500 parts in a million, for an hour of looks: adjtimex(2).
  for (int i = 1; i <= 3'600; ++i)
    EXPECT_FALSE(watch.look(after(i * 1s, i * 1s, i * 1'000'500us), start.monotonic + i * 1s).stepped);
}

TEST(ClockWatch, ReadsClocksThatGoOn) {
  const ClockReading first = read_clocks();
  const ClockReading second = read_clocks();
  EXPECT_GE(second.monotonic, first.monotonic);
  EXPECT_GE(second.boottime, first.boottime);
}

}  // namespace
}  // namespace atonce
