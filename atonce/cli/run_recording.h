#pragma once

#include <memory>
#include <string>
#include <vector>

#include "atonce/cli/kept_summary.h"
#include "atonce/model/recording.h"

namespace atonce {

/// Where the sessions of a run lie behind one another on one axis of time: by the wall clock, from the beginning of the
/// first. Of a pause much longer than the work before it, only the beginning is kept. Durations are since the first.
class SessionAxis final : public JournalVisitor {
 public:
  void session(const JournalSession& session) override;
  void entry(const JournalEntry& entry) override;

  Duration begin_of(std::size_t session) const { return session < begins_.size() ? begins_[session] : Duration{}; }
  std::size_t sessions() const { return begins_.size(); }
  Duration left_out() const { return left_out_; }  ///< of the pauses

 private:
  std::vector<Duration> begins_;
  std::int64_t first_unix_us_ = 0;
  Duration end_{};  ///< of the last outcome so far
  Duration left_out_{};
};

/// How a kept run went over time, from its journal, in bounded memory. `axis` has seen the journal before.
class RunRecorder final : public JournalVisitor {
 public:
  /// What the journal does not say of the targets.
  struct Kinds {
    bool files = false;  ///< they are paths below a folder
    SettledSet https;    ///< which of them are such URLs
  };
  RunRecorder(const SessionAxis& axis, Kinds kinds) : axis_(axis), kinds_(std::move(kinds)) {}

  void session(const JournalSession&) override { ++sessions_; }
  void entry(const JournalEntry& entry) override;
  std::unique_ptr<Recording> finish() const { return recorder_.finish(restored_begin); }

 private:
  const SessionAxis& axis_;
  Kinds kinds_;
  std::size_t sessions_ = 0;
  SettledSet settled_;
  Outcome outcome_;
  OutcomeRecorder recorder_{restored_begin};
};

/// Calls the jobs of the sample what the list calls them. Without their list they are called by their number.
Parsed<void> name_jobs(const KeptRunFolder& run, Recording& recording);

/// What the list says of its targets, beside the journal.
Parsed<RunRecorder::Kinds> kinds_of(const KeptRunFolder& run);

}  // namespace atonce
