#include "atonce/reports/limits.h"

#include <algorithm>

namespace atonce {
namespace {

// A target that takes so many times as long as alone stood in a queue somewhere.
constexpr double slower_queueing = 1.5;
// Who leaves so much of the processors idle was not held up by them.
constexpr double own_share_idle = 0.6;
constexpr double machine_busy_full = 0.9;
constexpr double walls_alike = 1.25;

/// In flight at most, as seen or else as allowed.
double width_of(const Comparison& comparison, const StrategyRounds& strategy) {
  const double seen = most_in_flight(strategy);
  return seen > 0 ? seen : static_cast<double>(std::min<std::uint64_t>(strategy.window, comparison.targets));
}

bool all_are_alike_and_idle(const Comparison& comparison, const ComparisonFigures& figures) {
  double least_s = figures.strategies[0].wall_s.median, most_s = least_s;
  for (std::size_t i = 0; i < figures.strategies.size(); ++i) {
    const StrategyRounds& strategy = comparison.strategies[i];
    const Round* round = median_round(strategy);
    if (round == nullptr || strategy.strategy == "sequential") return false;
    if (busy_share(comparison, figures, i) > own_share_idle) return false;
    if (round->machine_busy.value_or(0) >= machine_busy_full) return false;
    least_s = std::min(least_s, figures.strategies[i].wall_s.median);
    most_s = std::max(most_s, figures.strategies[i].wall_s.median);
  }
  return most_s <= walls_alike * least_s;
}

}  // namespace

unsigned processors_of(const Comparison& comparison, const StrategyRounds& strategy) {
  return std::max(1U, std::min(comparison.processors, strategy.workers));
}

double busy_share(const Comparison& comparison, const ComparisonFigures& figures, std::size_t strategy) {
  const StrategyFigures& its = figures.strategies[strategy];
  if (its.wall_s.median <= 0) return 0;
  return its.cpu_s.median / its.wall_s.median / processors_of(comparison, comparison.strategies[strategy]);
}

double target_s(const StrategyRounds& strategy) {
  const Round* round = median_round(strategy);
  return round == nullptr ? 0 : static_cast<double>(round->tally.total_us.percentile_us(0.5)) / 1e6;
}

double most_in_flight(const StrategyRounds& strategy) {
  const Round* round = median_round(strategy);
  if (round == nullptr || !round->recording || round->recording->bin_count == 0) return 0;
  const auto& bins = round->recording->in_flight;
  return static_cast<double>(*std::max_element(bins.begin(), bins.begin() + round->recording->bin_count));
}

Limit limit_of(const Comparison& comparison, const ComparisonFigures& figures, std::size_t strategy) {
  const Round* round = median_round(comparison.strategies[strategy]);
  const double alone_s = target_s(comparison.strategies[figures.baseline]);
  if (comparison.job == "overlap" || strategy == figures.baseline || round == nullptr || alone_s <= 0) return {};
  Limit limit{.slower = target_s(comparison.strategies[strategy]) / alone_s};
  if (limit.slower < slower_queueing || round->wall <= Duration{}) return {};
  const double busy = seconds(round->cpu()) / seconds(round->wall);
  limit.own = busy / processors_of(comparison, comparison.strategies[strategy]);
  limit.ours = busy / std::max(1U, comparison.processors);
  limit.others = std::max(0.0, round->machine_busy.value_or(0) - limit.ours);
  if (round->machine_busy.value_or(0) >= machine_busy_full)
    limit.who = Limit::Who::machine;
  else if (limit.own <= own_share_idle)
    limit.who = Limit::Who::asked;
  return limit;
}

SharedLimit shared_limit_of(const Comparison& comparison, const ComparisonFigures& figures) {
  if (figures.strategies.size() < 2 || comparison.job == "overlap" || comparison.rate) return {};
  if (!all_are_alike_and_idle(comparison, figures)) return {};
  SharedLimit shared;
  const auto width = [&](std::size_t i) { return width_of(comparison, comparison.strategies[i]); };
  for (std::size_t i = 1; i < figures.strategies.size(); ++i) {
    if (width(i) < width(shared.narrow)) shared.narrow = i;
    if (width(i) > width(shared.wide)) shared.wide = i;
  }
  shared.narrow_s = target_s(comparison.strategies[shared.narrow]);
  shared.wide_s = target_s(comparison.strategies[shared.wide]);
  shared.is_so = shared.narrow_s > 0 && width(shared.wide) >= slower_queueing * width(shared.narrow) &&
                 shared.wide_s >= slower_queueing * shared.narrow_s;
  return shared;
}

}  // namespace atonce
