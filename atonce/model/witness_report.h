#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "atonce/model/duration.h"

namespace atonce {

/// How often endpoints that are known to answer were asked during a run, and did not: the run's own error bar.
struct CanaryCount {
  std::uint64_t asked = 0;   ///< with an end: answered, missed or voided
  std::uint64_t missed = 0;  ///< no answer before the time-out of a connect
  std::uint64_t voided = 0;  ///< no answer, in a stretch that is tainted anyway: neither for nor against the run

  /// What an error rate is a share of.
  std::uint64_t counted() const { return asked - voided; }
};

/// A time in which nothing that was not answered can be held against its target.
struct TaintedStretch {
  std::string cause;  ///< "uplink", "resolver", "stopped", "clock"
  Instant from{};
  Duration length{};
};

/// Packets of one kind that this machine threw away during a run.
struct DropReport {
  std::string kind;  ///< "backlog", "receive_buffer", ...
  std::string wall;  ///< the setting that bounds it here: "net.core.netdev_max_backlog = 1000"; empty: none is known
  std::uint64_t count = 0;
  bool counts = true;  ///< a lost answer of ours may be among them
};

/// What the witness of a run saw.
struct WitnessReport {
  CanaryCount own;      ///< a listener of ours on 127.0.0.1
  CanaryCount outside;  ///< hosts seen open earlier in the run
  std::vector<TaintedStretch> stretches;
  std::vector<DropReport> drops;  ///< only kinds that moved; the one that moved first comes first
  Duration held{};                ///< how long nothing was started, since the uplink was away
  std::string absent;             ///< why nothing, or not all of it, could be watched; empty: all of it was
};

}  // namespace atonce
