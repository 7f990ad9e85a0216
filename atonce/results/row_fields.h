#pragma once

#include <optional>
#include <string_view>

#include "atonce/model/outcome.h"

namespace atonce {

inline constexpr int row_schema = 1;  ///< Of JSONL and CSV rows; a new number when a field changes its meaning or goes.

/// The times of a row, as curl(1) has them: from the start of the target's first try. Missing where that point was not
/// reached.
struct RowTimes {
  std::optional<Duration> queue;       ///< from when it was due to when it started
  std::optional<Duration> namelookup;  ///< until the address was known
  std::optional<Duration> connect;     ///< until the connection stood or was refused
  std::optional<Duration> total;       ///< until the verdict
};
RowTimes times_of(const Outcome& outcome);

/// "ECONNREFUSED"; empty for 0 and for numbers that errno(3) does not know.
std::string_view error_name(int error);

}  // namespace atonce
