#pragma once

#include <array>
#include <cstddef>

#include "atonce/reports/progress_render.h"

namespace atonce {

/// What a run says of itself at one moment; the meter adds rates and the time left.
struct ProgressReading {
  VerdictCounts by_verdict{};
  std::uint64_t in_flight = 0;
  Duration elapsed{};
  std::uint64_t shortages = 0;
  std::uint64_t drops = 0;
  Duration lateness{};
  bool stopping = false;
  std::uint64_t unsure = 0;
  LapProgress lap;
  double rate_allowed = 0;
  decltype(Tally::by_status) by_status{};
  std::uint64_t bytes = 0;
};

/// Turns readings into snapshots. Remembers the last few seconds; has no clock of its own.
class ProgressMeter {
 public:
  /// `patience`: the longest that one target may take, which the slowest of the last ones will.
  ProgressMeter(std::optional<std::uint64_t> total, bool total_estimated, Duration patience);

  /// A better idea of the total, once there is one.
  void expect(std::optional<std::uint64_t> total, bool estimated);

  ProgressSnapshot read(const ProgressReading& reading);

 private:
  struct Sample {
    Duration elapsed{};
    std::uint64_t done = 0;
  };

  double rate_lately(Sample now);
  std::optional<std::pair<Duration, Duration>> time_left(const ProgressSnapshot& snapshot) const;

  std::optional<std::uint64_t> total_;
  bool total_estimated_;
  Duration patience_;
  std::array<Sample, 32> samples_{};  ///< a ring, a quarter of a second apart at least
  std::size_t sample_count_ = 0;
};

}  // namespace atonce
