#include "atonce/results/journal_writer.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>

#include "atonce/results/faulty_storage.h"
#include "atonce/results/journal_sample.h"

namespace atonce {
namespace {

std::unique_ptr<JournalWriter> new_journal(Storage& storage) {
  return std::move(*JournalWriter::create(storage, "journal", sample_run()));
}

TEST(JournalWriter, RefusesToWriteOverAJournal) {
  MemoryStorage storage;
  new_journal(storage);
  EXPECT_EQ(JournalWriter::create(storage, "journal", sample_run()).error().code, EEXIST);
}

TEST(JournalWriter, CarriesOnlyOnWhatIsThere) {
  MemoryStorage storage;
  EXPECT_EQ(JournalWriter::carry_on(storage, "journal", {.bytes = 1}).error().code, ENOENT);
  EXPECT_FALSE(storage.exists("journal"));
  storage.put("short", "abc");
  EXPECT_EQ(JournalWriter::carry_on(storage, "short", {.bytes = 10}).error().code, EIO);
}

TEST(JournalWriter, CutsOffWhatItsReaderCouldNotUse) {
  const SampleJournal sample = sample_journal();
  const auto storage = sample_storage(sample.bytes + "half a frame");
  auto writer = JournalWriter::carry_on(*storage, sample_path, read_back(*storage).report.end);
  ASSERT_TRUE(writer);
  EXPECT_EQ(storage->content(sample_path), sample.bytes);
  EXPECT_EQ((*writer)->finals(), 12U);
  (*writer)->add_lap(9);
  ASSERT_EQ((*writer)->write(), 0);
  EXPECT_EQ(read_back(*storage).told.back(), Told(LapMark{9}));
  EXPECT_FALSE(read_back(*storage).report.torn());
}

TEST(JournalWriter, HandsNothingOverBeforeItIsAskedTo) {
  MemoryStorage storage;
  auto writer = new_journal(storage);
  const std::string header = storage.content("journal");
  SampleOutcomes outcomes;
  for (int i = 0; i < 5'000; ++i) writer->add(outcomes.next(), EntryKind::final);
  EXPECT_EQ(storage.content("journal"), header);
  EXPECT_GT(writer->bytes_waiting(), 100'000U);
  ASSERT_EQ(writer->write(), 0);
  EXPECT_EQ(writer->bytes_waiting(), 0U);
  EXPECT_EQ(storage.content("journal").size(), writer->bytes());
}

TEST(JournalWriter, WritesNothingWhenNothingWaits) {
  MemoryStorage storage;
  auto writer = new_journal(storage);
  const std::size_t position = storage.position();
  EXPECT_EQ(writer->write(), 0);
  EXPECT_EQ(writer->sync(), 0);
  EXPECT_EQ(storage.position(), position);
}

/// Adds, writes and syncs until something fails, and returns what is then known to be written.
struct Written {
  std::vector<Told> told;
  int error = 0;
};
Written write_until_it_fails(Storage& storage) {
  Written written;
  auto writer = JournalWriter::create(storage, "journal", sample_run());
  if (!writer) return {{}, writer.error().code};
  SampleOutcomes outcomes;
  std::vector<Told> waiting;
  for (int i = 0; i < 40 && written.error == 0; ++i) {
    const Outcome& outcome = outcomes.next();
    (*writer)->add(outcome, EntryKind::final);
    JournalEntry entry;
    journal_entry_of(outcome, EntryKind::final, {}, entry);
    waiting.emplace_back(entry);
    if (i % 3 != 2) continue;
    written.error = (*writer)->write();
    if (written.error == 0) std::ranges::move(waiting, std::back_inserter(written.told));
    waiting.clear();
    if (written.error == 0 && i % 6 == 5) written.error = (*writer)->sync();
  }
  if (written.error != 0) {
    (*writer)->add_lap(1);
    EXPECT_EQ((*writer)->write(), written.error) << "a failed writer writes again";
    EXPECT_EQ((*writer)->sync(), written.error);
    EXPECT_EQ((*writer)->error(), written.error);
  }
  return written;
}

TEST(JournalWriter, LeavesAWholeJournalWhenTheDiskIsFullAtAnyWrite) {
  for (const char* kind : {"enospc", "eio", "edquot-half", "erofs-once", "enospc-half-once"})
    for (unsigned nth = 1; nth <= 14; ++nth) {
      MemoryStorage disk;
      FaultyStorage storage(disk, parse_storage_faults(std::string(kind) + "@write:" + std::to_string(nth))->faults);
      const Written written = write_until_it_fails(storage);
      ASSERT_NE(written.error, 0) << kind << nth;
      if (nth == 1) continue;  // It has not even a header: nothing was promised.
      const ReadBack back = read_back(disk, "journal");
      ASSERT_TRUE(back.report.readable()) << kind << nth;
      ASSERT_FALSE(back.report.torn()) << kind << nth;
      ASSERT_EQ(back.told, written.told) << kind << nth;
    }
}

TEST(JournalWriter, TrustsNoDiskThatFailedToSync) {
  for (unsigned nth = 1; nth <= 8; ++nth) {
    MemoryStorage disk;
    FaultyStorage storage(disk, parse_storage_faults("eio-once@sync:" + std::to_string(nth))->faults);
    EXPECT_EQ(write_until_it_fails(storage).error, EIO) << nth;
  }
}

TEST(JournalWriter, ComesToEveryNamedPointOfTheJournal) {
  for (const NamedPoint& point : all_named_points) {
    if (!point.name.contains("journal")) continue;
    MemoryStorage disk;
    disk.put("journal", write_journal_header(sample_run()).bytes + "torn");
    bool died = false;
    FaultyStorage storage(disk, {.deaths = {{std::string(point.name), 1}}}, [&] { died = true; });
    auto writer = JournalWriter::carry_on(storage, "journal", read_back(storage, "journal").report.end);
    (*writer)->add_lap(1);
    EXPECT_EQ((*writer)->write(), 0);
    EXPECT_EQ((*writer)->sync(), 0);
    EXPECT_TRUE(died) << point.name;
  }
}

/// Bytes of a journal with `count` outcomes of `next`, handed over in batches as a fast run does.
template <class Next>
double bytes_a_verdict(int count, int batch, Next next) {
  MemoryStorage storage;
  auto writer = new_journal(storage);
  const std::uint64_t header = writer->bytes();
  for (int i = 0; i < count; ++i) {
    writer->add(next(), EntryKind::final);
    if (i % batch == batch - 1) EXPECT_EQ(writer->write(), 0);
  }
  EXPECT_EQ(writer->write(), 0);
  return static_cast<double>(writer->bytes() - header) / count;
}

TEST(JournalWriter, NeedsAtMost48BytesAVerdict) {
  for (const int batch : {16, 128, 1'024}) {
    SampleOutcomes outcomes;
    const double bytes = bytes_a_verdict(50'000, batch, [&]() -> const Outcome& { return outcomes.next(); });
    std::printf("[ figure   ] %.1f bytes a verdict in batches of %d\n", bytes, batch);
    EXPECT_LE(bytes, 48.0) << batch;
  }
}

TEST(JournalWriter, NeedsAtMost100BytesForTheWorstVerdict) {
  SampleOutcomes random;
  Outcome outcome;
  const double bytes = bytes_a_verdict(10'000, 128, [&]() -> const Outcome& {
    outcome.target.index = random.draw() << 20;
    outcome.verdict = Verdict::local_error;
    outcome.error = 133;
    outcome.tries = 65'535;
    outcome.lap = 200;
    outcome.doubts = Doubts(0xFF);
    outcome.evidence = {.waited_ms = ~0U, .lateness_ms = ~0U, .drops = ~0U, .syns = 65'535};
    outcome.address.family = Family::v6;
    outcome.started = sample_begin + std::chrono::hours(random.draw() % 100'000);
    outcome.due = outcome.started - std::chrono::hours(1'000);
    outcome.resolved = outcome.started + std::chrono::hours(1'000);
    outcome.connected = outcome.started + std::chrono::hours(2'000);
    outcome.finished = outcome.started + std::chrono::hours(3'000);
    return outcome;
  });
  std::printf("[ figure   ] %.1f bytes for the worst verdict\n", bytes);
  EXPECT_LE(bytes, 100.0);
}

TEST(JournalWriter, AllocatesNothingInTheSteadyState) {
  JournalEncoder encoder(sample_run(), 0, 0);
  SampleOutcomes outcomes;
  const auto fill = [&] {
    encoder.clear();
    for (int i = 0; i < 1'000; ++i) encoder.add(outcomes.next(), EntryKind::final);
    return encoder.seal().data();
  };
  const char* room = fill();
  for (int i = 0; i < 20; ++i) ASSERT_EQ(fill(), room);
}

TEST(JournalWriter, IsQuick) {
  constexpr int count = 300'000;
  JournalEncoder encoder(sample_run(), 0, 0);
  SampleOutcomes outcomes;
  std::vector<Outcome> prepared(4'096);
  for (Outcome& outcome : prepared) outcome = outcomes.next();
  std::size_t bytes = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i) {
    encoder.add(prepared[static_cast<std::size_t>(i) % prepared.size()], EntryKind::final);
    if (i % 1'024 == 1'023) {
      bytes += encoder.seal().size();
      encoder.clear();
    }
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  std::printf("[ figure   ] %.0f ns a record, %zu bytes in all\n", took.count() / count, bytes);
  EXPECT_GT(bytes, 0U);
}

}  // namespace
}  // namespace atonce
