#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "atonce/model/duration.h"

namespace atonce {

/// What the autopilot is shown, as counters since the run began.
struct Readings {
  std::uint64_t starts = 0;      ///< tries begun
  std::uint64_t drops = 0;       ///< packets thrown away on this machine
  std::uint64_t shortages = 0;   ///< of descriptors, ports, memory
  std::uint64_t checked = 0;     ///< silences that were tried again
  std::uint64_t overturned = 0;  ///< of these, answered the second time
  Duration lateness{};           ///< the latest that a loop was since the last reading
  bool tainted = false;          ///< nothing that happens now says anything about the pace
};

/// Finds the pace that this machine and this path carry, and keeps just below it.
///
/// It grows while answers stay sure: twofold until the first sign of loss, then by small steps. It shrinks on packets
/// dropped here, a late loop, or silences that turn out to have been answers; never by what targets answer. A
/// shortage is the window's, which the sweep narrows by itself; here it only ends the growth.
/// A pure function of what it is shown, so that it can be tested without a network. Source: the additive increase and
/// multiplicative decrease of RFC 5681, and the plateau of RFC 9438 (CUBIC).
class Autopilot {
 public:
  /// What first said that it cannot go faster.
  enum class Wall : std::uint8_t { none, drops, lateness, path };

  explicit Autopilot(double rate_first = 4'000, double rate_most = 1e6) : rate_(rate_first), rate_most_(rate_most) {}

  /// Takes the readings of this moment; to be called every 20 to 200 ms.
  void observe(Instant now, const Readings& readings);

  /// Starts a second, at most.
  double rate() const { return rate_; }
  /// The part of the window to be used, in percent.
  unsigned window_percent() const { return window_percent_; }
  /// The fastest pace at which the wall was met, and which wall; nothing while none was.
  std::optional<double> ceiling() const { return wall_ == Wall::none ? std::nullopt : std::optional(ceiling_); }
  Wall wall() const { return wall_; }
  /// The fastest pace, in starts a second, at which nothing was lost: what a later lap may rely on.
  double proven() const { return wall_ == Wall::none ? proven_ : std::min(proven_, ceiling_); }

 private:
  Wall sign_of_loss(const Readings& readings, std::uint64_t starts) const;
  /// The fastest pace of the last four to eight seconds.
  double fastest_lately() const;
  void remember(Instant now, double pace);
  void shrink(Instant now, Wall wall, double pace);
  void grow(Instant now, double pace);

  double rate_;
  double rate_most_;
  unsigned window_percent_ = 100;
  Wall wall_ = Wall::none;
  double ceiling_ = 0;
  double paced_ = 0;  ///< starts a second lately, smoothed
  double proven_ = 0;
  double fastest_now_ = 0;     ///< of the paces since `fastest_since_`
  double fastest_before_ = 0;  ///< of those in the stretch before
  Instant fastest_since_{};
  std::optional<Instant> seen_at_;
  Readings seen_;
  Readings checked_from_;  ///< since when silences that were checked are counted
  Instant shrunk_at_{};
};

}  // namespace atonce
