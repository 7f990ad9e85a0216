#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "atonce/model/duration.h"
#include "atonce/model/tally.h"

namespace atonce {

/// One strategy over all targets, once.
struct Round {
  Duration wall{};
  Duration cpu_user{};
  Duration cpu_system{};
  std::uint64_t memory_peak_bytes = 0;  ///< resident, over all processes of the strategy
  std::uint64_t switches_voluntary = 0;
  std::uint64_t switches_involuntary = 0;
  Tally tally;
  std::vector<std::uint8_t> verdicts;  ///< a Verdict for each target, by its index

  Duration cpu() const { return cpu_user + cpu_system; }
};

struct StrategyRounds {
  std::string strategy;       ///< as chosen, "threads:20"
  std::string engine;         ///< "ring", "epoll", "blocking"
  std::uint32_t window = 1;   ///< in flight at most
  std::vector<Round> rounds;  ///< in the order they ran; round i of every strategy ran side by side
};

/// The same work with several strategies, in interleaved rounds.
struct Comparison {
  std::string job = "probe";
  std::string input;  ///< the list, or the targets, as a person names them
  std::string world;  ///< the simulated internet's spec; empty: the real network
  std::uint64_t targets = 0;
  std::vector<StrategyRounds> strategies;
};

}  // namespace atonce
