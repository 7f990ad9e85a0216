#pragma once

#include <optional>

#include "atonce/model/duration.h"

namespace atonce {

/// One look at the clocks of this machine.
struct ClockReading {
  Instant monotonic{};  ///< stands still while the machine sleeps
  Duration boottime{};  ///< does not
  Duration realtime{};  ///< may be set by anybody
};

/// Source: clock_gettime(2), CLOCK_MONOTONIC, CLOCK_BOOTTIME, CLOCK_REALTIME.
ClockReading read_clocks();

/// Tells from look to look whether time went on as it should.
class ClockWatch {
 public:
  explicit ClockWatch(const ClockReading& first) : last_(first) {}

  struct Found {
    /// From the last look to this one nobody looked, though somebody should have: the program was stopped, traced or
    /// starved, or the machine slept.
    bool stood_still = false;
    /// The wall clock was set meanwhile.
    bool stepped = false;
    Instant since{};  ///< the last look
  };

  /// `due` is when this look should have been.
  Found look(const ClockReading& now, Instant due);

  // Far more than a busy machine makes a thread wait; a stop by hand is longer.
  static constexpr Duration tolerance = std::chrono::milliseconds(500);

 private:
  ClockReading last_;
};

}  // namespace atonce
