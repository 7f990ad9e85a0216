#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "atonce/model/duration.h"
#include "atonce/model/tally.h"

namespace atonce {

using VerdictCounts = std::array<std::uint64_t, verdict_count>;

/// Where the targets are that were silent at first.
struct LapProgress {
  unsigned number = 1;      ///< the lap that is going on
  std::uint64_t done = 0;   ///< of it, settled or put off again
  std::uint64_t total = 0;  ///< of it; in the first lap: those that wait for the second
};

/// A run at one moment.
struct ProgressSnapshot {
  std::uint64_t done = 0;
  std::optional<std::uint64_t> total;  ///< empty: not known
  bool total_estimated = false;
  VerdictCounts by_verdict{};
  std::uint64_t in_flight = 0;
  double rate_now = 0;      ///< finished a second, lately
  double rate_average = 0;  ///< over the whole run
  Duration elapsed{};
  std::optional<std::pair<Duration, Duration>> left;  ///< from, to; empty: nothing sound to say
  std::uint64_t shortages = 0;
  std::uint64_t drops = 0;  ///< packets thrown away on this machine
  Duration lateness{};      ///< how late our own loop was at most
  bool stopping = false;
  std::uint64_t unsure = 0;
  LapProgress lap;
  double rate_allowed = 0;  ///< starts a second that the autopilot allows now; 0: it does not steer
  decltype(Tally::by_status) by_status{};
  std::uint64_t bytes = 0;  ///< of bodies, as they came
};

/// The block of a live terminal: lines of at most `width` columns (20 at least), without line ends. Colour adds no
/// columns.
std::vector<std::string> render_progress(const ProgressSnapshot& snapshot, std::size_t width, bool colour);

/// The same in one line of any length, for a log.
std::string render_progress_line(const ProgressSnapshot& snapshot);

/// Columns that a line takes: escape sequences of colour take none. Our lines are ASCII.
std::size_t columns_of(std::string_view line);

}  // namespace atonce
