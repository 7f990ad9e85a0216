#pragma once

#include <deque>
#include <limits>
#include <unordered_set>
#include <vector>

#include "atonce/runtime/fault_plan.h"
#include "atonce/runtime/operations.h"
#include "atonce/runtime/sim_random.h"
#include "atonce/runtime/timer_wheel.h"

namespace atonce {

/// What goes wrong with one operation; nothing, as it is made.
struct FaultDecision {
  int error = 0;
  Duration late{};
  Duration late_cancel{};
  std::size_t bytes_max = std::numeric_limits<std::size_t>::max();

  bool watches() const { return late > Duration{} || late_cancel > Duration{}; }
};

/// The dice and counters of a fault plan.
class FaultDice {
 public:
  explicit FaultDice(const FaultPlan& plan);

  bool empty() const { return rules_.empty(); }
  FaultDecision decide(FaultKind kind);
  FaultDecision decide(const Operation& operation) { return decide(kind_of(operation)); }

  /// Datagram sockets, to tell their operations from those of streams.
  void opened_datagram(Handle handle) { datagrams_.insert(handle.value); }
  void closed(Handle handle) { datagrams_.erase(handle.value); }

 private:
  struct Counted {
    FaultRule rule;
    std::uint64_t seen = 0;
  };
  FaultKind kind_of(const Operation& operation) const;
  bool hits(Counted& counted);

  std::vector<Counted> rules_;
  SimRandom random_;
  std::unordered_set<std::int32_t> datagrams_;
};

class Io;

/// An operation that something will go wrong with, from its start until it is told.
struct WatchedOperation : Timer {
  Io* io = nullptr;
  Operation* operation = nullptr;
  FaultDecision decision;
  std::int32_t result = 0;
  bool held = false;  ///< The engine has done with it; it waits to be told.
  bool cancel_asked = false;
};

/// The operations that are watched; they are used again.
class WatchList {
 public:
  WatchedOperation& take(Io& io, Operation& operation, const FaultDecision& decision);
  void give_back(WatchedOperation& watched);
  std::size_t watched() const { return all_.size() - free_.size(); }

 private:
  std::deque<WatchedOperation> all_;
  std::vector<WatchedOperation*> free_;
};

/// Makes an operation move no more than `bytes_max` bytes.
void shorten(Operation& operation, std::size_t bytes_max);

}  // namespace atonce
