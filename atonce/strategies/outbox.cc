#include "atonce/strategies/outbox.h"

#include <iterator>
#include <utility>

namespace atonce {
namespace {

// As many outcomes are worth waking their taker for.
constexpr std::size_t worth_waking = 1'024;
// Batches whose memory is kept for workers: about as many as are taken at a time.
constexpr std::size_t spent_max = 16;

template <class T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

void Batch::clear() {
  started.clear();
  tried.clear();
  outcomes.clear();
}

void Outbox::put(Batch& batch) {
  if (batch.empty()) return;
  const std::size_t count = batch.outcomes.size();
  backlog_.fetch_add(count, std::memory_order_relaxed);
  bool wakes = false;
  {
    const std::lock_guard lock(mutex_);
    outcomes_waiting_ += count;
    hurry_ = hurry_ || count < batch_size() || outcomes_waiting_ >= worth_waking;
    wakes = hurry_;
    if (!waiting_.empty() && waiting_.back().outcomes.size() + count <= batch_size()) {
      append(waiting_.back().started, batch.started);
      append(waiting_.back().tried, batch.tried);
      append(waiting_.back().outcomes, batch.outcomes);
    } else {
      waiting_.push_back(std::exchange(batch, {}));
      if (!spent_.empty()) {
        batch = std::move(spent_.back());
        spent_.pop_back();
      }
    }
  }
  batch.clear();
  if (wakes) filled_.notify_one();
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
  if (!into.empty() && spent_.size() < spent_max) spent_.push_back(std::exchange(into, {}));
  into.clear();
  // What nobody hurries with is taken when the time has passed.
  filled_.wait_for(lock, longest, [this] { return hurry_ || workers_ == 0; });
  if (waiting_.empty()) return workers_ > 0;
  into = std::move(waiting_.front());
  waiting_.pop_front();
  outcomes_waiting_ -= into.outcomes.size();
  hurry_ = !waiting_.empty();
  return true;
}

}  // namespace atonce
