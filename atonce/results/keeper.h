#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "atonce/model/outcome_sink.h"
#include "atonce/model/tally.h"
#include "atonce/results/run_folder.h"
#include "atonce/results/settled_set.h"

namespace atonce {

class RunFiles;

/// What stands between two checkpoints at most, whatever befalls the machine.
struct KeeperPace {
  // A second of a fast run is what may have to be made anew after a power cut.
  Duration checkpoint_interval = std::chrono::seconds(1);
  std::uint64_t checkpoint_records = 50'000;
  // Rows missing in an output are made anew in bites of so many, about 150 bytes each.
  std::uint64_t rebuild_records = 250'000;
  /// The monotonic clock; empty: the real one.
  std::function<Instant()> now;
};

/// Where the outcomes of a run go: first to the journal of its folder, then to a row in each of its outputs, and about
/// each second both to the disk, with a checkpoint that says how far they are in step.
///
/// The first error of a disk is final: it is returned from then on, nothing more is written, and what reached the
/// journal before it is kept when the run is carried on.
class Keeper final : public OutcomeSink {
 public:
  /// For a folder that has just begun its run; the folder outlives the keeper. Outputs of the same name are replaced.
  /// Where it complains (an output that cannot be made), the folder's run is taken back.
  static Parsed<std::unique_ptr<Keeper>> start(RunFolder& folder, const Plan& plan, KeeperPace pace = {});
  ~Keeper() override;  ///< Writes nothing more: an unclosed run is carried on like a killed one.

  /// Rows also go to `stream`, which outlives the keeper: only those of this session, since what has left through a
  /// pipe cannot be taken back. Its errors end the run as those of a disk do. In the order of the list where the plan
  /// asks for it.
  void also_to(OutcomeSink& stream);

  void start(const Target& target) override;
  bool wants_starts() const override;
  int add(const Outcome& outcome) override;
  int tried(const Outcome& outcome) override;
  /// Journal first, then outputs, to the kernel; and a checkpoint where one is due.
  int flush() override;
  /// The journal alone, to the kernel: before anybody sees the rows of what is in it. Returns as `add`.
  int secure();
  std::size_t held() const override;

  /// Ends the session: everything to the disk; where the run is `complete`, the indexes of a database and the closing
  /// record. Rows that wait for an earlier one (`--ordered`) stay in the journal for the next session. Returns as
  /// `add`.
  int close(bool complete);

  /// Final verdicts that the journal has handed to the kernel, of all sessions.
  std::uint64_t records_safe() const;
  /// What failed, and what is safe nevertheless, as a sentence for a person; empty while all is well.
  std::string trouble() const;

 private:
  friend class Recovery;
  explicit Keeper(std::unique_ptr<RunFiles> files);
  static Parsed<std::unique_ptr<Keeper>> try_start(RunFolder& folder, const Plan& plan, KeeperPace pace);
  std::unique_ptr<RunFiles> files_;
};

/// What a run that is carried on, or shown, has found out so far.
///
///     auto recovery = Recovery::open(folder, plan);
///     if ((*recovery)->needs_list()) { for (each Target of the list, in order) (*recovery)->offer(target); }
///     auto keeper = (*recovery)->carry_on();
class Recovery {
 public:
  /// Of a folder opened by `open`. Reads the journal, cuts its torn end off, and cuts each output to the last
  /// checkpoint that it still holds. Complains when the journal is of another run or cannot be read; a disk that fails
  /// is a complaint too. Whether list and plan are the same is asked before, with `check_same_input`,
  /// `check_same_plan`.
  static Parsed<std::unique_ptr<Recovery>> open(RunFolder& folder, const Plan& plan, KeeperPace pace = {});
  /// Only reads, also while another process works on it: `needs_list` is false, and nothing can be carried on.
  static Parsed<std::unique_ptr<Recovery>> look(RunFolder& folder);
  ~Recovery();

  const SettledSet& settled() const;
  /// Settled ones whose verdict makes a failed batch.
  const SettledSet& failed() const;
  /// Targets that were tried and have no final verdict: all that is known of the tries before, as one outcome whose
  /// target has its index alone. Only these are held in memory.
  const std::unordered_map<std::uint64_t, Outcome>& tried() const;
  /// Of the settled ones.
  const Tally& tally() const;
  /// Sessions so far, without the one to come.
  unsigned sessions() const;
  /// The run came to its end: there is nothing to carry on but rows that outputs may lack.
  bool complete() const;
  /// What was repaired, a sentence each: torn ends, outputs that vanished or were changed by somebody else.
  const std::vector<std::string>& notes() const;

  /// Rows are missing in an output, and the list is wanted to make them anew.
  bool needs_list() const;
  /// The next target of the list, in order, from the first. Returns 0 or the errno of a disk.
  int offer(const Target& target);
  /// Opens the next session. Complains when rows are still missing (the list was shorter than the journal), or a disk
  /// fails. The recovery stays readable.
  Parsed<std::unique_ptr<Keeper>> carry_on();

 private:
  struct State;
  explicit Recovery(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace atonce
