#include "atonce/runtime/clock_watch.h"

#include <time.h>

namespace atonce {
namespace {

Duration time_of(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

ClockReading read_clocks() {
  return {Instant(time_of(CLOCK_MONOTONIC)), time_of(CLOCK_BOOTTIME), time_of(CLOCK_REALTIME)};
}

ClockWatch::Found ClockWatch::look(const ClockReading& now, Instant due) {
  const Duration slept = (now.boottime - last_.boottime) - (now.monotonic - last_.monotonic);
  // Against the clock that sleep does not stop: after a sleep the wall clock is right, not stepped.
  const Duration step = (now.realtime - last_.realtime) - (now.boottime - last_.boottime);
  const Found found{.stood_still = now.monotonic - due > tolerance || slept > tolerance,
                    .stepped = step > tolerance || step < -tolerance,
                    .since = last_.monotonic};
  last_ = now;
  return found;
}

}  // namespace atonce
