#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atonce/model/outcome_sink.h"
#include "atonce/results/journal_writer.h"
#include "atonce/results/keeper.h"
#include "atonce/results/ordered_sink.h"
#include "atonce/results/output.h"

namespace atonce {

/// The journal and the outputs of a run, and the steps that keep them in step. Behind `Keeper` and `Recovery`.
class RunFiles {
 public:
  RunFiles(RunFolder& folder, const Plan& plan, KeeperPace pace);

  /// Makes the outputs of the manifest, still closed. Complains of two that are one file, and of one that is the list.
  Parsed<void> make_outputs();
  /// Opens them for a new run.
  Parsed<void> start_fresh();
  /// Opens them as the journal left them: see Output::recover. `marks[i]` are the checkpoints of output i.
  Parsed<void> recover(const std::vector<std::vector<CheckpointMark>>& marks, std::uint64_t finals,
                       std::vector<std::string>& notes);

  /// Output rows of final record `number`, of target `index`, are missing somewhere.
  bool lacks(std::uint64_t number, std::uint64_t index) const;
  /// Adds the rows of a record again, where they are missing.
  int rebuild(const Outcome& outcome, std::uint64_t number);

  /// Begins a session in `writer`, with everything that stands in the outputs as its first checkpoint.
  Parsed<void> begin_session(std::unique_ptr<JournalWriter> writer, const std::string& reason, SettledSet settled);

  void also_to(OutcomeSink& stream) { lines_.streams.push_back(&stream); }
  const std::vector<OutcomeSink*>& streams() const { return lines_.streams; }
  int add(const Outcome& outcome);
  int tried(const Outcome& outcome);
  int flush();
  int secure();
  std::size_t held() const { return ordered_ ? ordered_->held() : 0; }
  int close(bool complete);
  std::uint64_t records_safe() const { return records_safe_; }
  std::string trouble() const;

 private:
  struct Kept {
    std::unique_ptr<Output> output;
    std::string path;
    Standing standing;
  };
  /// Rows that have an order: lines in files, and streams.
  struct Lines final : OutcomeSink {
    explicit Lines(RunFiles& run_files) : files(run_files) {}
    int add(const Outcome& outcome) override;
    RunFiles& files;
    std::vector<OutcomeSink*> streams;
  };

  bool lacks(const Kept& kept, std::uint64_t number, std::uint64_t index) const;
  bool follows_list(const Kept& kept) const { return plan_.output.ordered && kept.output->has_order(); }
  void make_ordered();
  void note_lap(const Outcome& outcome);
  int hand_on(const Outcome& outcome);
  int write_if_much();
  int write_all();
  int checkpoint();
  int fail(int error, const std::string& what);

  RunFolder& folder_;
  Storage& storage_;
  Plan plan_;
  KeeperPace pace_;
  std::vector<Kept> outputs_;
  Lines lines_;
  std::optional<OrderedSink> ordered_;  ///< in front of `lines_`, where the plan asks for it
  std::unique_ptr<JournalWriter> journal_;
  SettledSet settled_;
  std::uint8_t lap_ = 1;
  bool changed_ = false;  ///< since the last checkpoint
  std::uint64_t finals_at_checkpoint_ = 0;
  Instant checkpoint_at_{};
  std::uint64_t records_safe_ = 0;
  int error_ = 0;
  std::string failed_;  ///< what could not be written
};

/// The outputs of a format.
std::unique_ptr<Output> make_output(const RunFolder& folder, const OutputPlace& place, const Plan& plan);

}  // namespace atonce
