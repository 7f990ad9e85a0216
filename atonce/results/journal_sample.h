#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "atonce/results/journal_reader.h"
#include "atonce/results/journal_writer.h"
#include "atonce/results/memory_storage.h"

/// What tests of the journal share.
namespace atonce {

inline const std::string sample_path = "run/journal";

inline RunId sample_run(std::uint8_t number = 1) {
  RunId run;
  run.bytes.fill(number);
  return run;
}

/// One thing that a journal tells.
struct LapMark {
  std::uint32_t lap = 0;
  friend bool operator==(const LapMark&, const LapMark&) = default;
};
using Told = std::variant<JournalEntry, JournalCheckpoint, LapMark, JournalSession, JournalClosed>;

class Recorder final : public JournalVisitor {
 public:
  void entry(const JournalEntry& entry) override { told.emplace_back(entry); }
  void checkpoint(const JournalCheckpoint& checkpoint) override { told.emplace_back(checkpoint); }
  void lap(std::uint32_t lap) override { told.emplace_back(LapMark{lap}); }
  void session(const JournalSession& session) override { told.emplace_back(session); }
  void closed(const JournalClosed& closed) override { told.emplace_back(closed); }

  std::vector<Told> told;
};

struct ReadBack {
  JournalReport report;
  std::vector<Told> told;
};

inline ReadBack read_back(Storage& storage, const std::string& path = sample_path) {
  Recorder recorder;
  const JournalReport report = read_journal(storage, path, recorder);
  return {report, std::move(recorder.told)};
}

/// A storage with the folder of `sample_path`, durable.
inline std::unique_ptr<MemoryStorage> sample_storage(std::string journal) {
  auto storage = std::make_unique<MemoryStorage>();
  storage->put(sample_path, std::move(journal));
  return storage;
}

inline constexpr Instant sample_begin{std::chrono::hours(24)};

/// A stream of outcomes as a long list gives them, the same for every machine.
class SampleOutcomes {
 public:
  /// Out of order within a window, mostly names that open, some that say no, time out, or do not exist.
  const Outcome& next() {
    const std::uint64_t number = number_++;
    const std::uint64_t fate = draw() % 100;
    outcome_ = {};
    outcome_.target.index = number / 4'096 * 4'096 + (number * 2'741) % 4'096;
    outcome_.tries = 1;
    outcome_.due = sample_begin + std::chrono::microseconds(100 * number);
    outcome_.started = outcome_.due + us(900);
    outcome_.resolved = outcome_.started + us(80'000);
    if (fate < 80)
      answer(Verdict::open, 0);
    else if (fate < 84)
      answer(Verdict::closed, 111);
    else if (fate < 97)
      be_silent();
    else
      miss_name();
    return outcome_;
  }

  std::uint64_t draw() {
    state_ = state_ * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
    return state_ >> 33;
  }

 private:
  std::chrono::nanoseconds us(std::uint64_t most) { return std::chrono::nanoseconds(draw() % (most * 1'000)); }

  void take_address() {
    outcome_.address = draw() % 4 == 0 ? IpAddress{.family = Family::v6} : IpAddress::v4(0);
    const std::size_t size = outcome_.address.family == Family::v6 ? 16 : 4;
    for (std::size_t i = 0; i < size; ++i) outcome_.address.bytes[i] = static_cast<std::uint8_t>(draw());
  }
  void answer(Verdict verdict, int error) {
    take_address();
    outcome_.verdict = verdict;
    outcome_.error = error;
    outcome_.connected = outcome_.finished = outcome_.resolved + us(300'000);
    outcome_.evidence = {
        .waited_ms = static_cast<std::uint32_t>(draw() % 300), .lateness_ms = 0, .drops = 0, .syns = 1};
  }
  void be_silent() {
    take_address();
    outcome_.verdict = Verdict::timeout;
    outcome_.error = 110;
    outcome_.tries = 3;
    outcome_.lap = 2;
    outcome_.finished = outcome_.resolved + std::chrono::milliseconds(3'500) + us(2'000);
    outcome_.evidence = {.waited_ms = 3'500, .lateness_ms = 2, .drops = 17, .syns = 3};
    if (draw() % 4 == 0) outcome_.doubts = Doubt::local_drops;
  }
  void miss_name() {
    outcome_.verdict = Verdict::no_name;
    outcome_.finished = outcome_.resolved;
    outcome_.resolved = {};
  }

  std::uint64_t state_ = 7;
  std::uint64_t number_ = 0;
  Outcome outcome_;
};

inline JournalEntry entry_of(const Outcome& outcome, EntryKind kind = EntryKind::final) {
  JournalEntry entry;
  journal_entry_of(outcome, kind, sample_begin, entry);
  return entry;
}

/// A journal with something of every kind in several frames, as bytes, with what it tells and where its frames end.
struct SampleJournal {
  std::string bytes;
  std::vector<Told> told;
  struct Border {
    std::size_t bytes;
    std::size_t told;
  };
  std::vector<Border> borders;  ///< of the header and of each frame
};

inline SampleJournal sample_journal(int frames = 6, const RunId& run = sample_run()) {
  MemoryStorage storage;
  (void)storage.make_directories("run");
  auto writer = JournalWriter::create(storage, sample_path, run);
  SampleJournal sample;
  const auto end_frame = [&] {
    (void)(*writer)->write();
    sample.borders.push_back({(*writer)->bytes(), sample.told.size()});
  };
  end_frame();
  SampleOutcomes outcomes;
  for (int frame = 0; frame < frames; ++frame) {
    if (frame % 3 == 0) {
      sample.told.emplace_back(JournalSession{1'700'000'000'000'000 + frame, "started"});
      (*writer)->add_session(std::get<JournalSession>(sample.told.back()), sample_begin);
    }
    for (int i = 0; i < 3; ++i) {
      const Outcome& outcome = outcomes.next();
      const EntryKind kind = i == 1 ? EntryKind::tried : EntryKind::final;
      sample.told.emplace_back(entry_of(outcome, kind));
      (*writer)->add(outcome, kind);
    }
    if (frame % 2 == 1) {
      sample.told.emplace_back(JournalCheckpoint{(*writer)->finals(), {{1'000, 0x0123'4567'89AB'CDEF}, {77, 1}}});
      (*writer)->add_checkpoint(std::get<JournalCheckpoint>(sample.told.back()));
      sample.told.emplace_back(LapMark{2});
      (*writer)->add_lap(2);
    }
    end_frame();
    if (frame % 2 == 1) (void)(*writer)->sync();
  }
  sample.told.emplace_back(JournalClosed{9, (*writer)->finals()});
  (*writer)->add_closed(std::get<JournalClosed>(sample.told.back()));
  end_frame();
  sample.bytes = storage.content(sample_path);
  return sample;
}

}  // namespace atonce
