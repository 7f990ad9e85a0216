#include "atonce/results/row_fields.h"

#include <algorithm>
#include <cstring>

namespace atonce {

Duration row_time(Duration duration) {
  constexpr std::int64_t us = 1'000;
  return Duration((std::max<std::int64_t>(0, duration.count()) + us / 2) / us * us);
}

RowTimes times_of(const Outcome& outcome) {
  RowTimes times;
  if (outcome.started == Instant{}) return times;
  const auto since_start = [&](Instant reached) {
    return reached == Instant{} ? std::nullopt : std::optional(row_time(reached - outcome.started));
  };
  if (outcome.due != Instant{}) times.queue = row_time(outcome.started - outcome.due);
  times.namelookup = since_start(outcome.resolved);
  times.connect = since_start(outcome.connected);
  times.total = since_start(outcome.finished);
  if (!outcome.exchange) return times;
  times.appconnect = since_start(outcome.exchange->secured);
  times.pretransfer = since_start(outcome.exchange->requested);
  times.starttransfer = since_start(outcome.exchange->answered);
  return times;
}

std::string_view error_name(int error) {
  const char* name = error == 0 ? nullptr : strerrorname_np(error);
  return name == nullptr ? std::string_view() : name;
}

}  // namespace atonce
