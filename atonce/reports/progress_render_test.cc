#include "atonce/reports/progress_render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "atonce/reports/progress_meter.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

VerdictCounts counts(std::uint64_t open, std::uint64_t timeout = 0) {
  VerdictCounts counts{};
  counts[static_cast<std::size_t>(Verdict::open)] = open;
  counts[static_cast<std::size_t>(Verdict::timeout)] = timeout;
  return counts;
}

ProgressSnapshot half_way() {
  return {.done = 5'000,
          .total = 10'000,
          .by_verdict = counts(4'500, 500),
          .in_flight = 1'000,
          .rate_now = 1'203.4,
          .rate_average = 1'180,
          .elapsed = 4s,
          .left = std::pair{4s, 8200ms}};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

TEST(ProgressRender, SaysHowFarHowFastAndWhatCameOut) {
  EXPECT_THAT(render_progress(half_way(), 80, false),
              ElementsAre("5,000 of 10,000 (50 %)  [===================                   ]",
                          "1,203/s now  1,180/s average  1,000 in flight  4s to 8.2s left", "open 4,500  timeout 500"));
}

TEST(ProgressRender, StaysWithinAnyWidth) {
  ProgressSnapshot snapshot = half_way();
  snapshot.by_verdict.fill(123'456'789);
  snapshot.shortages = 1'000'000;
  snapshot.lateness = 2s;
  snapshot.lap = {.number = 2, .done = 123'456'789, .total = 987'654'321};
  for (std::size_t width = 20; width <= 200; ++width)
    for (const bool colour : {false, true})
      for (const std::string& line : render_progress(snapshot, width, colour)) {
        EXPECT_LE(columns_of(line), width);
        EXPECT_EQ(line.find('\n'), line.npos);
      }
}

TEST(ProgressRender, TakesNoColumnForColour) {
  const auto plain = render_progress(half_way(), 80, false);
  const auto coloured = render_progress(half_way(), 80, true);
  ASSERT_EQ(plain.size(), coloured.size());
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_EQ(columns_of(plain[i]), columns_of(coloured[i]));
  EXPECT_THAT(joined(coloured), HasSubstr("\x1b[32mopen 4,500\x1b[0m"));
  EXPECT_THAT(joined(plain), Not(HasSubstr("\x1b")));
}

TEST(ProgressRender, NeverShowsAnUnfinishedRunAsAHundredPercent) {
  ProgressSnapshot snapshot = half_way();
  snapshot.done = 9'999;
  EXPECT_THAT(joined(render_progress(snapshot, 80, false)), HasSubstr("(99 %)"));
  snapshot.done = 10'000;
  EXPECT_THAT(joined(render_progress(snapshot, 80, false)), HasSubstr("(100 %)"));
}

TEST(ProgressRender, ShowsWhatIsOursApartFromTheVerdicts) {
  ProgressSnapshot snapshot = half_way();
  EXPECT_THAT(joined(render_progress(snapshot, 80, false)), Not(HasSubstr("ours")));
  snapshot.shortages = 3;
  snapshot.lateness = 140ms;
  EXPECT_THAT(render_progress(snapshot, 80, false).back(), "ours: 3 shortages waited out  ours: loop late by 140ms");
}

TEST(ProgressRender, ShowsTheLapAndWhatTheAutopilotAllows) {
  ProgressSnapshot snapshot = half_way();
  snapshot.lap = {.number = 1, .total = 500};
  snapshot.rate_allowed = 11'000;
  EXPECT_EQ(render_progress(snapshot, 80, false).back(), "to try again: 500  auto 11,000/s");
  snapshot.lap = {.number = 2, .done = 3'000, .total = 16'384};
  snapshot.unsure = 12;
  snapshot.rate_allowed = 0;
  EXPECT_EQ(render_progress(snapshot, 80, false).back(), "second lap: 3,000 of 16,384  unsure 12");
  EXPECT_THAT(render_progress_line(snapshot), HasSubstr(", second lap: 3,000 of 16,384, unsure 12"));
  snapshot.lap.number = 3;
  EXPECT_THAT(render_progress_line(snapshot), HasSubstr("lap 3: 3,000 of 16,384"));
}

TEST(ProgressMeter, HandsOnWhatConcernsTrust) {
  const ProgressSnapshot snapshot =
      ProgressMeter(100, false, 1s)
          .read({.unsure = 3, .lap = {.number = 2, .done = 1, .total = 9}, .rate_allowed = 50});
  EXPECT_EQ(snapshot.unsure, 3u);
  EXPECT_EQ(snapshot.lap.total, 9u);
  EXPECT_EQ(snapshot.rate_allowed, 50);
}

TEST(ProgressRender, DoesWithoutATotal) {
  ProgressSnapshot snapshot = half_way();
  snapshot.total.reset();
  snapshot.left.reset();
  EXPECT_EQ(render_progress(snapshot, 80, false).front(), "5,000 done");
  EXPECT_EQ(render_progress_line(snapshot), "5,000 done, 1,203/s, 1,000 in flight, 4s so far, open 4,500, timeout 500");
}

TEST(ProgressMeter, GivesTheTimeLeftAsARangeBetweenTheRateNowAndTheAverage) {
  ProgressMeter meter(10'000, false, 3500ms);
  for (int tick = 0; tick <= 40; ++tick)  // 100/s for 4 s ...
    meter.read({.by_verdict = counts(static_cast<std::uint64_t>(tick) * 10), .elapsed = tick * 100ms});
  ProgressSnapshot snapshot;
  for (int tick = 41; tick <= 80; ++tick)  // ... then 1,000/s for 4 s.
    snapshot =
        meter.read({.by_verdict = counts(400 + static_cast<std::uint64_t>(tick - 40) * 100), .elapsed = tick * 100ms});
  EXPECT_NEAR(snapshot.rate_now, 1'000, 50);
  EXPECT_NEAR(snapshot.rate_average, 550, 1);
  ASSERT_TRUE(snapshot.left);
  EXPECT_NEAR(seconds(snapshot.left->first), 5'600 / 1'000.0, 0.4);
  EXPECT_NEAR(seconds(snapshot.left->second), 5'600 / 550.0, 0.1);
}

TEST(ProgressMeter, AddsTheLongestWaitWhereSomeStaySilent) {
  ProgressMeter meter(100, false, 3500ms);
  const ProgressSnapshot snapshot = meter.read({.by_verdict = counts(40, 10), .elapsed = 5s});
  ASSERT_TRUE(snapshot.left);
  EXPECT_EQ(snapshot.left->first, 5s);
  EXPECT_EQ(snapshot.left->second, 8500ms);
}

TEST(ProgressMeter, GuessesNothingTooEarlyWithoutATotalOrWithoutProgress) {
  EXPECT_FALSE(ProgressMeter(100, false, 1s).read({.by_verdict = counts(10), .elapsed = 500ms}).left);
  EXPECT_FALSE(ProgressMeter(std::nullopt, false, 1s).read({.by_verdict = counts(10), .elapsed = 5s}).left);
  EXPECT_FALSE(ProgressMeter(100, false, 1s).read({.elapsed = 5s}).left);
  EXPECT_FALSE(ProgressMeter(0, false, 1s).read({.elapsed = 5s}).left);
}

TEST(ProgressMeter, DropsAnEstimateThatWasTooLow) {
  const ProgressSnapshot snapshot = ProgressMeter(100, true, 1s).read({.by_verdict = counts(150), .elapsed = 5s});
  EXPECT_FALSE(snapshot.total);
}

}  // namespace
}  // namespace atonce
