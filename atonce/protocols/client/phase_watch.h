#pragma once

#include <optional>

#include "atonce/model/verdict.h"
#include "atonce/runtime/scope.h"

namespace atonce {

/// The deadlines of one exchange: one for all of it, and one for the phase it is in. Cancels the scope when one passes
/// and knows which. One timer, set anew only when it fires too early: progress costs a store.
///
/// As `within`, a loop that was late itself gives the time back, and what arrived in time is looked at before a
/// deadline counts: a timer that is due waits for one more turn.
class PhaseWatch : Timer {
 public:
  explicit PhaseWatch(Scope& scope);
  ~PhaseWatch();
  PhaseWatch(const PhaseWatch&) = delete;

  void set_total(Instant ends);
  /// A phase begins, which may take `limit` at most without progress.
  void enter(std::optional<Duration> limit, Verdict verdict);
  /// The phase's time counts anew from `now`.
  void progress(Instant now) {
    since_ = now;
    given_back_phase_ = false;
  }
  /// Cancels the scope now, though no deadline passed.
  void give_up() { scope_.cancel(); }
  /// `total_timeout` or the phase's verdict, once its deadline has passed.
  std::optional<Verdict> passed() const { return passed_; }

 private:
  // As for scopes: a turn this late says more about us than about the network.
  static constexpr Duration lateness_forgiven = std::chrono::milliseconds(50);

  Instant phase_ends() const { return limit_ ? later(since_, *limit_) : never; }
  void fired();
  void arm_for(Instant due);

  Scope& scope_;
  Instant total_ends_ = never;
  Instant since_{};
  Instant armed_at_{};
  std::optional<Duration> limit_;
  std::optional<Verdict> passed_;
  Verdict phase_ = Verdict::total_timeout;
  bool given_back_total_ = false;
  bool given_back_phase_ = false;
  bool one_turn_more_ = false;
};

}  // namespace atonce
