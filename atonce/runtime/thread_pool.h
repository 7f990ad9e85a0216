#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "atonce/runtime/operations.h"

namespace atonce {

/// A few threads that run what may block, for the loop that owns the pool. A thread starts only when there is work for
/// it. What is finished is fetched by the loop with `take_finished`, after its `wake` was called.
class ThreadPool {
 public:
  /// `io` is told by `wake` that something has finished.
  ThreadPool(Io& io, std::uint32_t threads_max);
  /// Waits for the work that runs; work that has not begun is dropped.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;

  /// False when not even one thread could be had: then nothing is started.
  bool start(OffloadOperation& operation);

  /// Takes back work that has not begun. False when it runs or has run: then it must be awaited.
  bool withdraw(OffloadOperation& operation);

  /// Started and not yet taken or withdrawn.
  std::size_t outstanding() const { return outstanding_; }

  struct Finished {
    OffloadOperation* operation;
    std::int32_t result;
  };
  /// Moves what has finished since the last call into `into`, which must be empty.
  void take_finished(std::vector<Finished>& into);

 private:
  void work();

  Io& io_;
  const std::uint32_t threads_max_;
  std::size_t outstanding_ = 0;  // Of the loop's thread alone.

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<OffloadOperation*> queue_;
  std::vector<Finished> finished_;
  std::uint32_t idle_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace atonce
