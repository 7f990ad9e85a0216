#include "atonce/model/recording.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace atonce {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::FloatNear;

const Instant zero = Instant(1h);

void add(OutcomeRecorder& recorder, std::uint64_t index, Duration from, Duration to) {
  TimedPhases stretches;
  stretches.add(Phase::connect, zero + from, zero + to);
  recorder.add(index, "job", Verdict::open, zero + from, zero + to, stretches);
}

std::vector<float> in_flight(const Recording& recording) {
  return {recording.in_flight.begin(), recording.in_flight.begin() + recording.bin_count};
}

TEST(Recording, HasOneInFlightWhereOneJobFollowsAnother) {
  OutcomeRecorder recorder(zero);
  for (int i = 0; i < 1'000; ++i) add(recorder, static_cast<std::uint64_t>(i), i * 7ms, (i + 1) * 7ms);
  const auto recording = recorder.finish(zero + 7s);
  EXPECT_EQ(recording->wall, 7s);
  EXPECT_GE(recording->bin_count, Recording::bins_max / 2 - 20);
  EXPECT_THAT(in_flight(*recording), Each(FloatNear(1, 1e-4f)));
}

TEST(Recording, CountsEachJobOnceWhateverItsLength) {
  OutcomeRecorder recorder(zero);
  std::mt19937_64 random(5);
  double together = 0;
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const Duration from(random() % 3'000'000'000), length(random() % 2'000'000'000);
    add(recorder, i, from, from + length);
    together += seconds(length);
  }
  const auto recording = recorder.finish(zero + 5s);
  EXPECT_EQ(std::accumulate(recording->finished.begin(), recording->finished.end(), std::uint64_t{0}), 10'000u);
  double area = 0;
  for (std::uint32_t i = 0; i < recording->bin_count; ++i)
    area += static_cast<double>(recording->in_flight[i]) *
            seconds(std::min(recording->bin, recording->wall - recording->bin * static_cast<std::int64_t>(i)));
  EXPECT_NEAR(area, together, together * 1e-5);
}

TEST(Recording, HasRoomForManyJobsOfYears) {
  OutcomeRecorder recorder(zero);
  constexpr Duration years = std::chrono::hours(24 * 365 * 10);
  constexpr std::uint64_t jobs = 20'000;
  for (std::uint64_t i = 0; i < jobs; ++i) add(recorder, i, 0ms, years);
  const auto recording = recorder.finish(zero + years);
  EXPECT_THAT(in_flight(*recording), Each(FloatNear(jobs, 1)));
}

TEST(Recording, HasBinsUpToItsEndAlsoWhereNothingEndsThere) {
  OutcomeRecorder recorder(zero);
  add(recorder, 0, 0ms, 1ms);
  const auto recording = recorder.finish(zero + 1s);
  EXPECT_EQ(recording->wall, 1s);
  EXPECT_GE(recording->bin * static_cast<std::int64_t>(recording->bin_count), recording->wall);
  EXPECT_LT(recording->bin * static_cast<std::int64_t>(recording->bin_count - 1), recording->wall);
}

TEST(Recording, CountsWhatEndsWithItsEnd) {
  OutcomeRecorder recorder(zero);
  add(recorder, 0, 0ms, 64us * 16);
  const auto recording = recorder.finish(zero + 64us * 16);
  EXPECT_EQ(recording->bin_count, 16u);
  EXPECT_EQ(recording->finished[15], 1u);
  EXPECT_THAT(in_flight(*recording), Each(FloatNear(1, 1e-3f)));
}

TEST(Recording, SamplesTheSameJobsInWhateverOrderTheyEnd) {
  std::vector<std::uint64_t> order(1'000);
  std::iota(order.begin(), order.end(), 0u);
  std::vector<std::vector<std::uint64_t>> samples;
  std::mt19937_64 random(7);
  for (int times = 0; times < 3; ++times) {
    OutcomeRecorder recorder(zero);
    for (const std::uint64_t index : order) add(recorder, index, 0ms, 1ms);
    std::vector<std::uint64_t>& sample = samples.emplace_back();
    for (const RecordedJob& job : recorder.finish(zero + 1ms)->all_jobs()) sample.push_back(job.index);
    std::ranges::shuffle(order, random);
  }
  EXPECT_EQ(samples[0], samples[1]);
  EXPECT_EQ(samples[0], samples[2]);
  EXPECT_GT(samples[0].size(), Recording::jobs_max / 2 - 1);
  EXPECT_LE(samples[0].size(), Recording::jobs_max);
  EXPECT_EQ(samples[0][1], 16u) << "evenly over all of them";
}

TEST(Recording, ShowsEachOfFewJobsWithItsName) {
  OutcomeRecorder recorder(zero);
  Outcome outcome{.verdict = Verdict::open,
                  .due = zero,
                  .started = zero + 1ms,
                  .resolved = zero + 2ms,
                  .connected = zero + 5ms,
                  .finished = zero + 5ms};
  outcome.target.host = "example.com";
  outcome.target.port = 443;
  recorder.add(outcome);
  const auto recording = recorder.finish(zero + 6ms);
  ASSERT_EQ(recording->all_jobs().size(), 1u);
  const RecordedJob& job = recording->all_jobs().front();
  EXPECT_EQ(job.name(), "example.com:443");
  EXPECT_EQ(job.verdict, Verdict::open);
  ASSERT_EQ(job.all_parts().size(), 3u);
  EXPECT_EQ(job.all_parts()[2].phase, Phase::connect);
  EXPECT_EQ(job.all_parts()[2].begin, 2ms);
  EXPECT_EQ(job.all_parts()[2].length, 3ms);
  EXPECT_EQ(recording->phase_us[static_cast<std::size_t>(Phase::connect)].max_us(), 3'000u);
}

TEST(Recording, HasATryThatSettledNothingInFlightAndItsTargetEndsOnce) {
  OutcomeRecorder recorder(zero);
  Outcome outcome{.verdict = Verdict::timeout, .due = zero, .started = zero, .resolved = zero, .finished = zero + 4ms};
  outcome.target.host = "silent.example";
  recorder.add_try(outcome);
  Outcome again{.verdict = Verdict::open,
                .due = zero + 12ms,
                .started = zero + 12ms,
                .resolved = zero + 12ms,
                .connected = zero + 16ms,
                .finished = zero + 16ms};
  again.target = outcome.target;
  recorder.add(again);
  const auto recording = recorder.finish(zero + 16ms);
  EXPECT_EQ(std::accumulate(recording->finished.begin(), recording->finished.end(), std::uint64_t{0}), 1u);
  double area = 0;
  for (const float in_flight : recording->in_flight) area += static_cast<double>(in_flight) * seconds(recording->bin);
  EXPECT_NEAR(area, 0.008, 1e-6);
  ASSERT_EQ(recording->all_jobs().size(), 1u);
  const RecordedJob& job = recording->all_jobs().front();
  EXPECT_EQ(job.verdict, Verdict::open);
  ASSERT_EQ(job.all_parts().size(), 2u);
  EXPECT_EQ(job.all_parts()[1].begin, 12ms);
}

TEST(Recording, CutsALongNameAtACharactersBorder) {
  OutcomeRecorder recorder(zero);
  std::string name;
  for (int i = 0; i < 100; ++i) name += "\u00e9\u20ac";
  recorder.add(0, name, Verdict::ok, zero, zero + 1ms, {});
  const auto recording = recorder.finish(zero + 1ms);
  const std::string_view kept = recording->all_jobs().front().name();
  EXPECT_TRUE(name.starts_with(kept));
  EXPECT_EQ(kept.size(), 160u);
}

TEST(Recording, LeavesOutWhatNobodyWasAsked) {
  OutcomeRecorder recorder(zero);
  recorder.add(Outcome{.verdict = Verdict::invalid_input});
  const auto recording = recorder.finish(zero + 1ms);
  EXPECT_EQ(recording->job_count, 0u);
  EXPECT_THAT(in_flight(*recording), Each(FloatNear(0, 0)));
}

TEST(Recording, OfNothingIsEmpty) {
  const auto recording = OutcomeRecorder(zero).finish(zero);
  EXPECT_EQ(recording->bin_count, 0u);
  EXPECT_EQ(recording->job_count, 0u);
}

}  // namespace
}  // namespace atonce
