#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "atonce/model/result.h"

namespace atonce {

/// Length of time, in nanoseconds.
using Duration = std::chrono::nanoseconds;
/// A moment on the monotonic clock; comparable between the processes of one machine.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

inline constexpr Instant never = Instant::max();

/// `from` plus `length`; `never` where that is further away than an instant can say. `from` is not before the epoch.
constexpr Instant later(Instant from, Duration length) { return length > never - from ? never : from + length; }

/// Seconds as a number for people and for rows.
constexpr double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

/// Parses "1500ms", "3.5s", "2m", "1h", "250us"; a bare number is seconds, as in curl. Zero and negative lengths are
/// refused.
Parsed<Duration> parse_duration(std::string_view text);

/// Writes the shortest of the forms above that keeps three figures: "3.5s", "250ms", "1m40s".
std::string write_duration(Duration duration);

}  // namespace atonce
