#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "atonce/model/outcome.h"

namespace atonce {

/// Why nothing that was not answered in a stretch of time can be held against its target.
enum class Taint : std::uint8_t { none, uplink, resolver, stopped, clock };

/// What happened around the run, as its witness saw it. One writer, any number of readers, in other threads and forked
/// processes too. Instants are of the monotonic clock.
class Conditions {
 public:
  struct Stretch {
    Instant from;
    Instant until;
    Taint taint;
  };

  /// Packets thrown away on this machine since the run began.
  std::atomic<std::uint64_t> drops{0};
  /// Packets sent by this machine, as its own counters have them.
  std::atomic<std::uint64_t> sent{0};
  /// Up to here the witness knows all there is to know.
  std::atomic<std::int64_t> vouched_until_ns{0};
  /// Nothing should start: the uplink is away.
  std::atomic<bool> hold{false};

  /// Notes that [from, until] is tainted; the writer only. The same `taint` going on extends its last stretch.
  void note(Taint taint, Instant from, Instant until);
  /// The latest stretch that overlaps [from, until]; with `resolver_too`, also one in which only resolvers were away.
  std::optional<Stretch> overlapping(Instant from, Instant until, bool resolver_too = true) const;
  /// The outcome may be of such a stretch: an error or a silence, waited for while the path was away, or, where a
  /// resolver is blamed, while that was.
  bool taints(const Outcome& outcome) const;
  /// Stretches noted so far, also those that were overwritten since.
  std::uint64_t stretches() const { return count_.load(std::memory_order_acquire); }
  Stretch stretch(std::uint64_t number) const;

 private:
  static constexpr std::size_t kept = 64;
  struct Slot {
    std::atomic<std::int64_t> from_ns{0};
    std::atomic<std::int64_t> until_ns{0};
    std::atomic<Taint> taint{Taint::none};
  };

  std::array<Slot, kept> slots_;
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace atonce
