#pragma once

#include <atomic>
#include <cstdint>
#include <new>

#include "atonce/strategies/conditions.h"
#include "atonce/strategies/missed_share.h"

namespace atonce {

/// What the workers of a run share, wherever they run: it lies in memory that forked workers share too.
struct Control {
  enum Stop : int { go = 0, drain = 1, cancel = 2 };

  std::atomic<int> stop{go};                       ///< drain: start nothing more; cancel: end what is in flight
  std::atomic<std::int64_t> next_due_ns{0};        ///< of the common rate
  std::atomic<std::int64_t> interval_ns{0};        ///< of the common rate, from start to start; 0: no bound
  std::atomic<std::int64_t> schedule_ends_ns{0};   ///< of starts on schedule: later than this nothing is begun; 0: none
  std::atomic<std::uint32_t> window_percent{100};  ///< so much of its window a loop may use
  std::atomic<std::uint64_t> starts{0};            ///< tries begun
  Conditions conditions;                           ///< what the witness saw
  std::atomic<std::uint64_t> shortages{0};         ///< local shortages met, each waited out and tried again
  std::atomic<std::int64_t> lateness_ns_max{0};    ///< how late a loop was at most
  std::atomic<std::int64_t> lateness_ns_now{0};    ///< the same since the autopilot last looked

  MissedShare missed;  ///< by tries that are confirmed in place

  bool stopping() const { return stop.load(std::memory_order_relaxed) != go; }
  bool cancelling() const { return stop.load(std::memory_order_relaxed) >= cancel; }
  void note_lateness(std::int64_t lateness_ns) {
    for (std::atomic<std::int64_t>* most : {&lateness_ns_max, &lateness_ns_now}) {
      std::int64_t seen = most->load(std::memory_order_relaxed);
      while (seen < lateness_ns && !most->compare_exchange_weak(seen, lateness_ns, std::memory_order_relaxed)) {
      }
    }
  }
};

/// Owns a Control in memory that stays shared across fork(2).
class SharedControl {
 public:
  SharedControl();
  ~SharedControl();
  SharedControl(const SharedControl&) = delete;
  Control& operator*() const { return *control_; }
  Control* operator->() const { return control_; }

 private:
  Control* control_;
};

}  // namespace atonce
