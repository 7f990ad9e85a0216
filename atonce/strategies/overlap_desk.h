#pragma once

#include <atomic>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <vector>

#include "atonce/jobs/overlap.h"
#include "atonce/runtime/fault_plan.h"
#include "atonce/runtime/limiter.h"
#include "atonce/strategies/control.h"

namespace atonce {

/// A question or a part.
struct OverlapItem {
  bool is_part;
  std::uint32_t number;
};

/// What the workers of a run share: what there is to do, and where they write what came of it. The results lie in
/// memory that forked workers share; each is written by the one worker that claimed it.
class OverlapDesk {
 public:
  enum class Order : bool { questions_first, in_turns };

  OverlapDesk(std::uint32_t asks, std::vector<std::unique_ptr<Work>> works, const OverlapSetting& setting,
              const FaultPlan& faults);
  ~OverlapDesk();
  OverlapDesk(const OverlapDesk&) = delete;

  void set_order(Order order);
  /// The next that nobody has; from any thread or forked worker.
  std::optional<OverlapItem> claim();
  std::span<const OverlapItem> items() const { return items_; }

  /// Runs these at once on `io`, each as its coroutine, and ends them when the run is to stop.
  Task<void> run(Io& io, std::span<const OverlapItem> items);

  std::span<AskedNumber> asks() const { return {asks_, ask_count_}; }
  std::span<ComputedPart> parts() const { return {parts_, works_.size()}; }
  const FaultPlan& faults() const { return faults_; }
  void note_lateness(Duration late);
  Duration lateness_max() const { return Duration(shared_->lateness_ns.load()); }

  // What the plan says of the ways.
  std::uint32_t workers = 1;
  std::uint32_t window = 1;  ///< of one worker: connections at once; further questions wait for a place
  Duration slice{};
  bool on_ring = false;

 private:
  struct Shared {
    std::atomic<std::size_t> next{0};
    std::atomic<std::int64_t> lateness_ns{0};
  };

  Task<void> run_one(Io& io, Limiter& places, OverlapItem item);

  std::size_t ask_count_;
  std::vector<std::unique_ptr<Work>> works_;
  OverlapSetting setting_;
  const FaultPlan& faults_;
  std::vector<OverlapItem> items_;
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
  Shared* shared_ = nullptr;
  AskedNumber* asks_ = nullptr;
  ComputedPart* parts_ = nullptr;
};

}  // namespace atonce
