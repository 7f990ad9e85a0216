#include "atonce/runtime/io.h"

#include <algorithm>
#include <cstdlib>

namespace atonce {

Io::Io(Instant start) : timers_(start), looked_(start) {
  // A loop of a few tasks allocates nothing of its own any more: where memory is short, a task is told.
  ready_.reserve(ready_first);
  running_.reserve(ready_first);
  patient_.reserve(ready_first);
}
Io::~Io() = default;

void Io::complete(Operation& operation, std::int32_t result) {
  if (operation.watched != nullptr) [[unlikely]]
    return complete_watched(operation, result);
  operation.in_flight = false;
  operation.result = result;
  operation.unlink();
  schedule(operation.waiter);
}

// Nothing but a fault layer watches an operation.
void Io::complete_watched(Operation&, std::int32_t) { std::abort(); }

void Io::run_ready() {
  running_.swap(ready_);
  arrange(running_);
  for (const std::coroutine_handle<> waiter : running_) {
    budget_ = budget_per_turn;
    waiter.resume();
  }
  running_.clear();
}

void Io::turn() {
  if (!ready_.empty() && patient_.empty() && !way_given_ && blind_turns_ < blind_turns_max) {
    ++blind_turns_;
    return run_ready();
  }
  blind_turns_ = 0;
  way_given_ = false;
  const Instant due = timers_.next_due();
  const bool nothing_to_do = ready_.empty() && patient_.empty();
  wait(nothing_to_do ? due : Instant{});
  // What arrived is reaped before any timer fires: an answer that beat its deadline is never called late.
  const Instant reaped = now();
  unseen_for_ = nothing_to_do ? Duration{} : reaped - looked_;
  looked_ = reaped;
  if (due <= reaped && due != never) {
    const Duration late = timers_.expire(reaped);
    lateness_max_ = std::max(lateness_max_, late);
    if (late > lateness_noticed) lateness_total_ += late;
  }
  ready_.insert(ready_.end(), patient_.begin(), patient_.end());
  patient_.clear();
  // Last, so that nobody waits for a further event once the last task has ended.
  slice_end_ = now() + slice_;
  run_ready();
}

}  // namespace atonce
