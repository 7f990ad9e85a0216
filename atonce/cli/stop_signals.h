#pragma once

#include "atonce/strategies/control.h"

namespace atonce {

/// While it lives, SIGINT, SIGTERM and SIGHUP end the run: the first stops starting and drains within a second, the
/// second cancels what is in flight, the third ends the process at once. SIGPIPE is ignored, so that a reader who
/// leaves is an error of write(2).
class StopSignals {
 public:
  explicit StopSignals(Control& control);
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
};

}  // namespace atonce
