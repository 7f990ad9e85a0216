#include "atonce/results/run_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

// Written to the kernel when so much waits: a few thousand rows for each write(2).
constexpr std::size_t waiting_bytes_max = 256 << 10;

std::int64_t wall_clock_us() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

Instant monotonic_now() { return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()); }

std::unexpected<Complaint> cannot_write(const std::string& path, int error) {
  return complain_of(error,
                     fmt::format("\"{}\" cannot be written: {}", escape_for_terminal(path), std::strerror(error)));
}

}  // namespace

RunFiles::RunFiles(RunFolder& folder, const Plan& plan, KeeperPace pace)
    : folder_(folder), storage_(folder.storage()), plan_(plan), pace_(std::move(pace)), lines_(*this) {
  if (!pace_.now) pace_.now = monotonic_now;
}

Parsed<void> RunFiles::make_outputs() {
  for (const OutputPlace& place : folder_.manifest().outputs) {
    const std::string path = folder_.path_of(place);
    if (path == folder_.manifest().input.path)
      return complain(fmt::format("the results would overwrite the list \"{}\"; give another file to -o",
                                  escape_for_terminal(path)));
    if (std::ranges::find(outputs_, path, &Kept::path) != outputs_.end())
      return complain(
          fmt::format("\"{}\" would have two kinds of results; give another file to -o", escape_for_terminal(path)));
    outputs_.push_back({make_output(folder_, place, plan_), path, {}});
  }
  return {};
}

Parsed<void> RunFiles::start_fresh() {
  for (Kept& kept : outputs_)
    if (const int error = kept.output->start_fresh()) return cannot_write(kept.path, error);
  make_ordered();
  return {};
}

Parsed<void> RunFiles::recover(const std::vector<std::vector<CheckpointMark>>& marks, std::uint64_t finals,
                               std::vector<std::string>& notes) {
  for (std::size_t i = 0; i < outputs_.size(); ++i) {
    Kept& kept = outputs_[i];
    Result<Standing> standing =
        kept.output->recover(i < marks.size() ? marks[i] : std::vector<CheckpointMark>(), finals);
    if (!standing) return cannot_write(kept.path, standing.error().code);
    kept.standing = std::move(*standing);
    if (!kept.standing.note.empty())
      notes.push_back(fmt::format("{}; the rows that it lacks are made anew from the journal", kept.standing.note));
  }
  make_ordered();
  return {};
}

void RunFiles::make_ordered() {
  if (!plan_.output.ordered) return;
  std::uint64_t first = SettledSet::none;
  for (const Kept& kept : outputs_)
    if (follows_list(kept)) first = std::min(first, kept.standing.first_gap);
  if (first != SettledSet::none) ordered_.emplace(lines_, first);  // Else nothing has an order.
}

bool RunFiles::lacks(const Kept& kept, std::uint64_t number, std::uint64_t index) const {
  return follows_list(kept) ? index >= kept.standing.first_gap : number >= kept.standing.finals;
}

bool RunFiles::lacks(std::uint64_t number, std::uint64_t index) const {
  return std::ranges::any_of(outputs_, [&](const Kept& kept) { return lacks(kept, number, index); });
}

int RunFiles::rebuild(const Outcome& outcome, std::uint64_t number) {
  if (error_ != 0) return error_;
  for (Kept& kept : outputs_) {
    if (follows_list(kept) || !lacks(kept, number, outcome.target.index)) continue;
    if (const int error = kept.output->add(outcome)) return fail(error, kept.path);
  }
  if (ordered_)
    if (const int error = ordered_->add(outcome)) return error;
  for (Kept& kept : outputs_)
    if (kept.output->bytes_waiting() >= waiting_bytes_max)
      if (const int error = kept.output->write()) return fail(error, kept.path);
  return 0;
}

Parsed<void> RunFiles::begin_session(std::unique_ptr<JournalWriter> writer, const std::string& reason,
                                     SettledSet settled) {
  journal_ = std::move(writer);
  settled_ = std::move(settled);
  journal_->add_session({.unix_us = wall_clock_us(), .reason = reason}, pace_.now());
  if (checkpoint() != 0) return cannot_write(failed_, error_);
  return {};
}

int RunFiles::Lines::add(const Outcome& outcome) {
  for (Kept& kept : files.outputs_) {
    if (!kept.output->has_order()) continue;
    if (files.plan_.output.ordered && outcome.target.index < kept.standing.first_gap) continue;
    if (const int error = kept.output->add(outcome)) return files.fail(error, kept.path);
  }
  for (OutcomeSink* stream : streams)
    if (const int error = stream->add(outcome)) return files.error_ != 0 ? files.error_ : files.fail(error, "");
  return 0;
}

int RunFiles::hand_on(const Outcome& outcome) {
  for (Kept& kept : outputs_) {
    if (kept.output->has_order()) continue;
    if (const int error = kept.output->add(outcome)) return fail(error, kept.path);
  }
  return ordered_ ? ordered_->add(outcome) : lines_.add(outcome);
}

void RunFiles::note_lap(const Outcome& outcome) {
  if (outcome.lap <= lap_) return;
  lap_ = outcome.lap;
  journal_->add_lap(lap_);
}

int RunFiles::add(const Outcome& outcome) {
  if (error_ != 0) return error_;
  if (!settled_.insert(outcome.target.index))
    throw std::logic_error(fmt::format("target {} was settled twice", outcome.target.index));
  note_lap(outcome);
  journal_->add(outcome, EntryKind::final);
  changed_ = true;
  if (const int error = hand_on(outcome)) return error;
  if (journal_->finals() - finals_at_checkpoint_ >= pace_.checkpoint_records) return checkpoint();
  return write_if_much();
}

int RunFiles::tried(const Outcome& outcome) {
  if (error_ != 0) return error_;
  note_lap(outcome);
  journal_->add(outcome, EntryKind::tried);
  changed_ = true;
  return write_if_much();
}

int RunFiles::write_if_much() {
  const auto much = [](const Kept& kept) { return kept.output->bytes_waiting() >= waiting_bytes_max; };
  if (journal_->bytes_waiting() < waiting_bytes_max && std::ranges::none_of(outputs_, much)) return 0;
  return write_all();
}

int RunFiles::secure() {
  if (error_ != 0) return error_;
  if (const int error = journal_->write()) return fail(error, folder_.file(journal_name));
  records_safe_ = journal_->finals();
  return 0;
}

int RunFiles::write_all() {
  if (const int error = secure()) return error;
  for (Kept& kept : outputs_)
    if (const int error = kept.output->write()) return fail(error, kept.path);
  return 0;
}

int RunFiles::flush() {
  if (error_ != 0) return error_;
  for (OutcomeSink* stream : lines_.streams)
    if (const int error = stream->flush()) return error_ != 0 ? error_ : fail(error, "");
  if (changed_ && pace_.now() - checkpoint_at_ >= pace_.checkpoint_interval) return checkpoint();
  return write_all();
}

/// Outputs are on the disk before the checkpoint that vouches for them; the journal is, before a database commits what
/// it could not take back.
int RunFiles::checkpoint() {
  const std::string journal_path = folder_.file(journal_name);
  storage_.reached("before-checkpoint");
  if (const int error = write_all()) return error;
  JournalCheckpoint checkpoint{.finals = journal_->finals()};
  for (Kept& kept : outputs_) {
    if (const int error = kept.output->sync()) return fail(error, kept.path);
    checkpoint.outputs.push_back(kept.output->mark());
  }
  journal_->add_checkpoint(checkpoint);
  if (const int error = journal_->write()) return fail(error, journal_path);
  if (const int error = journal_->sync()) return fail(error, journal_path);
  for (Kept& kept : outputs_)
    if (const int error = kept.output->settle(checkpoint.finals)) return fail(error, kept.path);
  storage_.reached("after-checkpoint");
  finals_at_checkpoint_ = checkpoint.finals;
  checkpoint_at_ = pace_.now();
  changed_ = false;
  return 0;
}

int RunFiles::close(bool complete) {
  if (error_ != 0) return error_;
  for (OutcomeSink* stream : lines_.streams)
    if (const int error = stream->flush()) return error_ != 0 ? error_ : fail(error, "");
  if (const int error = checkpoint()) return error;
  const bool whole = complete && held() == 0;
  for (Kept& kept : outputs_)
    if (const int error = kept.output->finish(whole)) return fail(error, kept.path);
  if (!whole) return 0;
  journal_->add_closed({.targets = settled_.count(), .finals = journal_->finals()});
  if (const int error = journal_->write()) return fail(error, folder_.file(journal_name));
  if (const int error = journal_->sync()) return fail(error, folder_.file(journal_name));
  return 0;
}

int RunFiles::fail(int error, const std::string& what) {
  error_ = error;
  failed_ = what;
  return error;
}

std::string RunFiles::trouble() const {
  if (error_ == 0 || failed_.empty()) return {};  // A stream's owner tells its own story.
  return fmt::format("writing \"{}\": {}; {} verdicts are safe in the journal, and \"atonce resume {}\" carries on",
                     escape_for_terminal(failed_), std::strerror(error_), records_safe_,
                     escape_for_terminal(folder_.path()));
}

}  // namespace atonce
