#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "atonce/model/escape.h"
#include "atonce/results/journal_reader.h"
#include "atonce/results/keeper.h"
#include "atonce/results/run_files.h"

namespace atonce {
namespace {

/// The first reading: what is settled, what was tried, which checkpoints there are.
class Account final : public JournalVisitor {
 public:
  void entry(const JournalEntry& entry) override {
    if (entry.index >= SettledSet::index_max) {
      sane = false;
      return;
    }
    if (entry.kind == EntryKind::tried) {
      if (settled.has(entry.index)) return;
      restore(entry, tried[entry.index]);
      return;
    }
    if (!settled.insert(entry.index)) return;
    if (fails_batch(entry.verdict)) failed.insert(entry.index);
    tried.erase(entry.index);
    outcome_.target.address = {};
    restore(entry, outcome_);
    if (names_an_address(entry)) outcome_.target.address = outcome_.address;
    tally.add(outcome_);
  }

  void checkpoint(const JournalCheckpoint& checkpoint) override {
    if (new_session_) checkpoints.clear();  // The first of a session covers all that stood in the outputs.
    new_session_ = false;
    checkpoints.push_back({checkpoint, settled.first_gap()});
  }

  void session(const JournalSession&) override {
    ++sessions;
    new_session_ = true;
    complete = false;
  }
  void closed(const JournalClosed&) override { complete = true; }

  struct Step {
    JournalCheckpoint checkpoint;
    std::uint64_t first_gap;
  };

  bool sane = true;
  bool complete = false;
  unsigned sessions = 0;
  SettledSet settled;
  SettledSet failed;
  std::unordered_map<std::uint64_t, Outcome> tried;
  Tally tally;
  std::vector<Step> checkpoints;

 private:
  Outcome outcome_;
  bool new_session_ = true;
};

/// A further reading: shows the final records, the first of each target, with their number among all final records.
template <class Show>
class Finals final : public JournalVisitor {
 public:
  explicit Finals(Show show) : show_(std::move(show)) {}
  void entry(const JournalEntry& entry) override {
    if (entry.kind != EntryKind::final) return;
    show_(entry, number_);
    ++number_;
  }

 private:
  Show show_;
  std::uint64_t number_ = 0;
};

/// A final record whose row is to be made anew.
struct Missing {
  std::uint64_t number;
  JournalEntry entry;
};

}  // namespace

struct Recovery::State {
  State(RunFolder& its_folder, const Plan& its_plan, KeeperPace its_pace)
      : folder(its_folder), plan(its_plan), pace(std::move(its_pace)) {}

  std::string journal_path() const { return folder.file(journal_name); }
  Parsed<void> read();
  Parsed<void> repair();
  Parsed<void> find_missing();
  int load_bite(std::uint64_t from);
  Parsed<std::unique_ptr<JournalWriter>> open_journal();

  RunFolder& folder;
  Plan plan;
  KeeperPace pace;
  Account account;
  JournalReport report;
  std::vector<std::string> notes;
  std::unique_ptr<RunFiles> files;

  SettledSet missing;         ///< targets whose row some output lacks
  std::uint64_t made = 0;     ///< of these, made anew so far
  std::vector<Missing> bite;  ///< those of them with the lowest indexes that are not made yet, by index
  std::size_t bite_next = 0;
  std::uint64_t bite_end = 0;  ///< the first index behind the bite
};

Parsed<void> Recovery::State::read() {
  report = read_journal(folder.storage(), journal_path(), account);
  const std::string trouble = describe(report, journal_path());
  if (!report.readable()) return complain_of(report.error, trouble);
  if (!account.sane || write_run_id(report.end.run) != folder.manifest().run_id)
    return complain(
        fmt::format("\"{}\" is the journal of another run than its manifest tells of; put the right one back, "
                    "or start the run anew in another folder",
                    escape_for_terminal(journal_path())));
  if (!trouble.empty()) notes.push_back(trouble);
  return {};
}

Parsed<void> Recovery::State::repair() {
  files = std::make_unique<RunFiles>(folder, plan, pace);
  if (const auto outputs = files->make_outputs(); !outputs) return outputs;
  const std::size_t count = folder.manifest().outputs.size();
  std::vector<std::vector<CheckpointMark>> marks(count);
  for (const Account::Step& step : account.checkpoints)
    for (std::size_t i = 0; i < count && i < step.checkpoint.outputs.size(); ++i)
      marks[i].push_back({step.checkpoint.finals, step.first_gap, step.checkpoint.outputs[i]});
  if (const auto recovered = files->recover(marks, report.end.finals, notes); !recovered) return recovered;
  return find_missing();
}

Parsed<void> Recovery::State::find_missing() {
  SettledSet seen;
  Finals finals([&](const JournalEntry& entry, std::uint64_t number) {
    if (seen.insert(entry.index) && files->lacks(number, entry.index)) missing.insert(entry.index);
  });
  if (const JournalReport again = read_journal(folder.storage(), journal_path(), finals); !again.readable())
    return complain_of(again.error, describe(again, journal_path()));
  return {};
}

/// Reads the records of the next missing rows, from the target at `from` on, into memory.
int Recovery::State::load_bite(std::uint64_t from) {
  std::uint64_t last = missing.next(from);
  for (std::uint64_t n = 1; n < pace.rebuild_records && last != SettledSet::none; ++n) {
    const std::uint64_t further = missing.next(last + 1);
    if (further == SettledSet::none) break;
    last = further;
  }
  bite_end = last == SettledSet::none ? last : last + 1;
  bite.clear();
  bite_next = 0;
  SettledSet seen;
  Finals finals([&](const JournalEntry& entry, std::uint64_t number) {
    if (entry.index < from || entry.index >= bite_end || !missing.has(entry.index)) return;
    if (seen.insert(entry.index)) bite.push_back({number, entry});
  });
  const JournalReport again = read_journal(folder.storage(), journal_path(), finals);
  if (!again.readable()) return again.error != 0 ? again.error : EIO;
  std::ranges::sort(bite, {}, [](const Missing& row) { return row.entry.index; });
  return 0;
}

Parsed<std::unique_ptr<JournalWriter>> Recovery::State::open_journal() {
  Storage& storage = folder.storage();
  Result<std::unique_ptr<JournalWriter>> journal = JournalWriter::carry_on(storage, journal_path(), report.end);
  if (journal) return std::move(*journal);
  return complain_of(journal.error().code,
                     fmt::format("\"{}\" cannot be written: {}", escape_for_terminal(journal_path()),
                                 std::strerror(journal.error().code)));
}

Recovery::Recovery(std::unique_ptr<State> state) : state_(std::move(state)) {}
Recovery::~Recovery() = default;

Parsed<std::unique_ptr<Recovery>> Recovery::open(RunFolder& folder, const Plan& plan, KeeperPace pace) {
  auto state = std::make_unique<State>(folder, plan, std::move(pace));
  if (const auto read = state->read(); !read) return std::unexpected(read.error());
  if (const auto repaired = state->repair(); !repaired) return std::unexpected(repaired.error());
  return std::unique_ptr<Recovery>(new Recovery(std::move(state)));
}

Parsed<std::unique_ptr<Recovery>> Recovery::look(RunFolder& folder) {
  auto state = std::make_unique<State>(folder, Plan{}, KeeperPace{});
  if (const auto read = state->read(); !read) return std::unexpected(read.error());
  return std::unique_ptr<Recovery>(new Recovery(std::move(state)));
}

const SettledSet& Recovery::settled() const { return state_->account.settled; }
const SettledSet& Recovery::failed() const { return state_->account.failed; }
const std::unordered_map<std::uint64_t, Outcome>& Recovery::tried() const { return state_->account.tried; }
const Tally& Recovery::tally() const { return state_->account.tally; }
unsigned Recovery::sessions() const { return state_->account.sessions; }
bool Recovery::complete() const { return state_->account.complete; }
const std::vector<std::string>& Recovery::notes() const { return state_->notes; }

bool Recovery::needs_list() const { return state_->made < state_->missing.count(); }

int Recovery::offer(const Target& target) {
  State& state = *state_;
  if (!state.missing.has(target.index)) return 0;
  if (target.index >= state.bite_end)
    if (const int error = state.load_bite(target.index)) return error;
  while (state.bite_next < state.bite.size() && state.bite[state.bite_next].entry.index < target.index)
    ++state.bite_next;  // Never offered: carry_on will miss it.
  if (state.bite_next == state.bite.size() || state.bite[state.bite_next].entry.index != target.index) return 0;
  const Missing& row = state.bite[state.bite_next++];
  Outcome outcome;
  restore(row.entry, outcome);
  outcome.target = target;
  ++state.made;
  return state.files->rebuild(outcome, row.number);
}

Parsed<std::unique_ptr<Keeper>> Recovery::carry_on() {
  State& state = *state_;
  if (needs_list())
    return complain(fmt::format("the list ends before {} targets that \"{}\" has verdicts of; give the list as it was",
                                state.missing.count() - state.made, escape_for_terminal(state.folder.path())));
  auto journal = state.open_journal();
  if (!journal) return std::unexpected(journal.error());
  const std::string reason = complete() ? "resumed after its end" : "resumed after an interruption";
  if (const auto begun = state.files->begin_session(std::move(*journal), reason, state.account.settled); !begun)
    return std::unexpected(begun.error());
  return std::unique_ptr<Keeper>(new Keeper(std::move(state.files)));
}

}  // namespace atonce
