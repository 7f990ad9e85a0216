#include "atonce/cli/run_recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

using std::chrono::microseconds;

// A run of years; sums of a few such lengths stay far inside an Instant, whatever a journal says.
constexpr Duration longest = std::chrono::hours(24 * 365 * 10);
// A pause shorter than this is shown as long as it was.
constexpr Duration short_pause = std::chrono::seconds(1);

Duration bounded(std::int64_t us) {
  return microseconds(std::clamp<std::int64_t>(us, -longest / microseconds(1), longest / microseconds(1)));
}

void shift(Instant& instant, Duration by) {
  if (instant != Instant{}) instant += by;
}

/// From the clock of its session to that of the run.
void shift(Outcome& outcome, Duration by) {
  for (Instant* instant : {&outcome.due, &outcome.started, &outcome.resolved, &outcome.connected, &outcome.finished})
    shift(*instant, by);
  if (!outcome.exchange) return;
  for (Instant* instant : {&outcome.exchange->secured, &outcome.exchange->requested, &outcome.exchange->answered})
    shift(*instant, by);
}

void set_label(RecordedJob& job, std::string_view label) {
  const std::string_view words = cut_at_character(label, job.label.size());
  std::memcpy(job.label.data(), words.data(), words.size());
  job.label_size = static_cast<std::uint8_t>(words.size());
}

/// What the list calls `target`; `asked` is what the journal knows, the URL of a request of a batch.
std::string name_of(const Target& target, std::string_view asked) {
  if (target.batch == 0) return label_of(target);
  return fmt::format("{} #{} {}", target.input, target.step, asked);
}

}  // namespace

void SessionAxis::session(const JournalSession& session) {
  if (begins_.empty()) first_unix_us_ = session.unix_us;
  // A clock that was set back must not lay one session over another.
  std::int64_t since_first_us = 0;
  if (__builtin_sub_overflow(session.unix_us, first_unix_us_, &since_first_us)) since_first_us = 0;
  const Duration pause_before = std::max(Duration{}, bounded(since_first_us) - left_out_ - end_);
  const Duration pause_shown = std::max(short_pause, end_ / 2);
  left_out_ += std::max(Duration{}, pause_before - pause_shown);
  begins_.push_back(std::min(longest, end_ + std::min(pause_before, pause_shown)));
}

void SessionAxis::entry(const JournalEntry& entry) {
  if (!entry.started_us) return;
  const auto total_us = static_cast<std::int64_t>(
      std::min<std::uint64_t>(entry.total_us.value_or(0), static_cast<std::uint64_t>(longest / microseconds(1))));
  const Duration begin = begins_.empty() ? Duration{} : begins_.back();
  end_ = std::max(end_, begin + bounded(*entry.started_us) + microseconds(total_us));
}

void RunRecorder::entry(const JournalEntry& entry) {
  if (entry.index >= SettledSet::index_max) return;
  if (entry.kind == EntryKind::final && !settled_.insert(entry.index)) return;
  outcome_.target.host = kinds_.files ? "file" : "";
  outcome_.target.url = kinds_.https.has(entry.index) ? "https:" : "";
  restore(entry, outcome_);
  // A request of a batch: its URL is known since it was asked.
  if (outcome_.target.url.empty() && outcome_.exchange) outcome_.target.url = outcome_.exchange->url;
  shift(outcome_, axis_.begin_of(sessions_ > 0 ? sessions_ - 1 : 0));
  if (entry.kind == EntryKind::final)
    recorder_.add(outcome_);
  else
    recorder_.add_try(outcome_);
}

Parsed<RunRecorder::Kinds> kinds_of(const KeptRunFolder& run) {
  RunRecorder::Kinds kinds{.files = run.plan.input.kind == TargetKind::file};
  if (run.plan.input.kind != TargetKind::url) return kinds;
  const auto list = open_list_of(run);
  if (!list) return std::unexpected(list.error());
  const Parsed<void> read = for_each_target(**list, [&](const Target& target) {
    if (target.index >= SettledSet::index_max) return false;
    if (target.url.starts_with("https:")) kinds.https.insert(target.index);
    return true;
  });
  if (!read) return std::unexpected(read.error());
  return kinds;
}

Parsed<void> name_jobs(const KeptRunFolder& run, Recording& recording) {
  const std::span<RecordedJob> jobs(recording.jobs.data(), recording.job_count);
  if (jobs.empty()) return {};
  const auto list = open_list_of(run);
  if (!list) {
    for (RecordedJob& job : jobs) set_label(job, fmt::format("target {}", job.index + 1));
    return std::unexpected(list.error());
  }
  std::size_t next = 0;
  return for_each_target(**list, [&](const Target& target) {
    while (next < jobs.size() && jobs[next].index < target.index) ++next;
    if (next < jobs.size() && jobs[next].index == target.index) {
      set_label(jobs[next], name_of(target, std::string(jobs[next].name())));
      ++next;
    }
    return next < jobs.size();
  });
}

}  // namespace atonce
