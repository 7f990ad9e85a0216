#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "atonce/strategies/siphash.h"

namespace atonce {

/// Knows which targets it has seen, in bounded memory: 16 bytes for each, as a 128-bit fingerprint of host and port.
///
/// Two different targets share a fingerprint with probability n^2 / 2^129: for ten million, 1.5e-25, far below that of
/// a flipped bit in memory. When the memory is used up, new targets are no longer remembered: their duplicates pass,
/// and `full` says so. A target that was never seen is never dropped for lack of memory.
class UniqueFilter {
 public:
  // 384 MiB hold a table of 256 MiB while it is filled from the one before: 14.6 million targets.
  static constexpr std::size_t default_memory_max = std::size_t{384} << 20;

  /// `memory_max` bounds the table in bytes, also while it grows; at least 6 KiB are used. `key`: random bits.
  UniqueFilter(std::size_t memory_max, SipKey key);

  /// True when this target has not been remembered before.
  bool first_time(std::string_view host, std::uint16_t port);

  /// A target could not be remembered: duplicates of it and of later ones pass.
  bool full() const { return full_; }
  std::uint64_t remembered() const { return remembered_; }
  std::size_t memory_bytes() const { return slots_.size() * sizeof(Fingerprint); }

 private:
  using Fingerprint = std::array<std::uint64_t, 2>;  ///< all zero: an empty slot

  Fingerprint fingerprint_of(std::string_view host, std::uint16_t port) const;
  Fingerprint& slot_of(const Fingerprint& fingerprint);
  void grow();

  SipKey key_;
  std::size_t slots_max_;
  std::vector<Fingerprint> slots_;  ///< open addressing, linear probing; a power of two
  std::uint64_t remembered_ = 0;
  bool full_ = false;
};

}  // namespace atonce
