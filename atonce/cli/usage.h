#pragma once

#include <sys/time.h>

#include "atonce/model/duration.h"

namespace atonce {

/// A time as getrusage(2) and wait4(2) tell it.
inline Duration duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace atonce
