#include "atonce/runtime/timer_wheel.h"

#include <algorithm>
#include <bit>

namespace atonce {
namespace {

constexpr std::uint64_t no_tick = ~std::uint64_t{0};

void append(Timer& sentinel, Timer& timer) {
  timer.previous = sentinel.previous;
  timer.next = &sentinel;
  sentinel.previous->next = &timer;
  sentinel.previous = &timer;
}

void unlink(Timer& timer) {
  timer.previous->next = timer.next;
  timer.next->previous = timer.previous;
  timer.previous = timer.next = nullptr;
}

/// Moves a whole list to another sentinel, so that firing may arm and disarm at will.
void take_all(Timer& from, Timer& to) {
  to.previous = to.next = &to;
  if (from.next == &from) return;
  to.next = from.next;
  to.previous = from.previous;
  to.next->previous = &to;
  to.previous->next = &to;
  from.previous = from.next = &from;
}

}  // namespace

TimerWheel::TimerWheel(Instant start) : current_tick_(tick_of(start)) {
  earliest_.fill(never);
  for (auto& level : slots_)
    for (Timer& sentinel : level) sentinel.previous = sentinel.next = &sentinel;
}

void TimerWheel::arm(Timer& timer, Instant due) {
  timer.due = due;
  link(timer);
  ++armed_count_;
}

void TimerWheel::link(Timer& timer) {
  const std::uint64_t tick = std::clamp(tick_of(std::max(timer.due, Instant{})), current_tick_, tick_max);
  const std::uint64_t difference = tick ^ current_tick_;
  const int level = difference == 0 ? 0 : static_cast<int>(std::bit_width(difference) - 1) / slot_bits;
  const int slot = static_cast<int>(tick >> (level * slot_bits)) & (slot_count - 1);
  timer.level = static_cast<std::uint8_t>(level);
  timer.slot = static_cast<std::uint8_t>(slot);
  append(slots_[level][slot], timer);
  if (level == 0) earliest_[slot] = std::min(earliest_[slot], timer.due);
  occupied_[level] |= std::uint64_t{1} << slot;
}

void TimerWheel::disarm(Timer& timer) {
  if (!timer.armed()) return;
  unlink(timer);
  --armed_count_;
  const Timer& sentinel = slots_[timer.level][timer.slot];
  if (sentinel.next != &sentinel) return;
  occupied_[timer.level] &= ~(std::uint64_t{1} << timer.slot);
  if (timer.level == 0) earliest_[timer.slot] = never;
}

std::uint64_t TimerWheel::next_tick(int& level) const {
  for (level = 0; level < level_count; ++level) {
    if (occupied_[level] == 0) continue;
    const int shift = level * slot_bits;
    const std::uint64_t block = current_tick_ >> shift;
    const std::uint64_t slot = static_cast<std::uint64_t>(std::countr_zero(occupied_[level]));
    return std::max(((block & ~std::uint64_t{slot_count - 1}) | slot) << shift, current_tick_);
  }
  return no_tick;
}

Instant TimerWheel::next_due() const {
  int level = 0;
  const std::uint64_t tick = next_tick(level);
  if (tick == no_tick) return never;
  if (level > 0) return Instant(Duration(static_cast<std::int64_t>(tick << tick_bits)));
  return earliest_[tick & (slot_count - 1)];
}

void TimerWheel::cascade(int level, int slot) {
  Timer moved;
  take_all(slots_[level][slot], moved);
  occupied_[level] &= ~(std::uint64_t{1} << slot);
  while (moved.next != &moved) {
    Timer& timer = *moved.next;
    unlink(timer);
    link(timer);
  }
}

Duration TimerWheel::expire(Instant now) {
  const std::uint64_t target = tick_of(now);
  Duration overdue_max{};
  while (true) {
    int level = 0;
    const std::uint64_t tick = next_tick(level);
    if (tick > target) break;
    current_tick_ = tick;
    const int slot = static_cast<int>(tick >> (level * slot_bits)) & (slot_count - 1);
    if (level > 0) {
      cascade(level, slot);
      continue;
    }
    overdue_max = std::max(overdue_max, fire_slot(slot, now));
    if (tick == target) return overdue_max;
  }
  current_tick_ = std::max(current_tick_, target);
  return overdue_max;
}

Duration TimerWheel::fire_slot(int slot, Instant now) {
  Duration overdue_max{};
  Timer taken;
  take_all(slots_[0][slot], taken);
  occupied_[0] &= ~(std::uint64_t{1} << slot);
  earliest_[slot] = never;
  while (taken.next != &taken) {
    Timer& timer = *taken.next;
    unlink(timer);
    if (timer.due > now) {
      link(timer);
      continue;
    }
    --armed_count_;
    overdue_max = std::max(overdue_max, now - timer.due);
    timer.fire(timer);
  }
  return overdue_max;
}

}  // namespace atonce
