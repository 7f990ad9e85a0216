#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "atonce/model/histogram.h"
#include "atonce/model/outcome.h"

namespace atonce {

/// Counts what happened to many jobs. Crosses a pipe, a thread or a file as it is.
struct Tally {
  static constexpr std::size_t status_classes = 6;

  std::array<std::uint64_t, verdict_count> by_verdict{};
  std::uint64_t tries = 0;
  std::uint64_t retries = 0;                              ///< tries after the first
  std::uint64_t unsure = 0;                               ///< verdicts with a doubt
  std::uint64_t tried_again = 0;                          ///< in a later lap
  std::uint64_t overturned = 0;                           ///< of these, answered otherwise than at first
  std::uint64_t exchanges = 0;                            ///< outcomes that HTTP was spoken for
  std::array<std::uint64_t, status_classes> by_status{};  ///< their answers: 1xx, 2xx, ..., 5xx, and all other codes
  std::uint64_t redirects = 0;                            ///< followed
  std::uint64_t reused = 0;                               ///< answered over a connection that had served before
  std::uint64_t insecure = 0;                             ///< with certificates that nobody checked
  std::uint64_t unmatched = 0;                            ///< left out of the rows, by wish
  std::uint64_t head_bytes = 0;                           ///< of answers
  std::uint64_t wire_body_bytes = 0;                      ///< as they came
  std::uint64_t body_bytes = 0;                           ///< decoded
  std::uint64_t batches_completed = 0;                    ///< counted with their last requests
  std::uint64_t batches_failed = 0;
  Histogram queue_us;       ///< started − due
  Histogram lookup_us;      ///< resolved − started, for names that were looked up
  Histogram connect_us;     ///< connected − resolved, where the host answered
  Histogram handshake_us;   ///< secured − connected, where TLS was spoken on a new connection
  Histogram first_byte_us;  ///< answered − requested
  Histogram total_us;       ///< finished − started

  void add(const Outcome& outcome);
  /// Its place in `by_status`.
  static std::size_t status_class(std::uint16_t code);
  void merge(const Tally& other);  ///< In any order: same result.
  std::uint64_t total() const;
  std::uint64_t answers() const;  ///< with a status code
  std::uint64_t of(Verdict verdict) const { return by_verdict[static_cast<std::size_t>(verdict)]; }

 private:
  void add_exchange(const Exchange& exchange, Instant connected);
};
static_assert(std::is_trivially_copyable_v<Tally>);

}  // namespace atonce
