#include "atonce/results/row_fields.h"

#include <cstring>

namespace atonce {

RowTimes times_of(const Outcome& outcome) {
  RowTimes times;
  if (outcome.started == Instant{}) return times;
  const auto since_start = [&](Instant reached) {
    return reached == Instant{} ? std::nullopt : std::optional(reached - outcome.started);
  };
  if (outcome.due != Instant{}) times.queue = outcome.started - outcome.due;
  times.namelookup = since_start(outcome.resolved);
  times.connect = since_start(outcome.connected);
  times.total = since_start(outcome.finished);
  return times;
}

std::string_view error_name(int error) {
  const char* name = error == 0 ? nullptr : strerrorname_np(error);
  return name == nullptr ? std::string_view() : name;
}

}  // namespace atonce
