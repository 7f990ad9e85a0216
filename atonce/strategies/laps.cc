#include "atonce/strategies/laps.h"

#include <algorithm>

namespace atonce {
namespace {

// One unproven answer in so many is checked within the first lap, and only so many wait for that: enough to see within
// seconds that a pace loses one answer in twenty, too few to cost anything.
constexpr std::uint64_t spot_check_every = 32;
constexpr std::size_t spot_checks_max = 64;

}  // namespace

Laps::Laps(const TrustOptions& trust, TargetList& list, const Resumption* resumption)
    : trust_(trust), list_(list), resumption_(resumption) {}

std::size_t Laps::claim(std::span<Target> out) {
  if (lap_ == 1) {
    std::size_t given = 0;
    {
      const std::lock_guard lock(mutex_);
      // A few at a time, so that they do not come as a burst.
      if (!spot_checks_.empty() && !out.empty()) given = claim_again(out.first(1));
    }
    return given > 0 ? given : claim_from_list(out);
  }
  const std::lock_guard lock(mutex_);
  return claim_again(out);
}

std::size_t Laps::claim_again(std::span<Target> out) {
  std::size_t given = 0;
  for (; given < out.size(); ++given) {
    std::optional<Unsettled> again;
    if (!spot_checks_.empty()) {
      again = std::move(spot_checks_.front());
      spot_checks_.pop_front();
    } else if (lap_ > 1) {
      again = current_.pop();
    }
    if (!again) break;
    out[given] = again->outcome.target;
    again->outcome.target = {};
    before_.insert_or_assign(out[given].index, std::move(*again));
  }
  return given;
}

std::size_t Laps::claim_from_list(std::span<Target> out) {
  const std::size_t claimed = list_.claim(out);
  if (resumption_ == nullptr || claimed == 0) return claimed;
  std::size_t kept = 0;
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < claimed; ++i) {
    if (!pass_settled(out[i])) continue;
    const std::uint64_t index = out[i].index;
    if (std::optional<Outcome> known = resumption_->unsettled(index)) {
      known->target = std::move(out[i]);
      const bool tainted = known->doubts.has(Doubt::tainted);
      const auto counted = static_cast<std::uint8_t>(known->lap - (tainted ? 1 : 0));
      (void)next_.push({std::move(*known), counted});
      continue;
    }
    if (kept != i) std::swap(out[kept], out[i]);
    ++kept;
  }
  return kept;
}

/// Leaves of `target` what no earlier session has settled; false when that is nothing. The requests of a batch are
/// settled in their order.
bool Laps::pass_settled(Target& target) {
  while (resumption_->is_settled(target.index)) {
    ++settled_passed_;
    if (target.members == 1) return false;
    const bool failed = target.after_failure || resumption_->has_failed(target.index);
    target = next_member(std::move(target));
    target.after_failure = failed;
  }
  return true;
}

bool Laps::ended() const {
  const std::lock_guard lock(mutex_);
  if (!spot_checks_.empty()) return false;
  return lap_ == 1 ? list_.ended() : current_.size() == 0 || current_.error() != 0;
}

std::optional<Unsettled> Laps::take_before(std::uint64_t index) {
  const auto found = before_.find(index);
  if (found == before_.end()) return std::nullopt;
  Unsettled before = std::move(found->second);
  before_.erase(found);
  return before;
}

bool Laps::wants_spot_check() {
  return lap_ == 1 && unproven_ % spot_check_every == 1 && spot_checks_.size() < spot_checks_max && !list_.ended();
}

bool Laps::settle(Outcome& outcome) {
  const std::lock_guard lock(mutex_);
  const std::optional<Unsettled> before = before_.empty() ? std::nullopt : take_before(outcome.target.index);
  if (outcome.doubts.has(Doubt::tainted)) ++voided_;
  if (!before) {
    unproven_ += wants_confirmation(outcome.verdict);
    missed_.tried_first(outcome.verdict);
  }
  std::optional<Unsettled> again = atonce::settle(trust_, before ? &*before : nullptr, outcome, missed_.get());
  if (before && outcome.verdict != Verdict::unfinished) {
    ++checked_;
    overturned_ += outcome.overturned;
    missed_.tried_again(before->outcome.verdict, outcome.overturned);
  }
  if (!again) return true;
  if (!before && wants_spot_check()) {
    spot_checks_.push_back(std::move(*again));
  } else {
    (void)next_.push(*again);
  }
  return false;
}

bool Laps::next_lap() {
  const std::lock_guard lock(mutex_);
  for (Unsettled& left : spot_checks_) (void)next_.push(left);
  spot_checks_.clear();
  if (current_.size() > 0 || next_.size() == 0 || next_.error() != 0) return false;
  current_ = std::exchange(next_, {});
  lap_size_ = current_.size();
  ++lap_;
  return true;
}

std::uint64_t Laps::unsettled() const {
  const std::lock_guard lock(mutex_);
  return current_.size() + next_.size() + spot_checks_.size();
}

std::uint64_t Laps::targets_known() const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t settled_before = resumption_ == nullptr ? 0 : resumption_->tally().total();
  return list_.targets_given() + settled_before - settled_passed_;
}

int Laps::error() const {
  const std::lock_guard lock(mutex_);
  return current_.error() != 0 ? current_.error() : next_.error();
}

}  // namespace atonce
