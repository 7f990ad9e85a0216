#include "atonce/protocols/client/phase_watch.h"

#include <algorithm>

namespace atonce {

PhaseWatch::PhaseWatch(Scope& scope) : scope_(scope) {
  fire = [](Timer& timer) { static_cast<PhaseWatch&>(timer).fired(); };
}

PhaseWatch::~PhaseWatch() { scope_.io().timers().disarm(*this); }

void PhaseWatch::set_total(Instant ends) {
  total_ends_ = ends;
  arm_for(std::min(total_ends_, phase_ends()));
}

void PhaseWatch::enter(std::optional<Duration> limit, Verdict verdict) {
  limit_ = limit;
  phase_ = verdict;
  if (!limit) return;
  progress(scope_.io().now());
  arm_for(std::min(total_ends_, phase_ends()));
}

void PhaseWatch::arm_for(Instant ends) {
  if (ends == never || passed_ || (armed() && due <= ends)) return;
  Io& io = scope_.io();
  io.timers().disarm(*this);
  armed_at_ = io.now();
  one_turn_more_ = false;
  // What lies in the past already says nothing about how late the loop is.
  io.timers().arm(*this, std::max(ends, armed_at_));
}

void PhaseWatch::fired() {
  Io& io = scope_.io();
  const Instant now = io.now();
  const Duration late = now - due;
  const Instant ends = std::min(total_ends_, phase_ends());
  if (ends > now) return arm_for(ends);
  if (!one_turn_more_) {
    const bool of_total = ends == total_ends_;
    bool& given_back = of_total ? given_back_total_ : given_back_phase_;
    if (late > lateness_forgiven && !given_back) {
      given_back = true;
      const Duration back = std::min(late, due - armed_at_);
      if (of_total) total_ends_ = now + back;
      if (phase_ends() <= now) since_ = now + back - *limit_;
      return arm_for(std::min(total_ends_, phase_ends()));
    }
    one_turn_more_ = true;
    io.timers().arm(*this, now);
    return;
  }
  passed_ = ends == total_ends_ ? Verdict::total_timeout : phase_;
  scope_.cancel();
}

}  // namespace atonce
