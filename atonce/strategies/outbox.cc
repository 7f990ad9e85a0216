#include "atonce/strategies/outbox.h"

#include <iterator>
#include <utility>

namespace atonce {
namespace {

template <class T>
void move_all(std::vector<T>& from, std::vector<T>& to) {
  if (to.empty()) {
    to.swap(from);
  } else {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  }
  from.clear();
}

}  // namespace

void Outbox::put(Batch& batch) {
  if (batch.empty()) return;
  backlog_.fetch_add(batch.outcomes.size(), std::memory_order_relaxed);
  {
    const std::lock_guard lock(mutex_);
    move_all(batch.started, waiting_.started);
    move_all(batch.tried, waiting_.tried);
    move_all(batch.outcomes, waiting_.outcomes);
  }
  filled_.notify_one();
}

void Outbox::worker_began() {
  const std::lock_guard lock(mutex_);
  ++workers_;
}

void Outbox::worker_ended() {
  {
    const std::lock_guard lock(mutex_);
    --workers_;
  }
  filled_.notify_one();
}

bool Outbox::take(Batch& into, Duration longest) {
  std::unique_lock lock(mutex_);
  filled_.wait_for(lock, longest, [this] { return !waiting_.empty() || workers_ == 0; });
  std::swap(into.started, waiting_.started);
  std::swap(into.tried, waiting_.tried);
  std::swap(into.outcomes, waiting_.outcomes);
  return !into.empty() || workers_ > 0;
}

}  // namespace atonce
