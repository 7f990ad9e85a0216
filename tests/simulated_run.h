#pragma once

#include <string>

#include "tests/simulated_scenario.h"

namespace atonce {

/// What a simulated run came to: no complaints when all promises were kept.
struct Audit {
  std::string complaints;
  std::uint64_t trace = 0;          ///< of everything that happened
  std::uint64_t outcomes_hash = 0;  ///< of the final rows, in their order
  std::uint64_t rows = 0;           ///< final ones
  std::uint64_t tries = 0;          ///< in all laps
  unsigned laps = 1;
  std::uint64_t unsure = 0;                 ///< rows with a doubt
  std::uint64_t unsure_wrong = 0;           ///< of these, not the truth
  std::uint64_t by_chance = 0;              ///< silence confirmed and without a doubt, where packets are lost by chance
  std::uint64_t by_chance_unconfirmed = 0;  ///< the same of runs that were told not to confirm
  std::uint64_t lied_to = 0;                ///< no_name of a server that lied
  std::uint64_t overturned = 0;
  std::uint64_t local_drops = 0;
};

/// Runs a whole scenario, laps and all, and holds each final row against the truth of its world.
Audit run_scenario(const Scenario& scenario);

}  // namespace atonce
