#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "atonce/model/duration.h"
#include "atonce/model/outcome.h"

namespace atonce {

/// What a worker has to hand over.
struct Batch {
  std::vector<Target> started;  ///< only filled where the sink wants starts
  std::vector<Outcome> tried;   ///< tries that did not settle their target; the same worker tries it again
  std::vector<Outcome> outcomes;

  bool empty() const { return started.empty() && tried.empty() && outcomes.empty(); }
  void clear();
};

/// Outcomes that may wait for a slow reader of the results; at about 300 bytes each this is some 20 MB.
inline constexpr std::size_t backlog_max = 65'536;

/// Where a worker leaves what it has done. It never waits here for a slow disk or a slow pipe: it looks at `backlog`
/// and starts nothing new while there is too much.
class Handover {
 public:
  virtual ~Handover() = default;
  /// Takes everything in `batch` and leaves it empty.
  virtual void put(Batch& batch) = 0;
  /// Outcomes put and not yet written.
  virtual std::size_t backlog() const = 0;
  /// So many outcomes are best handed over together; one, where somebody waits for each.
  virtual std::size_t batch_size() const = 0;
};

/// From the workers of this process to the one thread that writes and counts. That thread is not woken for each batch
/// that is full: many come soon, and it looks from time to time anyway.
class Outbox final : public Handover {
 public:
  void put(Batch& batch) override;
  std::size_t backlog() const override { return backlog_.load(std::memory_order_relaxed); }
  std::size_t batch_size() const override { return 64; }

  /// A worker more; before it puts anything.
  void worker_began();
  /// One worker fewer; after the last, `take` tells the end.
  void worker_ended();

  /// Waits until something is worth taking, all workers have ended, or `longest` has passed. False at the end: nothing
  /// left, nobody working. What `into` holds is done with: its memory goes back to the workers, who took it.
  bool take(Batch& into, Duration longest);

  /// The taker has written so many.
  void written(std::size_t outcomes) { backlog_.fetch_sub(outcomes, std::memory_order_relaxed); }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::deque<Batch> waiting_;
  std::size_t outcomes_waiting_ = 0;
  bool hurry_ = false;  ///< what waits is to be seen soon
  std::vector<Batch> spent_;
  std::atomic<std::size_t> backlog_{0};
  unsigned workers_ = 0;
};

}  // namespace atonce
