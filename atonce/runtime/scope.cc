#include "atonce/runtime/scope.h"

#include <algorithm>
#include <cstdlib>

namespace atonce {

Scope::Scope(Io& io, Scope* parent, Shielding shielding)
    : io_(io), parent_(parent), shielded_(shielding == Shielding::shielded) {
  leaves_.previous = leaves_.next = &leaves_;
  if (parent_ == nullptr) return;
  next_sibling_ = parent_->first_child_;
  if (next_sibling_ != nullptr) next_sibling_->previous_sibling_ = this;
  parent_->first_child_ = this;
  cancelled_ = parent_->cancelled_ && !shielded_;
}

Scope::~Scope() {
  // A scope that ends before its children is a bug of ours that would become a use after free.
  if (children_ != 0 || leaves_.next != &leaves_ || first_child_ != nullptr) std::abort();
  io_.timers().disarm(deadline_);
  if (parent_ == nullptr) return;
  if (previous_sibling_ != nullptr) previous_sibling_->next_sibling_ = next_sibling_;
  if (next_sibling_ != nullptr) next_sibling_->previous_sibling_ = previous_sibling_;
  if (parent_->first_child_ == this) parent_->first_child_ = next_sibling_;
}

void Scope::cancel() {
  if (cancelled_) return;
  cancelled_ = true;
  // A leaf that is asked may complete at once and so leave the list; it cannot come back, since the scope is cancelled
  // already.
  for (Leaf* leaf = leaves_.next; leaf != &leaves_;) {
    Leaf* const following = leaf->next;
    leaf->cancel(*leaf);
    leaf = following;
  }
  for (Scope* child = first_child_; child != nullptr; child = child->next_sibling_)
    if (!child->shielded_) child->cancel();
}

void Scope::set_deadline(Instant due) {
  if (cancelled_ || due == never) return;
  deadline_.scope = this;
  deadline_.fire = fire_deadline;
  deadline_.armed_at = io_.now();
  io_.timers().disarm(deadline_);
  // A deadline that lay in the past when it was set says nothing about the loop's lateness.
  io_.timers().arm(deadline_, std::max(due, deadline_.armed_at));
}

void Scope::fire_deadline(Timer& timer) {
  auto& deadline = static_cast<Deadline&>(timer);
  Io& io = deadline.scope->io_;
  const Instant now = io.now();
  const Duration late = now - deadline.due;
  if (late > lateness_forgiven && !deadline.extended) {
    deadline.extended = true;
    io.timers().arm(deadline, now + std::min(late, deadline.due - deadline.armed_at));
    return;
  }
  deadline.scope->deadline_passed_ = true;
  deadline.scope->cancel();
}

void Scope::fail(std::exception_ptr exception) noexcept {
  if (exception_) {
    ++suppressed_;
  } else {
    exception_ = std::move(exception);
  }
  cancel();
}

void Scope::child_ended(std::exception_ptr exception) noexcept {
  if (exception) fail(std::move(exception));
  if (--children_ == 0 && joiner_) io_.schedule(std::exchange(joiner_, {}));
}

}  // namespace atonce
