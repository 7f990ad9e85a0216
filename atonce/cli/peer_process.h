#pragma once

#include <string>

#include "atonce/model/comparison.h"
#include "atonce/strategies/control.h"

namespace atonce {

/// What a peer is asked to do.
struct PeerOrder {
  std::string command;  ///< for sh -c
  std::string list;     ///< the file with the targets: its standard input, and ATONCE_LIST
  std::uint64_t targets = 0;
  Duration bound{};  ///< a command that takes longer is ended
};

/// What became of it.
struct PeerRun {
  Round round;               ///< wall time, processor time, memory and switches, and the answers
  std::string failure;       ///< how it failed, to follow the words "in round 2 it"; empty: it ended well
  bool interrupted = false;  ///< the run of ours was told to stop
};

/// Runs the command once, in a process group of its own, to its end, its bound, or until `control` says stop; then the
/// whole group is ended, so that no process of it stays. Its usage is that of all its processes that were waited for;
/// the memory is that of the largest one. Source: wait4(2), getrusage(2), pidfd_open(2).
PeerRun run_peer(const PeerOrder& order, const Control& control);

}  // namespace atonce
