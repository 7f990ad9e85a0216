#pragma once

#include <cstdint>
#include <string>

#include "atonce/model/duration.h"
#include "atonce/model/tally.h"

namespace atonce {

/// What a run came to: the account at its end.
struct Summary {
  std::string job = "probe";
  std::string strategy;            ///< as chosen, "threads:20"
  std::string engine;              ///< "ring", "epoll", "blocking"
  std::uint32_t window = 0;        ///< in flight at most
  std::uint64_t lines_read = 0;    ///< of the list; 0 where not counted
  std::uint64_t targets_read = 0;  ///< what the lines came to: the unit of the account
  Tally tally;
  Duration wall{};
  Duration lateness_max{};           ///< how late our own loop was at most
  std::uint64_t shortages = 0;       ///< local shortages met, each waited out
  std::uint64_t drops = 0;           ///< packets thrown away on this machine meanwhile, by any program
  std::uint64_t rows_unwritten = 0;  ///< outcomes that the output could not take
  bool interrupted = false;
};

/// Every target that was read has exactly one verdict.
inline bool balanced(const Summary& summary) { return summary.targets_read == summary.tally.total(); }

}  // namespace atonce
