#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atonce/model/comparison.h"
#include "atonce/reports/statistics.h"

namespace atonce {

/// What the rounds of one strategy say.
struct StrategyFigures {
  std::string strategy;
  Sample wall_s;
  Sample cpu_s;     ///< user and system together
  Sample speed_up;  ///< median: ratio of medians; low, high and spread: of the ratios of paired rounds
  std::optional<Ratio::Interval> speed_up_interval;  ///< of 95 % confidence; none of few rounds
  double memory_peak_bytes = 0;                      ///< the most of all rounds
  double switches_voluntary = 0;                     ///< median
  double switches_involuntary = 0;
  double agrees_with_itself = 1;  ///< the least share of targets with the same verdict in two of its rounds
};

/// What the rounds of a peer say, and how they stand to those of the baseline.
struct PeerFigures {
  StrategyFigures run;
  std::uint64_t lines_least = 0;  ///< of a round
  std::uint64_t lines_most = 0;
  std::uint64_t comparable = 0;  ///< answers that are a status code or a verdict, in the round that differs most
  std::uint64_t equal = 0;       ///< so many of them are what the baseline says
};

struct ComparisonFigures {
  std::size_t baseline = 0;  ///< sequential where it took part, else the first
  std::vector<StrategyFigures> strategies;
  /// agreement[i][j]: the least share of targets to which i and j gave the same verdict in one round; the diagonal is
  /// each with itself.
  std::vector<std::vector<double>> agreement;
  std::vector<PeerFigures> peers;
};

/// A threshold held against what was seen.
struct ThresholdFigures {
  Ratio seen;  ///< how many times as fast the left one was as the right one
  bool holds = false;
};

/// How many times as fast one was as another; nothing where one of them has no rounds.
Ratio speed_ratio(const StrategyRounds& faster, const StrategyRounds& slower);
/// The strategy or peer of that name, or null.
const StrategyRounds* find_contestant(const Comparison& comparison, std::string_view name);
ThresholdFigures judge(const Comparison& comparison, const Threshold& threshold);
bool all_thresholds_hold(const Comparison& comparison);

/// The round whose time stands in the middle, to look at; null where there is none.
const Round* median_round(const StrategyRounds& strategy);

ComparisonFigures figures_of(const Comparison& comparison);

}  // namespace atonce
