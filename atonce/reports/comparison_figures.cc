#include "atonce/reports/comparison_figures.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace atonce {
namespace {

template <class Measure>
std::vector<double> measured(const StrategyRounds& strategy, Measure measure) {
  std::vector<double> values;
  for (const Round& round : strategy.rounds) values.push_back(static_cast<double>(measure(round)));
  return values;
}

std::vector<double> walls_of(const StrategyRounds& strategy) {
  return measured(strategy, [](const Round& round) { return seconds(round.wall); });
}

double agreement_with_itself(const StrategyRounds& strategy) {
  double least = 1;
  for (std::size_t i = 1; i < strategy.rounds.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      least = std::min(least, share_equal(strategy.rounds[i].verdicts, strategy.rounds[j].verdicts));
  return least;
}

double agreement_between(const StrategyRounds& left, const StrategyRounds& right) {
  double least = 1;
  for (std::size_t i = 0; i < std::min(left.rounds.size(), right.rounds.size()); ++i)
    least = std::min(least, share_equal(left.rounds[i].verdicts, right.rounds[i].verdicts));
  return least;
}

Sample speed_up_of(const StrategyRounds& baseline, const StrategyRounds& strategy) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(baseline.rounds.size(), strategy.rounds.size()); ++i) {
    const double wall = seconds(strategy.rounds[i].wall);
    if (wall > 0) ratios.push_back(seconds(baseline.rounds[i].wall) / wall);
  }
  return sample_of(ratios);
}

StrategyFigures figures_of_one(const StrategyRounds& baseline, const StrategyRounds& strategy) {
  StrategyFigures figures{
      .strategy = strategy.strategy,
      .wall_s = sample_of(walls_of(strategy)),
      .cpu_s = sample_of(measured(strategy, [](const Round& round) { return seconds(round.cpu()); })),
      .speed_up = speed_up_of(baseline, strategy),
      .switches_voluntary = median_of(measured(strategy, [](const Round& round) { return round.switches_voluntary; })),
      .switches_involuntary =
          median_of(measured(strategy, [](const Round& round) { return round.switches_involuntary; })),
      .agrees_with_itself = agreement_with_itself(strategy),
  };
  const Ratio ratio = speed_ratio(strategy, baseline);
  figures.speed_up.median = ratio.value;
  figures.speed_up_interval = ratio.interval;
  for (const Round& round : strategy.rounds)
    figures.memory_peak_bytes = std::max(figures.memory_peak_bytes, static_cast<double>(round.memory_peak_bytes));
  return figures;
}

/// True and false where a word can be held against what the baseline says of that target.
std::optional<bool> says_the_same(AnswerWord word, const Round& baseline, std::size_t target) {
  if (word.is_verdict() && target < baseline.verdicts.size())
    return word.verdict() == static_cast<Verdict>(baseline.verdicts[target]);
  if (word.is_status() && target < baseline.status_codes.size()) return word.status() == baseline.status_codes[target];
  return std::nullopt;
}

PeerFigures figures_of_peer(const StrategyRounds& baseline, const StrategyRounds& peer) {
  PeerFigures figures{.run = figures_of_one(baseline, peer)};
  for (std::size_t i = 0; i < std::min(baseline.rounds.size(), peer.rounds.size()); ++i) {
    const PeerAnswers& answers = peer.rounds[i].answers;
    std::uint64_t comparable = 0, equal = 0;
    for (std::size_t target = 0; target < answers.words.size(); ++target) {
      const std::optional<bool> same = says_the_same(answers.words[target], baseline.rounds[i], target);
      comparable += same.has_value() ? 1 : 0;
      equal += same.value_or(false) ? 1 : 0;
    }
    if (i == 0 || comparable - equal > figures.comparable - figures.equal) {
      figures.comparable = comparable;
      figures.equal = equal;
    }
    figures.lines_least = i == 0 ? answers.lines : std::min(figures.lines_least, answers.lines);
    figures.lines_most = std::max(figures.lines_most, answers.lines);
  }
  return figures;
}

bool holds(double value, const Threshold& threshold) {
  switch (threshold.relation) {
    case Threshold::Relation::at_least: return value >= threshold.bound;
    case Threshold::Relation::more_than: return value > threshold.bound;
    case Threshold::Relation::at_most: return value <= threshold.bound;
    case Threshold::Relation::less_than: break;
  }
  return value < threshold.bound;
}

}  // namespace

Ratio speed_ratio(const StrategyRounds& faster, const StrategyRounds& slower) {
  return ratio_of_medians(walls_of(slower), walls_of(faster));
}

const StrategyRounds* find_contestant(const Comparison& comparison, std::string_view name) {
  for (const StrategyRounds& strategy : comparison.strategies)
    if (strategy.strategy == name) return &strategy;
  for (const PeerRounds& peer : comparison.peers)
    if (peer.run.strategy == name) return &peer.run;
  return nullptr;
}

ThresholdFigures judge(const Comparison& comparison, const Threshold& threshold) {
  const StrategyRounds* left = find_contestant(comparison, threshold.left);
  const StrategyRounds* right = find_contestant(comparison, threshold.right);
  if (left == nullptr || right == nullptr || left->rounds.empty() || right->rounds.empty()) return {};
  ThresholdFigures figures{.seen = speed_ratio(*left, *right)};
  figures.holds = holds(figures.seen.value, threshold);
  return figures;
}

bool all_thresholds_hold(const Comparison& comparison) {
  return std::ranges::all_of(comparison.thresholds,
                             [&](const Threshold& threshold) { return judge(comparison, threshold).holds; });
}

const Round* median_round(const StrategyRounds& strategy) {
  if (strategy.rounds.empty()) return nullptr;
  std::vector<const Round*> rounds;
  for (const Round& round : strategy.rounds) rounds.push_back(&round);
  const auto middle = rounds.begin() + static_cast<std::ptrdiff_t>((rounds.size() - 1) / 2);
  std::ranges::nth_element(rounds, middle, {}, [](const Round* round) { return round->wall; });
  return *middle;
}

ComparisonFigures figures_of(const Comparison& comparison) {
  ComparisonFigures figures;
  const auto& strategies = comparison.strategies;
  const auto sequential = std::ranges::find(strategies, "sequential", &StrategyRounds::strategy);
  if (sequential != strategies.end()) figures.baseline = static_cast<std::size_t>(sequential - strategies.begin());
  for (const StrategyRounds& strategy : strategies)
    figures.strategies.push_back(figures_of_one(strategies[figures.baseline], strategy));
  for (std::size_t i = 0; i < strategies.size(); ++i) {
    std::vector<double>& row = figures.agreement.emplace_back();
    for (std::size_t j = 0; j < strategies.size(); ++j)
      row.push_back(i == j ? figures.strategies[i].agrees_with_itself
                           : agreement_between(strategies[i], strategies[j]));
  }
  if (strategies.empty()) return figures;
  for (const PeerRounds& peer : comparison.peers)
    figures.peers.push_back(figures_of_peer(strategies[figures.baseline], peer.run));
  return figures;
}

}  // namespace atonce
