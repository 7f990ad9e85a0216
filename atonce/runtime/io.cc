#include "atonce/runtime/io.h"

#include <algorithm>

namespace atonce {

Io::Io(Instant start) : timers_(start) {}
Io::~Io() = default;

void Io::complete(Operation& operation, std::int32_t result) {
  operation.in_flight = false;
  operation.result = result;
  operation.unlink();
  schedule(operation.waiter);
}

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
  slice_end_ = now() + slice_;
  run_ready();
  const Instant due = timers_.next_due();
  wait(ready_.empty() ? due : Instant{});
  // What arrived is reaped before any timer fires: an answer that beat its deadline is never called late.
  if (due == never) return;
  const Instant reaped = now();
  if (reaped < due) return;
  lateness_max_ = std::max(lateness_max_, reaped - due);
  timers_.expire(reaped);
}

}  // namespace atonce
