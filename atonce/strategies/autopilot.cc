#include "atonce/strategies/autopilot.h"

#include <algorithm>

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr Duration reading_interval_min = 20ms;
// What was started before the pace shrank still brings its losses for about a round trip.
constexpr Duration shrink_pause = 300ms;
constexpr double rate_min = 200;
// For about so long the kernel repeats the SYNs of what is silent, as close together as they were first sent.
constexpr Duration repetitions_last = 4s;
// Drops at less than this part of the fastest pace come from repetitions, not from starts.
constexpr double starting_share = 0.5;
// What was proven is not forgotten because a window or a list left it unused for a moment.
constexpr double proven_kept = 0.5;
constexpr double shrink_factor = 0.7;
// One start in 500 may lose a packet to some other program's traffic, and a few packets say nothing.
constexpr std::uint64_t drops_share = 500;
constexpr std::uint64_t drops_noticed = 3;
constexpr Duration lateness_noticed = 200ms;
// So many checked silences make a share of overturned ones worth believing.
constexpr std::uint64_t checked_enough = 40;
constexpr double overturned_share = 0.05;
// The plateau: up to this part of the ceiling in quick steps, beyond it in slow ones.
constexpr double plateau = 0.9;
constexpr double step_below = 0.10;
constexpr double step_above = 0.01;
constexpr unsigned window_percent_min = 5;

double seconds_of(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

Autopilot::Wall Autopilot::sign_of_loss(const Readings& readings, std::uint64_t starts) const {
  const std::uint64_t drops = readings.drops - seen_.drops;
  if (drops >= drops_noticed && drops * drops_share > starts) return Wall::drops;
  if (readings.lateness >= lateness_noticed) return Wall::lateness;
  const std::uint64_t checked = readings.checked - checked_from_.checked;
  const auto overturned = static_cast<double>(readings.overturned - checked_from_.overturned);
  if (checked >= checked_enough && overturned > overturned_share * static_cast<double>(checked)) return Wall::path;
  return Wall::none;
}

void Autopilot::observe(Instant now, const Readings& readings) {
  if (!seen_at_) {
    seen_at_ = now;
    seen_ = checked_from_ = readings;
    return;
  }
  const Duration passed = now - *seen_at_;
  if (passed < reading_interval_min) return;
  const std::uint64_t starts = readings.starts - seen_.starts;
  const double pace = static_cast<double>(starts) / seconds_of(passed);
  paced_ = paced_ == 0 ? pace : 0.5 * paced_ + 0.5 * pace;
  remember(now, paced_);
  const Wall sign = readings.tainted ? Wall::none : sign_of_loss(readings, starts);
  if (sign == Wall::none) {
    if (!readings.tainted && readings.shortages == seen_.shortages) grow(now, pace);
    proven_ = std::max(proven_, std::min(pace, paced_));
  } else if (now - shrunk_at_ >= shrink_pause) {
    shrink(now, sign, std::max(pace, paced_));
  }
  if (readings.checked - checked_from_.checked >= 2 * checked_enough || sign == Wall::path) checked_from_ = readings;
  seen_at_ = now;
  seen_ = readings;
}

double Autopilot::fastest_lately() const { return std::max(fastest_now_, fastest_before_); }

void Autopilot::remember(Instant now, double pace) {
  if (now - fastest_since_ >= repetitions_last) {
    fastest_before_ = now - fastest_since_ < 2 * repetitions_last ? fastest_now_ : 0;
    fastest_now_ = 0;
    fastest_since_ = now;
  }
  fastest_now_ = std::max(fastest_now_, pace);
}

void Autopilot::shrink(Instant now, Wall wall, double pace) {
  shrunk_at_ = now;
  // What was started seconds ago, too close together, is repeated so. To start more slowly helps those to come; that
  // hardly anything starts now says nothing about the pace.
  if (wall == Wall::drops && pace < starting_share * fastest_lately()) {
    wall_ = wall;
    ceiling_ = std::max(fastest_lately(), rate_min);
    rate_ = std::clamp(std::min(rate_, ceiling_ * shrink_factor), rate_min, rate_most_);
    return;
  }
  if (wall == Wall::lateness) window_percent_ = std::max(window_percent_min, window_percent_ * 3 / 4);
  wall_ = wall;
  ceiling_ = std::max({pace, proven_kept * proven_, rate_min});
  rate_ = std::clamp(std::min(rate_, ceiling_) * shrink_factor, rate_min, rate_most_);
}

void Autopilot::grow(Instant now, double pace) {
  if (now - shrunk_at_ < shrink_pause && wall_ != Wall::none) return;
  window_percent_ = std::min(100u, window_percent_ + 5);
  // What is not used up needs not be more: something else, the window or the processor, is the bound.
  if (pace < 0.7 * rate_) return;
  if (wall_ == Wall::none)
    rate_ *= 2;
  else
    rate_ *= 1 + (rate_ < plateau * ceiling_ ? step_below : step_above);
  rate_ = std::min(rate_, rate_most_);
}

}  // namespace atonce
