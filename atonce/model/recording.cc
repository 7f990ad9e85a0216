#include "atonce/model/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "atonce/model/address.h"
#include "atonce/model/escape.h"

namespace atonce {
namespace {

// The first width of a bin: a round of 16 ms fills them all.
constexpr Duration bin_narrowest = std::chrono::microseconds(64);

std::uint64_t microseconds(Duration length) {
  return length > Duration{} ? static_cast<std::uint64_t>(length / std::chrono::microseconds(1)) : 0;
}

/// What of its bin is left at `at`.
double rest_of_bin(Duration at, Duration width) { return seconds(width - at % width); }

}  // namespace

OutcomeRecorder::OutcomeRecorder(Instant begin) : begin_(begin), width_(bin_narrowest), bins_(Recording::bins_max) {}

void OutcomeRecorder::widen_to(Duration at) {
  constexpr std::size_t half = Recording::bins_max / 2;
  while (at / width_ >= static_cast<std::int64_t>(Recording::bins_max)) {
    const double width_s = seconds(width_);
    for (std::size_t i = 0; i < half; ++i) {
      const Bin &first = bins_[2 * i], &second = bins_[2 * i + 1];
      bins_[i] = {first.starts + second.starts, first.stops + second.stops, first.ends + second.ends,
                  first.after_starts_s + width_s * static_cast<double>(first.starts) + second.after_starts_s,
                  first.after_stops_s + width_s * static_cast<double>(first.stops) + second.after_stops_s};
    }
    std::fill(bins_.begin() + half, bins_.end(), Bin{});
    width_ *= 2;
  }
}

void OutcomeRecorder::note_start(Duration at) {
  Bin& bin = bins_[static_cast<std::size_t>(at / width_)];
  ++bin.starts;
  bin.after_starts_s += rest_of_bin(at, width_);
}

void OutcomeRecorder::note_end(Duration at, bool ends) {
  Bin& bin = bins_[static_cast<std::size_t>(at / width_)];
  ++bin.stops;
  bin.ends += ends ? 1 : 0;
  bin.after_stops_s += rest_of_bin(at, width_);
}

void OutcomeRecorder::add(const Outcome& outcome) {
  const bool wanted = samples(outcome.target.index);
  add(outcome.target.index, wanted ? label_of(outcome.target) : "", outcome.verdict, outcome.started, outcome.finished,
      timed_phases_of(outcome));
}

void OutcomeRecorder::add_try(const Outcome& outcome) {
  if (outcome.started == Instant{} || outcome.finished < outcome.started) return;
  const TimedPhases phases = timed_phases_of(outcome);
  note(outcome.started, outcome.finished, phases, false);
  if (samples(outcome.target.index)) sample(outcome.target.index, label_of(outcome.target), outcome.verdict, phases);
}

void OutcomeRecorder::add(std::uint64_t index, std::string_view label, Verdict verdict, Instant started,
                          Instant finished, const TimedPhases& phases) {
  if (started == Instant{} || finished < started) return;  // Nothing was asked of anybody.
  note(started, finished, phases, true);
  if (samples(index)) sample(index, label, verdict, phases);
}

void OutcomeRecorder::note(Instant started, Instant finished, const TimedPhases& phases, bool ends) {
  const Duration from = std::max(Duration{}, started - begin_), to = std::max(Duration{}, finished - begin_);
  last_ = std::max(last_, to);
  widen_to(to);
  note_start(from);
  note_end(std::max(from, to - Duration(1)), ends);  // What ends with a bin ends in it.
  for (const TimedPhase& phase : phases.all())
    phase_us_[static_cast<std::size_t>(phase.phase)].add(microseconds(phase.end - phase.begin));
}

void OutcomeRecorder::sample(std::uint64_t index, std::string_view label, Verdict verdict, const TimedPhases& phases) {
  auto job = std::ranges::find(jobs_, index, &RecordedJob::index);
  if (job == jobs_.end()) {
    job = jobs_.insert(job, RecordedJob{.index = index});
    const std::string_view words = cut_at_character(label, job->label.size());
    std::memcpy(job->label.data(), words.data(), words.size());
    job->label_size = static_cast<std::uint8_t>(words.size());
  }
  job->verdict = verdict;
  for (const TimedPhase& phase : phases.all())
    if (job->part_count < job->parts.size())
      job->parts[job->part_count++] = {phase.phase, phase.begin - begin_, phase.end - phase.begin};
  while (jobs_.size() > Recording::jobs_max) {
    stride_ *= 2;
    std::erase_if(jobs_, [this](const RecordedJob& one) { return !samples(one.index); });
  }
}

std::unique_ptr<Recording> OutcomeRecorder::finish(Instant end) const {
  const Duration wall = std::max(last_, end - begin_);
  OutcomeRecorder whole(*this);
  whole.widen_to(std::max(Duration{}, wall - Duration(1)));
  return whole.write_recording(wall);
}

std::unique_ptr<Recording> OutcomeRecorder::write_recording(Duration wall) const {
  auto recording = std::make_unique<Recording>();
  recording->wall = wall;
  recording->bin = width_;
  recording->bin_count = static_cast<std::uint32_t>((wall + width_ - Duration(1)) / width_);
  std::uint64_t running = 0;
  for (std::uint32_t i = 0; i < recording->bin_count; ++i) {
    const Bin& bin = bins_[i];
    const Duration within = std::min(width_, recording->wall - width_ * static_cast<std::int64_t>(i));
    const double together = seconds(width_) * static_cast<double>(running) + bin.after_starts_s - bin.after_stops_s;
    recording->in_flight[i] = static_cast<float>(std::max(0.0, together / seconds(within)));
    recording->finished[i] = bin.ends;
    running += bin.starts - bin.stops;
  }
  recording->phase_us = phase_us_;
  recording->job_count = static_cast<std::uint32_t>(jobs_.size());
  std::ranges::copy(jobs_, recording->jobs.begin());
  std::ranges::sort(std::span(recording->jobs).first(jobs_.size()), {}, &RecordedJob::index);
  return recording;
}

std::string label_of(const Target& target) {
  if (!target.url.empty()) return target.url;
  if (is_file(target)) return target.host;
  if (!target.valid() || target.host.empty()) return target.input;
  return target.address ? write_endpoint({target.address, target.port})
                        : fmt::format("{}:{}", target.host, target.port);
}

}  // namespace atonce
