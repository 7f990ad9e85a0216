#include "atonce/strategies/strategy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <future>
#include <mutex>
#include <system_error>
#include <thread>

#include "atonce/runtime/machine.h"

namespace atonce {
namespace {

constexpr std::array strategies{
    StrategyRow{"sequential", "one job after another, in one thread", "", 1, plan_sequential, start_blocking_threads},
    StrategyRow{"processes", "a pool of forked workers, each blocking", "workers", 10, plan_processes, start_processes},
    StrategyRow{"threads", "a pool of threads, each blocking", "threads", 10, plan_threads, start_blocking_threads},
    StrategyRow{"async", "event loops, one a core, with many jobs in flight on each", "jobs in flight", 0, plan_async,
                start_async},
};

// What the process wants to have room for when all workers are there: the witness, a look at a resolver.
constexpr unsigned threads_spared = 4;

/// Room for some threads more, held while many are made.
class SparedThreads {
 public:
  explicit SparedThreads(unsigned count) try {
    const std::shared_future<void> over = over_.get_future().share();
    for (unsigned i = 0; i < threads_spared && count > threads_spared; ++i)
      threads_.emplace_back([over] { over.wait(); });
  } catch (const std::system_error&) {  // Then there is room for fewer.
  }
  ~SparedThreads() {
    over_.set_value();
    for (std::thread& thread : threads_) thread.join();
  }
  SparedThreads(const SparedThreads&) = delete;

 private:
  std::promise<void> over_;
  std::vector<std::thread> threads_;
};

class ThreadCrew final : public Crew {
 public:
  ThreadCrew(unsigned count, Outbox& outbox, Control& control, std::function<void(unsigned)> work)
      : outbox_(outbox), control_(control), work_(std::move(work)) {
    threads_.reserve(count);
    const SparedThreads spared(count);
    try {
      for (unsigned i = 0; i < count; ++i) add_worker(i);
    } catch (const std::exception&) {  // No memory or no thread for a further one.
      if (threads_.empty()) throw;
    }
  }

  unsigned workers() const override { return static_cast<unsigned>(threads_.size()); }

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

void narrow_by_descriptors(Staffing& staffing, std::uint64_t each) {
  const std::uint64_t limit = raise_descriptor_limit();
  const std::uint64_t room = limit - std::min(descriptors_reserved, limit / 2);
  const auto fit = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(room / each, 1, staffing.workers));
  if (fit == staffing.workers) return;
  staffing.notes.push_back(
      fmt::format("{} workers are more than {} descriptors allow; going on with {} (see: atonce doctor)",
                  staffing.workers, limit, fit));
  staffing.workers = staffing.window = fit;
}

std::unique_ptr<Crew> start_threads(unsigned count, Outbox& outbox, Control& control,
                                    std::function<void(unsigned)> work) {
  return std::make_unique<ThreadCrew>(count, outbox, control, std::move(work));
}

}  // namespace atonce
