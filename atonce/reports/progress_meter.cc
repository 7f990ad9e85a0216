#include "atonce/reports/progress_meter.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr Duration sample_gap = 250ms;
constexpr Duration lately = 3s;
constexpr Duration first_guess_after = 1s;
constexpr double guess_max_s = 365.0 * 24 * 3600;

Duration from_seconds(double value) { return Duration(std::llround(std::clamp(value, 0.0, guess_max_s) * 1e9)); }

}  // namespace

ProgressMeter::ProgressMeter(std::optional<std::uint64_t> total, bool total_estimated, Duration patience)
    : total_(total), total_estimated_(total_estimated), patience_(patience) {}

void ProgressMeter::expect(std::optional<std::uint64_t> total, bool estimated) {
  total_ = total;
  total_estimated_ = estimated;
}

double ProgressMeter::rate_lately(Sample now) {
  const std::size_t kept = std::min(sample_count_, samples_.size());
  Sample since;  // The beginning of the run, when it is not long ago.
  for (std::size_t back = kept; back > 0; --back) {
    const Sample& sample = samples_[(sample_count_ - back) % samples_.size()];
    if (now.elapsed - sample.elapsed > lately) since = sample;
  }
  if (sample_count_ == 0 || now.elapsed - samples_[(sample_count_ - 1) % samples_.size()].elapsed >= sample_gap)
    samples_[sample_count_++ % samples_.size()] = now;
  const double span = seconds(now.elapsed - since.elapsed);
  return span > 0 && now.done >= since.done ? static_cast<double>(now.done - since.done) / span : 0;
}

std::optional<std::pair<Duration, Duration>> ProgressMeter::time_left(const ProgressSnapshot& snapshot) const {
  if (!snapshot.total || snapshot.elapsed < first_guess_after || snapshot.done >= *snapshot.total) return std::nullopt;
  const auto [slow, fast] = std::minmax(snapshot.rate_now, snapshot.rate_average);
  if (slow <= 0) return std::nullopt;
  const auto remaining = static_cast<double>(*snapshot.total - snapshot.done);
  // Where some stay silent, the last ones to start may too; and nobody knows yet of those that are all that is left.
  const auto stands_for_waiting = [&](const VerdictRow& row) {
    return (row.verdict == Verdict::timeout || is_stall(row.verdict)) &&
           snapshot.by_verdict[static_cast<std::size_t>(row.verdict)] > 0;
  };
  const bool silence =
      std::ranges::any_of(all_verdicts, stands_for_waiting) || *snapshot.total - snapshot.done <= snapshot.in_flight;
  const double tail = silence ? seconds(patience_) : 0;
  return std::pair{from_seconds(remaining / fast), from_seconds(remaining / slow + tail)};
}

ProgressSnapshot ProgressMeter::read(const ProgressReading& reading) {
  ProgressSnapshot snapshot{
      .done = std::accumulate(reading.by_verdict.begin(), reading.by_verdict.end(), std::uint64_t{0}),
      .total = total_,
      .total_estimated = total_estimated_,
      .by_verdict = reading.by_verdict,
      .in_flight = reading.in_flight,
      .elapsed = reading.elapsed,
      .shortages = reading.shortages,
      .drops = reading.drops,
      .lateness = reading.lateness,
      .stopping = reading.stopping,
      .unsure = reading.unsure,
      .lap = reading.lap,
      .rate_allowed = reading.rate_allowed,
      .by_status = reading.by_status,
      .bytes = reading.bytes,
  };
  if (snapshot.total && snapshot.total_estimated && snapshot.done > *snapshot.total)
    snapshot.total.reset();  // It was a bad guess.
  snapshot.rate_now = rate_lately({reading.elapsed, snapshot.done});
  if (reading.elapsed > Duration{})
    snapshot.rate_average = static_cast<double>(snapshot.done) / seconds(reading.elapsed);
  snapshot.left = time_left(snapshot);
  return snapshot;
}

}  // namespace atonce
