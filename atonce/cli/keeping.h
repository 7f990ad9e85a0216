#pragma once

#include <memory>
#include <optional>

#include "atonce/cli/invocation.h"
#include "atonce/results/faulty_storage.h"
#include "atonce/results/keeper.h"
#include "atonce/strategies/laps.h"

namespace atonce {

/// Where a run is kept while it goes on: in a new folder, or in one that is carried on.
///
/// Order: `open` before anything starts (it may change the plan: the list, the seed), `begin` when the plan is final
/// and the world has been forked (it locks the folder), `carry_on` when the list was shown to it if it needs that.
class Keeping {
 public:
  /// Nothing, where the run is kept nowhere: it was not asked for, or the list is a pipe or a few targets of the
  /// command line and no folder was named. Complains when it cannot be kept, or not be carried on.
  static Parsed<std::unique_ptr<Keeping>> open(const Invocation& invocation, Plan& plan);

  /// Opens the journal. A run that is carried on may want to see the whole list once, to make rows anew that its
  /// outputs lack.
  Parsed<void> begin(const Plan& plan);
  bool needs_list() const { return recovery_ != nullptr && recovery_->needs_list(); }
  /// Shows it a list from its beginning to its end.
  Parsed<void> show_list(TargetList& list);
  /// From here on, there is a keeper.
  Parsed<void> carry_on(const Plan& plan);

  const std::string& path() const { return folder_->path(); }
  const RunFolder& folder() const { return *folder_; }
  bool complete() const { return recovery_ != nullptr && recovery_->complete(); }
  Keeper& keeper() { return *keeper_; }
  /// What earlier sessions found out; null for a new run.
  const Resumption* resumption() const { return resumption_.get(); }
  const Recovery* recovery() const { return recovery_.get(); }

 private:
  Keeping() = default;
  Parsed<void> plan_folder(const Invocation& invocation, Plan& plan);
  Parsed<void> find_folder(const Invocation& invocation, Plan& plan);
  Parsed<void> adopt_list(Plan& plan);
  Parsed<void> make_folder(const std::string& path);

  std::unique_ptr<Storage> disk_;
  std::unique_ptr<FaultyStorage> faulty_;
  Storage* storage_ = nullptr;
  std::optional<RunFolder> folder_;
  std::optional<Manifest> manifest_;  ///< of a new run, until it begins
  std::unique_ptr<Recovery> recovery_;
  std::unique_ptr<Resumption> resumption_;
  std::unique_ptr<Keeper> keeper_;
};

}  // namespace atonce
