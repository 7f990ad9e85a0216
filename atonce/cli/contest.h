#pragma once

#include <functional>
#include <vector>

#include "atonce/cli/peer_process.h"
#include "atonce/cli/round_process.h"
#include "atonce/model/comparison.h"

namespace atonce {

/// What takes part in a comparison, and how often.
struct Contest {
  /// What a round of the `strategy`th one does; to warm up, or in earnest.
  std::function<RoundBody(std::size_t strategy, bool warm_up)> body;
  std::vector<PeerOrder> peers;  ///< a bound of zero: it follows the strategies
  unsigned rounds = 5;
  unsigned warm_ups = 1;
  bool quiet = false;
};

/// Runs all rounds, in each of them every strategy once, then every peer, so that a change of the machine's mood meets
/// them all; before them the strategies warm up, and their system calls are counted. `comparison` has the names of
/// all, and gets the rounds. Gives exit_complete, or the exit code of what ended it; that has been told.
int run_contest(const Contest& contest, Comparison& comparison);

}  // namespace atonce
