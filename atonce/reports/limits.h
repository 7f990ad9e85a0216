#pragma once

#include <cstddef>

#include "atonce/reports/comparison_figures.h"

namespace atonce {

/// Who kept a strategy from being faster, where the figures tell it.
struct Limit {
  enum class Who : std::uint8_t {
    unknown,
    asked,   ///< the server, the path or the disk
    machine  ///< the processors of this machine, used by us and by others
  };

  Who who = Who::unknown;
  double slower = 1;  ///< so many times as long as under the baseline a target took, in the middle
  double own = 0;     ///< the share of the processors open to it that the strategy used
  double ours = 0;    ///< the share of all processors that the strategy used
  double others = 0;  ///< the share of all processors that other programs used; 0 where nobody knows

  explicit operator bool() const { return who != Who::unknown; }
};

/// A target took half as long again, or longer, than under the baseline, and the strategy was not busy itself. Nobody,
/// for the baseline and for `overlap`, whose targets are of two kinds.
Limit limit_of(const Comparison& comparison, const ComparisonFigures& figures, std::size_t strategy);

/// Of strategies none of which goes one by one: all took about as long with idle processors, and a target took the
/// longer the more of them were in flight. `narrow` and `wide` are the strategies with the fewest and the most.
struct SharedLimit {
  bool is_so = false;
  std::size_t narrow = 0, wide = 0;
  double narrow_s = 0, wide_s = 0;  ///< how long a target took, in the middle
};
SharedLimit shared_limit_of(const Comparison& comparison, const ComparisonFigures& figures);

/// The most that a strategy had in flight, on average over a bin of its recording; 0 where there is none.
double most_in_flight(const StrategyRounds& strategy);

/// How long a target took in the middle of the round in the middle; 0 where there is none.
double target_s(const StrategyRounds& strategy);

/// The share of the processors that were open to a strategy in which it computed, in the middle; 0 where there is none.
double busy_share(const Comparison& comparison, const ComparisonFigures& figures, std::size_t strategy);
/// So many processors could a strategy use at once.
unsigned processors_of(const Comparison& comparison, const StrategyRounds& strategy);

}  // namespace atonce
