#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atonce/model/outcome.h"

namespace atonce {

/// One try of a target, as a run kept it.
struct KeptTry {
  std::size_t session = 0;          ///< which of the timeline's sessions
  bool settled = false;             ///< it gave the target's row; else the target was to be tried again
  std::optional<Duration> started;  ///< since the beginning of its session; below zero: before it
  Outcome outcome;                  ///< its instants are right relative to each other
};

/// Writing began: at the start of a run, and at each resume.
struct KeptSession {
  std::int64_t unix_us = 0;  ///< wall clock, microseconds since 1970
  std::string reason;        ///< "started"
};

/// All that a run knows of one target.
struct Timeline {
  std::string target;  ///< "example.com:443"
  std::uint64_t line = 0;
  std::string list;  ///< its name; empty: given on the command line
  std::vector<KeptSession> sessions;
  std::vector<KeptTry> tries;  ///< in the order they ended
};

/// Every try on one time line: when it started, when the name was known, what came back and when, and beside that what
/// it rests on: SYNs sent, how long we waited, our own lateness and drops.
std::string write_timeline(const Timeline& timeline, bool colour);

/// "2026-11-21 01:06:50 UTC".
std::string write_wall_time(std::int64_t unix_us);

}  // namespace atonce
