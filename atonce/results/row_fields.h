#pragma once

#include <optional>
#include <string_view>

#include "atonce/model/outcome.h"

namespace atonce {

inline constexpr int row_schema = 1;  ///< Of JSONL and CSV rows; a new number when a field changes its meaning or goes.

/// The times of a row, as curl(1) has them: from the start of the target's first try, in whole microseconds, never
/// below zero. Missing where that point was not reached.
struct RowTimes {
  std::optional<Duration> queue;       ///< from when it was due to when it started
  std::optional<Duration> namelookup;  ///< until the address was known
  std::optional<Duration> connect;     ///< until the connection stood or was refused
  std::optional<Duration> total;       ///< until the verdict
  // Of the last request, where HTTP was spoken:
  std::optional<Duration> appconnect;     ///< until TLS stood
  std::optional<Duration> pretransfer;    ///< until the request was about to be sent
  std::optional<Duration> starttransfer;  ///< until the first byte of the answer
};
RowTimes times_of(const Outcome& outcome);

/// `duration` as a row tells it: to the nearest microsecond, and not below zero.
Duration row_time(Duration duration);

/// The row tells what the verdict rests on: the target was asked, and gave no answer that was wanted.
inline bool tells_evidence(const Outcome& outcome) {
  return !is_success(outcome.verdict) && !is_of_file(outcome.verdict) && outcome.tries > 0;
}

/// Where the target stands in the input.
inline std::uint64_t line_of(const Outcome& outcome) {
  return outcome.exchange && outcome.exchange->line != 0 ? outcome.exchange->line : outcome.target.line;
}

/// The outcome stands in the account and in the journal alone: `--match` or `--filter` leaves its row out.
inline bool has_row(const Outcome& outcome) { return !outcome.exchange || outcome.exchange->matched; }

/// "ECONNREFUSED"; empty for 0 and for numbers that errno(3) does not know.
std::string_view error_name(int error);

}  // namespace atonce
