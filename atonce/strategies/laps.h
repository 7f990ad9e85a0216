#pragma once

#include <deque>
#include <functional>
#include <mutex>
#include <unordered_map>

#include "atonce/model/tally.h"
#include "atonce/strategies/missed_share.h"
#include "atonce/strategies/spill.h"
#include "atonce/strategies/target_source.h"

namespace atonce {

/// What an earlier session of the same run has found out already.
class Resumption {
 public:
  virtual ~Resumption() = default;
  /// The target has its final row.
  virtual bool is_settled(std::uint64_t index) const = 0;
  /// The target has its final row, and its verdict makes a failed batch.
  virtual bool has_failed(std::uint64_t index) const = 0;
  /// What was found out about a target that was tried and not settled; without its `target`.
  virtual std::optional<Outcome> unsettled(std::uint64_t index) const = 0;
  /// Of the settled ones.
  virtual const Tally& tally() const = 0;
};

/// Where the workers of a run get their targets: first the list, lap for lap then what was not settled. Of the first
/// lap's silences a sample is tried again at once, so that a pace that loses answers is noticed while it lasts.
///
/// `claim` may be called by any number of threads; the rest by the one that collects.
class Laps final : public TargetSource {
 public:
  /// `list` and `resumption` (may be null) outlive this.
  Laps(const TrustOptions& trust, TargetList& list, const Resumption* resumption);

  std::size_t claim(std::span<Target> out) override;
  bool ended() const override;

  /// Joins an outcome with what is known of its target. True: it is final now. False: it will be tried again.
  bool settle(Outcome& outcome);

  /// After a lap has ended: begins the next with what is not settled. False when there is nothing to try again.
  bool next_lap();

  unsigned lap() const { return lap_; }
  /// Targets of this lap; of the first, unknown and 0.
  std::uint64_t lap_size() const { return lap_size_; }
  /// Targets not settled and not in flight; all of them, when no lap is running.
  std::uint64_t unsettled() const;
  /// Targets of the list that were given, with those that an earlier session had settled.
  std::uint64_t targets_known() const;
  /// Tries that found another answer than the silence before, and how many were tried again; for the autopilot.
  std::uint64_t checked() const { return checked_; }
  std::uint64_t overturned() const { return overturned_; }
  /// Tries that were void because of a taint.
  std::uint64_t voided() const { return voided_; }
  /// Why the file of the unsettled could not be kept; 0 when all is well.
  int error() const;

 private:
  std::size_t claim_from_list(std::span<Target> out);
  bool pass_settled(Target& target);
  std::size_t claim_again(std::span<Target> out);
  std::optional<Unsettled> take_before(std::uint64_t index);
  bool wants_spot_check();

  const TrustOptions& trust_;
  TargetList& list_;
  const Resumption* resumption_;
  unsigned lap_ = 1;
  std::uint64_t lap_size_ = 0;
  std::uint64_t checked_ = 0;
  std::uint64_t overturned_ = 0;
  std::uint64_t voided_ = 0;
  std::uint64_t unproven_ = 0;  ///< first tries that want confirmation
  MissedShare missed_;

  mutable std::mutex mutex_;
  Spill current_;                                        ///< what this lap tries again
  Spill next_;                                           ///< what the next lap will
  std::deque<Unsettled> spot_checks_;                    ///< bounded; tried again within the first lap
  std::unordered_map<std::uint64_t, Unsettled> before_;  ///< of those in flight again
  std::uint64_t settled_passed_ = 0;                     ///< of the list, settled by an earlier session
};

}  // namespace atonce
