#include "atonce/strategies/strategy.h"

#include <algorithm>
#include <array>
#include <exception>
#include <mutex>
#include <thread>

namespace atonce {
namespace {

constexpr std::array strategies{
    StrategyRow{"sequential", "one job after another, in one thread", "", 1, plan_sequential, start_blocking_threads},
    StrategyRow{"processes", "a pool of forked workers, each blocking", "workers", 10, plan_processes, start_processes},
    StrategyRow{"threads", "a pool of threads, each blocking", "threads", 10, plan_threads, start_blocking_threads},
    StrategyRow{"async", "event loops, one a core, with many jobs in flight on each", "jobs in flight", 0, plan_async,
                start_async},
};

class ThreadCrew final : public Crew {
 public:
  ThreadCrew(unsigned count, Outbox& outbox, Control& control, std::function<void(unsigned)> work)
      : outbox_(outbox), control_(control), work_(std::move(work)) {
    threads_.reserve(count);
    try {
      for (unsigned i = 0; i < count; ++i) add_worker(i);
    } catch (...) {  // No memory or no thread for a further one: those that run are ended first.
      control_.stop.store(Control::cancel);
      join_all();
      throw;
    }
  }

  void join() override {
    join_all();
    if (exception_) std::rethrow_exception(std::exchange(exception_, {}));
  }

  ~ThreadCrew() override { join_all(); }

 private:
  void add_worker(unsigned number) {
    outbox_.worker_began();
    try {
      threads_.emplace_back([this, number] { run(number); });
    } catch (...) {
      outbox_.worker_ended();
      throw;
    }
  }

  void join_all() {
    for (std::thread& thread : threads_)
      if (thread.joinable()) thread.join();
  }

  void run(unsigned worker) {
    try {
      work_(worker);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!exception_) exception_ = std::current_exception();
      control_.stop.store(Control::cancel);
    }
    outbox_.worker_ended();
  }

  Outbox& outbox_;
  Control& control_;
  std::function<void(unsigned)> work_;
  std::mutex mutex_;
  std::exception_ptr exception_;
  std::vector<std::thread> threads_;
};

}  // namespace

std::span<const StrategyRow> all_strategies() { return strategies; }

const StrategyRow* find_strategy(std::string_view name) {
  const auto row = std::ranges::find(strategies, name, &StrategyRow::name);
  return row == strategies.end() ? nullptr : &*row;
}

std::unique_ptr<Crew> start_threads(unsigned count, Outbox& outbox, Control& control,
                                    std::function<void(unsigned)> work) {
  return std::make_unique<ThreadCrew>(count, outbox, control, std::move(work));
}

}  // namespace atonce
