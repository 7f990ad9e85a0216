#include <gmock/gmock.h>

#include <algorithm>

#include "atonce/results/journal_sample.h"

namespace atonce {
namespace {

/// What is true at an instant of a journal's life.
struct Moment {
  std::size_t position;  ///< in the log of the disk
  std::size_t written;   ///< how much was told to the kernel
  std::size_t synced;    ///< how much of that was told to be safe
};

/// Writes frames of all sizes to `storage` and syncs now and then.
class Life {
 public:
  Life(MemoryStorage& storage, std::uint64_t seed) : storage_(storage) {
    for (; seed > 0; --seed) (void)outcomes_.next();
  }

  void begin() {
    writer_ = std::move(*JournalWriter::create(storage_, sample_path, sample_run()));
    note();
  }
  void carry_on(const ReadBack& back) {
    told = back.told;
    writer_ = std::move(*JournalWriter::carry_on(storage_, sample_path, back.report.end));
    synced_ = told.size();
    add_session();
    note();
  }
  void live(int frames) {
    if (told.empty()) add_session();
    for (int frame = 0; frame < frames; ++frame) {
      const std::uint64_t count = frame % 7 == 3 ? 160 : 1 + outcomes_.draw() % 20;
      for (std::uint64_t i = 0; i < count; ++i) add();
      ASSERT_EQ(writer_->write(), 0);
      note();
      if (outcomes_.draw() % 3 != 0) continue;
      ASSERT_EQ(writer_->sync(), 0);
      synced_ = told.size();
      note();
    }
  }

  std::vector<Told> told;
  std::vector<Moment> moments;

 private:
  void add_session() {
    told.emplace_back(JournalSession{static_cast<std::int64_t>(outcomes_.draw()), "session"});
    writer_->add_session(std::get<JournalSession>(told.back()), sample_begin);
  }
  void add() {
    const Outcome& outcome = outcomes_.next();
    told.emplace_back(entry_of(outcome));
    writer_->add(outcome, EntryKind::final);
  }
  void note() { moments.push_back({storage_.position(), told.size(), synced_}); }

  MemoryStorage& storage_;
  SampleOutcomes outcomes_;
  std::unique_ptr<JournalWriter> writer_;
  std::size_t synced_ = 0;
};

/// The journal on `disk` tells the beginning of what was written, and at least what was synced.
void expect_prefix(const ReadBack& back, const Life& life, const Moment& moment) {
  ASSERT_TRUE(back.report.readable()) << describe(back.report, "journal");
  ASSERT_FALSE(back.report.synced_beyond);
  ASSERT_LE(back.told.size(), life.told.size());
  ASSERT_GE(back.told.size(), moment.synced);
  ASSERT_TRUE(std::ranges::equal(back.told, std::span(life.told).first(back.told.size())));
}

TEST(PowerCut, LeavesAPrefixOfTheJournalWithEverythingThatWasSynced) {
  int shorter = 0;
  int images = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    MemoryStorage storage;
    (void)storage.make_directories("run");
    (void)storage.sync_directory(".");
    Life life(storage, seed);
    life.begin();
    life.live(12);
    for (const Moment& moment : life.moments)
      for (std::uint64_t cut = 0; cut < 15; ++cut, ++images) {
        SCOPED_TRACE(testing::Message() << "seed " << seed << ", position " << moment.position << ", cut " << cut);
        const auto disk = storage.after_power_cut(cut, moment.position);
        const ReadBack back = read_back(*disk);
        expect_prefix(back, life, moment);
        if (HasFatalFailure()) return;
        shorter += back.told.size() < moment.written ? 1 : 0;
      }
  }
  EXPECT_GT(shorter, images / 10) << "the cuts lose too little to prove anything";
}

TEST(PowerCut, LeavesAJournalThatCanBeCarriedOnAndCutAgain) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    MemoryStorage first;
    (void)first.make_directories("run");
    (void)first.sync_directory(".");
    Life life(first, seed);
    life.begin();
    life.live(6);
    auto disk = first.after_power_cut(seed, first.position());
    for (std::uint64_t again = 0; again < 4; ++again) {
      const ReadBack found = read_back(*disk);
      Life next(*disk, seed + 100 * again);
      next.carry_on(found);
      next.live(4);
      const Moment& moment = next.moments[seed % next.moments.size()];
      auto after = disk->after_power_cut(seed + again, moment.position);
      expect_prefix(read_back(*after), next, moment);
      if (HasFatalFailure()) return;
      disk = std::move(after);
    }
  }
}

TEST(PowerCut, AtTheBeginningLeavesNoJournalOrOneToStartAnew) {
  MemoryStorage storage;
  (void)storage.make_directories("run");
  (void)storage.sync_directory(".");
  Life life(storage, 1);
  life.begin();
  for (std::size_t position = 0; position < storage.position(); ++position)
    for (std::uint64_t cut = 0; cut < 50; ++cut) {
      const auto disk = storage.after_power_cut(cut, position);
      const ReadBack back = read_back(*disk);
      ASSERT_TRUE(back.told.empty());
    }
  for (std::uint64_t cut = 0; cut < 50; ++cut)
    ASSERT_TRUE(read_back(*storage.after_power_cut(cut, storage.position())).report.readable());
}

}  // namespace
}  // namespace atonce
