#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "atonce/cli/kept_run.h"
#include "atonce/model/summary.h"
#include "atonce/results/keeper.h"

namespace atonce {

/// What a journal says of its run as a whole.
class SummaryOfJournal final : public JournalVisitor {
 public:
  void session(const JournalSession& session) override;
  void entry(const JournalEntry& entry) override;
  void closed(const JournalClosed& closed) override { targets = closed.targets; }

  Tally tally;                           ///< of the settled targets
  std::optional<std::uint64_t> targets;  ///< of a complete run
  /// From the beginning of each session to its last outcome.
  Duration wall() const { return earlier_ + session_; }
  std::uint64_t sessions() const { return sessions_; }

 private:
  SettledSet settled_;
  Outcome outcome_;
  Duration earlier_{};
  Duration session_{};
  std::uint64_t sessions_ = 0;
};

/// Keeps in the folder what the journal cannot tell: how the run went on our side, what the canaries said. Called at
/// the end of a session. Returns 0 or an errno; without it, `atonce show` has the account alone.
int keep_summary(const RunFolder& folder, const Summary& summary);

std::string write_kept_summary(const Summary& summary);
/// Nothing when the text is not such a summary.
std::optional<Summary> parse_kept_summary(std::string_view text);

/// The account of a run as it stands: its journal, and what was kept beside it if that is of the same session.
Summary summarize(const KeptRunFolder& run, const SummaryOfJournal& journal, bool going_on);

}  // namespace atonce
