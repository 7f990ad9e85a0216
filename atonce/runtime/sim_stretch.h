#pragma once

#include "atonce/model/duration.h"

namespace atonce {

/// A stretch of time: `from` is in it, `until` is not.
struct Stretch {
  Instant from{};
  Instant until{};

  bool has(Instant at) const { return from <= at && at < until; }
  bool overlaps(Instant first, Instant last) const { return from <= last && first < until; }
};

}  // namespace atonce
