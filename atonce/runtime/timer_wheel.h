#pragma once

#include <array>
#include <cstdint>

#include "atonce/model/duration.h"

namespace atonce {

/// Something to happen at an instant. Lives in the frame of whoever waits; linked into the wheel while it is armed.
struct Timer {
  Timer* previous = nullptr;
  Timer* next = nullptr;
  Instant due{};
  void (*fire)(Timer&) = nullptr;
  std::uint8_t level = 0;
  std::uint8_t slot = 0;

  bool armed() const { return next != nullptr; }
};

/// Hierarchical timer wheel: arming and disarming cost the same for one timer and for a million. A tick is 2^20 ns
/// (about a millisecond), yet no timer fires before its exact instant.
///
/// Source: Varghese and Lauck, "Hashed and hierarchical timing wheels", SOSP 1987; levels by the highest differing bit.
class TimerWheel {
 public:
  explicit TimerWheel(Instant start);
  TimerWheel(const TimerWheel&) = delete;

  void arm(Timer& timer, Instant due);
  void disarm(Timer& timer);

  /// When to call `expire` next: at or before the earliest timer; `never` when none is armed.
  Instant next_due() const;

  /// Fires each timer whose instant is not after `now`; ties and neighbours of one slot in the order in which they were
  /// armed. Gives how long the one that waited longest was overdue.
  Duration expire(Instant now);

  std::size_t armed_count() const { return armed_count_; }

 private:
  static constexpr int tick_bits = 20;
  static constexpr int slot_bits = 6;
  static constexpr int slot_count = 1 << slot_bits;
  // 2^(20 + 42) ns: 146 years; later ones wait in the last slot.
  static constexpr int level_count = 7;
  static constexpr std::uint64_t tick_max = (std::uint64_t{1} << (slot_bits * level_count)) - 1;

  static std::uint64_t tick_of(Instant instant) {
    return static_cast<std::uint64_t>(instant.time_since_epoch().count()) >> tick_bits;
  }
  void link(Timer& timer);
  void cascade(int level, int slot);
  std::uint64_t next_tick(
      int& level) const;  // The tick at which `expire` next has something to do, and on which level.
  Duration fire_slot(int slot, Instant now);

  std::uint64_t current_tick_;
  std::size_t armed_count_ = 0;
  std::array<std::uint64_t, level_count> occupied_{};
  std::array<Instant, slot_count> earliest_;  // Of each slot of the lowest level; too early after a disarm.
  std::array<std::array<Timer, slot_count>, level_count> slots_;  // Sentinels of circular lists.
};

}  // namespace atonce
