#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "atonce/model/comparison.h"
#include "atonce/reports/statistics.h"

namespace atonce {

/// What the rounds of one strategy say.
struct StrategyFigures {
  std::string strategy;
  Sample wall_s;
  Sample cpu_s;                   ///< user and system together
  Sample speed_up;                ///< median: ratio of medians; low, high and spread: of the ratios of paired rounds
  double memory_peak_bytes = 0;   ///< the most of all rounds
  double switches_voluntary = 0;  ///< median
  double switches_involuntary = 0;
  double agrees_with_itself = 1;  ///< the least share of targets with the same verdict in two of its rounds
};

struct ComparisonFigures {
  std::size_t baseline = 0;  ///< sequential where it took part, else the first
  std::vector<StrategyFigures> strategies;
  /// agreement[i][j]: the least share of targets to which i and j gave the same verdict in one round; the diagonal is
  /// each with itself.
  std::vector<std::vector<double>> agreement;
};

ComparisonFigures figures_of(const Comparison& comparison);

}  // namespace atonce
