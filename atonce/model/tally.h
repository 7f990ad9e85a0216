#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "atonce/model/histogram.h"
#include "atonce/model/outcome.h"

namespace atonce {

/// Counts what happened to many jobs. Crosses a pipe, a thread or a file as it is.
struct Tally {
  std::array<std::uint64_t, verdict_count> by_verdict{};
  std::uint64_t tries = 0;
  std::uint64_t retries = 0;      ///< tries after the first
  std::uint64_t unsure = 0;       ///< verdicts with a doubt
  std::uint64_t tried_again = 0;  ///< in a later lap
  std::uint64_t overturned = 0;   ///< of these, answered otherwise than at first
  Histogram queue_us;             ///< started − due
  Histogram lookup_us;            ///< resolved − started, for names that were looked up
  Histogram connect_us;           ///< connected − resolved, where the host answered
  Histogram total_us;             ///< finished − started

  void add(const Outcome& outcome);
  void merge(const Tally& other);  ///< In any order: same result.
  std::uint64_t total() const;
  std::uint64_t of(Verdict verdict) const { return by_verdict[static_cast<std::size_t>(verdict)]; }
};
static_assert(std::is_trivially_copyable_v<Tally>);

}  // namespace atonce
