#pragma once

#include <cstddef>

#include "atonce/model/outcome.h"

namespace atonce {

/// Where outcomes leave a sweep. Called from one thread at a time; results and reports implement it, `cli` wires them.
class OutcomeSink {
 public:
  virtual ~OutcomeSink() = default;
  /// A job is about to start; only called when `wants_starts`.
  virtual void start(const Target&) {}
  virtual bool wants_starts() const { return false; }
  /// A job has its verdict. Returns 0, or the errno that keeps the outcome from being kept (ENOSPC, EPIPE): the sweep
  /// stops cleanly.
  virtual int add(const Outcome& outcome) = 0;
  /// A try that does not settle the target: it will be tried again, and `add` comes later. Same returns.
  virtual int tried(const Outcome&) { return 0; }
  /// Everything handed in so far reaches its file. Same returns.
  virtual int flush() { return 0; }
  /// Outcomes taken and not yet written, since an earlier one is still missing.
  virtual std::size_t held() const { return 0; }
};

}  // namespace atonce
