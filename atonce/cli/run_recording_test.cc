#include "atonce/cli/run_recording.h"

#include <gmock/gmock.h>

#include "atonce/cli/test_runs.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t second_us = 1'000'000;

/// A verdict so long after the beginning of its session.
JournalEntry entry_at(std::uint64_t index, std::chrono::milliseconds started, std::chrono::milliseconds lasted) {
  return {.index = index,
          .verdict = Verdict::open,
          .tries = 1,
          .started_us = std::chrono::microseconds(started).count(),
          .queue_us = 0,
          .namelookup_us = 0,
          .connect_us = static_cast<std::uint64_t>(std::chrono::microseconds(lasted).count()),
          .total_us = static_cast<std::uint64_t>(std::chrono::microseconds(lasted).count())};
}

void show(JournalVisitor& visitor, std::int64_t unix_s, const std::vector<JournalEntry>& entries) {
  visitor.session({.unix_us = unix_s * second_us});
  for (const JournalEntry& entry : entries) visitor.entry(entry);
}

TEST(SessionAxis, LaysSessionsBehindOneAnotherByTheWallClock) {
  SessionAxis axis;
  show(axis, 1'000, {entry_at(0, 0ms, 4s)});
  show(axis, 1'005, {entry_at(1, 0ms, 1s)});
  EXPECT_EQ(axis.begin_of(0), 0s);
  EXPECT_EQ(axis.begin_of(1), 5s);
  EXPECT_EQ(axis.left_out(), 0s);
}

TEST(SessionAxis, KeepsOnlyTheBeginningOfALongPause) {
  SessionAxis axis;
  show(axis, 1'000, {entry_at(0, 0ms, 4s)});
  show(axis, 1'000 + 86'400, {entry_at(1, 0ms, 1s)});
  show(axis, 1'000 + 86'402, {entry_at(2, 0ms, 1s)});
  EXPECT_EQ(axis.begin_of(1), 6s);
  EXPECT_EQ(axis.begin_of(2), 8s);
  EXPECT_EQ(axis.left_out(), 86'400s - 6s);
}

TEST(SessionAxis, AClockThatWasSetBackLaysNoSessionOverAnother) {
  SessionAxis axis;
  show(axis, 1'000, {entry_at(0, 0ms, 4s)});
  show(axis, 10, {entry_at(1, 0ms, 1s)});
  EXPECT_EQ(axis.begin_of(1), 4s);
}

TEST(SessionAxis, TimesOfWhateverSizeLeadNowhere) {
  SessionAxis axis;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  JournalEntry entry = entry_at(0, 0ms, 0ms);
  entry.started_us = most, entry.total_us = ~std::uint64_t{0};
  for (const std::int64_t unix_us : {-most, most, std::int64_t{0}, most}) {
    axis.session({.unix_us = unix_us});
    axis.entry(entry);
  }
  EXPECT_GE(axis.begin_of(3), axis.begin_of(2));
}

TEST(RunRecorder, RecordsEachTargetOnceInItsSession) {
  SessionAxis axis;
  const std::vector first{entry_at(0, 0ms, 4s)}, second{entry_at(0, 0ms, 1s), entry_at(1, 500ms, 1s)};
  show(axis, 1'000, first);
  show(axis, 1'005, second);
  RunRecorder recorder(axis, {});
  show(recorder, 1'000, first);
  show(recorder, 1'005, second);
  const auto recording = recorder.finish();
  ASSERT_EQ(recording->job_count, 2u);
  EXPECT_EQ(recording->wall, 6'500ms);
  EXPECT_EQ(recording->jobs[1].all_parts()[0].begin, 5'500ms);
  EXPECT_EQ(recording->jobs[1].all_parts()[0].length, 1s);
}

// What a journal of format 1 shows: nothing of exchanges, nothing of literals.
TEST(RunRecorder, TakesWhatNeverStartedAndWhatHasNoTimes) {
  SessionAxis axis;
  RunRecorder recorder(axis, {});
  recorder.entry({.index = 0, .verdict = Verdict::invalid_input});
  recorder.entry(entry_at(1, 0ms, 1s));
  EXPECT_EQ(recorder.finish()->job_count, 1u);
}

TEST(RunRecorder, AFileWasWaitedForAtTheDisk) {
  SessionAxis axis;
  RunRecorder recorder(axis, {.files = true});
  JournalEntry entry = entry_at(0, 0ms, 2ms);
  entry.verdict = Verdict::written, entry.connect_us.reset();
  recorder.entry(entry);
  EXPECT_EQ(recorder.finish()->jobs[0].all_parts()[0].phase, Phase::disk);
}

TEST(RunRecorder, AMillionTargetsLeaveASampleOfTheFirstSize) {
  SessionAxis axis;
  RunRecorder recorder(axis, {});
  JournalEntry entry = entry_at(0, 0ms, 3ms);
  for (entry.index = 0; entry.index < 1'000'000; ++entry.index) {
    entry.started_us = static_cast<std::int64_t>(entry.index * 10);
    recorder.entry(entry);
  }
  const auto recording = recorder.finish();
  EXPECT_LE(recording->job_count, Recording::jobs_max);
  EXPECT_GT(recording->job_count, Recording::jobs_max / 4);
  EXPECT_EQ(recording->phase_us[static_cast<std::size_t>(Phase::connect)].count(), 1'000'000u);
}

TEST(RunRecorder, TheListNamesTheJobsOfTheSample) {
  const TestFolder folder;
  write_file(folder / "list.txt", "a.example\nb.example\n");
  keep_run(folder / "run", folder / "list.txt", {{test_outcome(1, Verdict::open)}}, true);
  const auto run = look_at_run(folder / "run");
  ASSERT_TRUE(run) << run.error().text;
  SessionAxis axis;
  RunRecorder recorder(axis, {});
  ASSERT_TRUE(read_journal_of(*run, recorder));
  const auto recording = recorder.finish();
  ASSERT_TRUE(name_jobs(*run, *recording));
  EXPECT_EQ(recording->jobs[0].name(), "b.example:443");
}

TEST(RunRecorder, WithoutTheListJobsHaveNumbers) {
  const TestFolder folder;
  write_file(folder / "list.txt", "a.example\nb.example\n");
  keep_run(folder / "run", folder / "list.txt", {{test_outcome(1, Verdict::open)}}, true);
  write_file(folder / "list.txt", "other.example\n");
  const auto run = look_at_run(folder / "run");
  ASSERT_TRUE(run) << run.error().text;
  SessionAxis axis;
  RunRecorder recorder(axis, {});
  ASSERT_TRUE(read_journal_of(*run, recorder));
  const auto recording = recorder.finish();
  EXPECT_FALSE(name_jobs(*run, *recording));
  EXPECT_EQ(recording->jobs[0].name(), "target 2");
}

}  // namespace
}  // namespace atonce
