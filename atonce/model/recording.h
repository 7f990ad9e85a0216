#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "atonce/model/histogram.h"
#include "atonce/model/phase.h"

namespace atonce {

/// One job on the time line of a recording.
struct RecordedJob {
  struct Part {
    Phase phase;
    Duration begin;  ///< since the recording began; below zero: before it
    Duration length;
  };

  /// Two tries of every phase; those of further ones are left out.
  static constexpr std::size_t parts_max = 2 * phase_count;

  std::uint64_t index = 0;  ///< of its target
  Verdict verdict = Verdict::unfinished;
  std::uint32_t part_count = 0;
  std::array<Part, parts_max> parts{};
  std::uint8_t label_size = 0;
  std::array<char, 160> label{};  ///< what was asked, cut at a character's border; as it came: escape it

  std::span<const Part> all_parts() const { return {parts.data(), part_count}; }
  std::string_view name() const { return {label.data(), label_size}; }
};

/// How a round, or a run, went over time, in bounded memory, however many jobs it had. Crosses a pipe as it is.
struct Recording {
  static constexpr std::size_t bins_max = 256;
  static constexpr std::size_t jobs_max = 64;

  Duration wall{};
  Duration bin{};  ///< the width of a bin; the last one may be cut by the end
  std::uint32_t bin_count = 0;
  std::array<float, bins_max> in_flight{};         ///< started and not finished, on average over the bin
  std::array<std::uint64_t, bins_max> finished{};  ///< how many ended in it
  std::array<Histogram, phase_count> phase_us;     ///< of each phase, of all jobs that had it
  std::uint32_t job_count = 0;
  std::array<RecordedJob, jobs_max> jobs{};  ///< an even sample, by index: the same whatever the order they end in

  std::span<const RecordedJob> all_jobs() const { return {jobs.data(), job_count}; }
};
static_assert(std::is_trivially_copyable_v<Recording>);

/// Makes a recording of outcomes, in whatever order they come.
class OutcomeRecorder {
 public:
  explicit OutcomeRecorder(Instant begin);

  void add(const Outcome& outcome);
  /// A try that did not settle its target: it was in flight, and did not end its job.
  void add_try(const Outcome& outcome);
  /// A job of any kind.
  void add(std::uint64_t index, std::string_view label, Verdict verdict, Instant started, Instant finished,
           const TimedPhases& phases);
  /// What was recorded, up to `end` or the end of the last job; on the heap, for it is large. Further `add`s are
  /// allowed.
  std::unique_ptr<Recording> finish(Instant end) const;

 private:
  /// Tries that start and stop within a bin, and what of the bin was left when they did, added up; and jobs that end.
  struct Bin {
    std::uint64_t starts = 0, stops = 0, ends = 0;
    double after_starts_s = 0, after_stops_s = 0;  ///< whole lengths, of many jobs of years, would not fit a Duration
  };

  std::unique_ptr<Recording> write_recording(Duration wall) const;
  void note(Instant started, Instant finished, const TimedPhases& phases, bool ends);
  bool samples(std::uint64_t index) const { return index % stride_ == 0; }
  void sample(std::uint64_t index, std::string_view label, Verdict verdict, const TimedPhases& phases);
  void widen_to(Duration at);
  void note_start(Duration at);
  void note_end(Duration at, bool ends);

  Instant begin_;
  Duration width_;
  Duration last_{};  ///< the end of the last job
  std::vector<Bin> bins_;
  std::array<Histogram, phase_count> phase_us_;
  std::uint64_t stride_ = 1;
  std::vector<RecordedJob> jobs_;
};

/// What to call an outcome on a time line: its URL, its host and port, its file, or the line as it came.
std::string label_of(const Target& target);

}  // namespace atonce
