#include "atonce/runtime/thread_pool.h"

#include <signal.h>

#include <algorithm>
#include <system_error>

#include "atonce/runtime/io.h"

namespace atonce {
namespace {

/// Signals are for the thread that runs the loop.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

ThreadPool::ThreadPool(Io& io, std::uint32_t threads_max) : io_(io), threads_max_(std::max(threads_max, 1U)) {}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

bool ThreadPool::start(OffloadOperation& operation) {
  bool grow = false;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(&operation);
    grow = queue_.size() > idle_ && threads_.size() < threads_max_;
  }
  ++outstanding_;
  changed_.notify_one();
  if (!grow) return true;
  const SignalsBlocked blocked;
  try {
    threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    // With one thread at least, the work is only slower.
    if (threads_.empty()) return !withdraw(operation);
  }
  return true;
}

bool ThreadPool::withdraw(OffloadOperation& operation) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(queue_, &operation);
  if (found == queue_.end()) return false;
  queue_.erase(found);
  --outstanding_;
  return true;
}

void ThreadPool::take_finished(std::vector<Finished>& into) {
  const std::lock_guard lock(mutex_);
  into.swap(finished_);
  outstanding_ -= into.size();
}

void ThreadPool::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    --idle_;
    if (ending_) return;
    OffloadOperation& operation = *queue_.front();
    queue_.pop_front();
    lock.unlock();
    const std::int32_t result = operation.work(operation.argument);
    lock.lock();
    finished_.push_back({&operation, result});
    // Only the first needs to be told: the loop takes all at once.
    if (finished_.size() == 1) io_.wake();
  }
}

}  // namespace atonce
