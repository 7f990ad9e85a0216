#pragma once

#include <array>
#include <functional>
#include <span>
#include <string_view>

#include "atonce/jobs/exclude_list.h"
#include "atonce/jobs/neighbourhood.h"
#include "atonce/model/outcome.h"
#include "atonce/model/plan.h"
#include "atonce/runtime/io.h"
#include "atonce/runtime/task.h"

namespace atonce {

/// What the jobs of a run share, over all loops and workers.
struct JobSetting {
  const Plan& plan;
  Neighbourhoods& neighbourhoods;
  const ExcludeList& excludes;
};

/// What is done to each target. One object for each loop, so nothing in it needs a lock. It does not know how many run
/// beside it.
class Job {
 public:
  using Emit = std::function<void(Outcome&&)>;

  /// How many targets are best done together, and how many such groups at once.
  struct Grouping {
    std::size_t targets = 1;
    std::uint32_t groups = 1;
  };

  virtual ~Job() = default;
  /// Does it to `outcome.target`, due at `outcome.due`, and fills in the rest: at the end there is a verdict. The
  /// outcome outlives the task. May be called again with the same outcome. Of the evidence it knows what it waited for
  /// and the SYNs; the rest is the sweep's, and is left as it is.
  ///
  /// Where the target has `members`, they are done one after the other: each but the last is emitted as soon as it has
  /// its verdict, and `outcome` is then the next one's, so that a run that is ended or begun again knows how far it is.
  virtual Task<void> run(Outcome& outcome) = 0;

  /// More than one target: those that are due at the same time come to `run_group`. How many groups at once is asked
  /// again after each.
  virtual Grouping grouping() const { return {}; }
  /// Does to each of them what `run` does to one, as one piece of work.
  virtual Task<void> run_group(std::span<Outcome> outcomes) {
    for (Outcome& outcome : outcomes) co_await run(outcome);
  }

  /// Where such outcomes go.
  void emit_to(Emit emit) { emit_ = std::move(emit); }

 protected:
  void emit(Outcome&& outcome) { emit_(std::move(outcome)); }

 private:
  Emit emit_;
};

using JobBody = std::function<Task<void>(Job&)>;

/// A row of the family of jobs.
struct JobRow {
  std::string_view name;
  std::string_view help;
  /// Makes the job on this loop, where up to `window` targets are in flight, runs `body` with it, and takes it down
  /// again.
  Task<void> (*with_job)(Io& io, const JobSetting& setting, std::uint32_t window, JobBody body);
  /// Complains of what a plan asks of this job and cannot be, before anything starts; null: nothing can be wrong.
  Parsed<void> (*check)(const Plan& plan) = nullptr;
  /// Whether a target of which nobody saw what became of it was asked nothing that must not be asked twice; null: so it
  /// is. (A batch tells for each of its requests.)
  bool (*may_repeat)(const Plan& plan) = nullptr;
  /// After so many starts the loop looks at what has come back: a burst overruns queues that a wide window does not.
  unsigned starts_per_turn = 64;
  /// In flight at once, over all loops, where nobody says how many and the machine allows it.
  std::uint32_t window_default = 20'000;
  /// What becomes of packets and resolvers meanwhile matters to its verdicts.
  bool uses_network = true;
};

/// The table of jobs.
std::span<const JobRow> all_jobs();
const JobRow* find_job(std::string_view name);

}  // namespace atonce
