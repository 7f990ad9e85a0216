#pragma once

#include <atomic>
#include <cstdint>

#include "atonce/model/verdict.h"

namespace atonce {

/// How much a try misses, estimated from what was tried again: of the targets of a run that answer, the part whose
/// first try was silent. For any number of threads, and in memory that forked processes share.
class MissedShare {
 public:
  void tried_first(Verdict verdict) {
    if (is_silence(verdict)) {
      add(silences_);
    } else if (reached_host(verdict)) {
      add(answers_);
    }
  }

  /// A target whose earlier verdict was `before` was tried again.
  void tried_again(Verdict before, bool overturned) {
    if (!is_silence(before)) return;
    add(checked_);
    if (overturned) add(overturned_);
  }

  /// From 0 to 1; 0 while too little was overturned to say anything about the path.
  double get() const {
    const double overturned = read(overturned_);
    if (overturned < overturned_enough) return 0;
    const double missed = read(silences_) * overturned / read(checked_);
    return missed / (missed + read(answers_));
  }

 private:
  // Fewer say something about these hosts alone.
  static constexpr double overturned_enough = 3;

  using Count = std::atomic<std::uint64_t>;
  static void add(Count& count) { count.fetch_add(1, std::memory_order_relaxed); }
  static double read(const Count& count) { return static_cast<double>(count.load(std::memory_order_relaxed)); }

  Count silences_{0};
  Count answers_{0};
  Count checked_{0};
  Count overturned_{0};
};

}  // namespace atonce
