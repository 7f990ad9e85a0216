#include "atonce/reports/caveats_of_limits.h"

#include <algorithm>
#include <array>

#include "atonce/reports/caveat_names.h"
#include "atonce/reports/limits.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

constexpr double cpu_share_busy = 0.8;
constexpr double others_share_busy = 0.25;
constexpr double timeouts_many = 0.3;
constexpr double slowest_share = 0.8;
// Where the median is that near to the slowest, no few stragglers ruled the time.
constexpr double median_near_slowest = 0.5;
// A bin of a recording is an average: who filled a bound shows a little less.
constexpr double bound_filled = 0.75;

using Figures = ComparisonFigures;
using Names = std::vector<std::string>;

/// Its few targets are not of a kind: a time that they take, or a window for them, says little.
bool is_overlap(const Comparison& comparison) { return comparison.job == "overlap"; }

std::string limit_text(const Comparison& comparison, const Figures& figures, std::size_t i, const Limit& limit) {
  const std::string& name = comparison.strategies[i].strategy;
  const std::string slower = fmt::format("Under {} a target took {:.1f} times as long as under {}", name, limit.slower,
                                         figures.strategies[figures.baseline].strategy);
  if (limit.who == Limit::Who::machine)
    return fmt::format(
        "{}, while this machine's processors were busy, and that was the limit: {} used {:.0f} % of them; what else "
        "ran, "
        "the server perhaps among it, {:.0f} %. Of a server with a machine of its own this says nothing.",
        slower, name, limit.ours * 100, limit.others * 100);
  std::string text = fmt::format(
      "{}, while {} used {:.0f} % of the processor time open to it: what it asked was the limit (the server, the path, "
      "the disk), not the strategy.",
      slower, name, limit.own * 100);
  if (limit.others > others_share_busy)
    text +=
        fmt::format(" Other programs on this machine, the server perhaps among them, used {:.0f} % of its processors.",
                    limit.others * 100);
  return text;
}

std::string others_were_the_limit(const Comparison& comparison, const Figures& figures) {
  if (const SharedLimit shared = shared_limit_of(comparison, figures); shared.is_so)
    return fmt::format(
        "All strategies took about as long, with idle processors, while a target took the longer the more were in "
        "flight ({} under {}, {} under {}): what they asked was the limit (the server, the path, the disk), not the "
        "strategy.",
        in_time(shared.narrow_s), comparison.strategies[shared.narrow].strategy, in_time(shared.wide_s),
        comparison.strategies[shared.wide].strategy);
  std::string text;
  for (std::size_t i = 0; i < comparison.strategies.size(); ++i)
    if (const Limit limit = limit_of(comparison, figures, i))
      text += (text.empty() ? "" : " ") + limit_text(comparison, figures, i, limit);
  return text;
}

std::string starts_were_bounded(const Comparison& comparison, const Figures&) {
  if (!comparison.rate) return {};
  return fmt::format("Starts were bounded to {:.6g} a second (--rate): that sets the time of whoever is faster.",
                     *comparison.rate);
}

/// The bound of one address kept it from what its window allows.
bool filled_one_address(const Comparison& comparison, const StrategyRounds& strategy) {
  const double bound = comparison.per_address, most = most_in_flight(strategy);
  if (bound <= 0 || is_overlap(comparison)) return false;
  return std::min<double>(strategy.window, static_cast<double>(comparison.targets)) > bound &&
         most >= bound_filled * bound && most <= bound + 1;
}

std::string one_address_was_full(const Comparison& comparison, const Figures& figures) {
  const Names names = strategies_where(
      figures, [&](std::size_t i) { return filled_one_address(comparison, comparison.strategies[i]); });
  if (names.empty()) return {};
  return fmt::format(
      "{} never had more than {} in flight, as many as --per-address allows to one address; 0 takes the bound away.",
      joined(names), comparison.per_address);
}

std::string nothing_waited(const Comparison& comparison, const Figures& figures) {
  if (comparison.strategies.empty()) return {};
  const StrategyFigures& baseline = figures.strategies[figures.baseline];
  if (baseline.strategy != "sequential" || baseline.wall_s.median <= 0) return {};
  const double busy = baseline.cpu_s.median / baseline.wall_s.median;
  if (busy < cpu_share_busy) return {};
  const bool has_world = comparison.job == "probe" || comparison.job == "fetch" || comparison.job == "batch";
  return fmt::format(
      "Nothing waited: sequential kept its processor busy {:.0f} % of the time, so waiting for many at once cannot "
      "win.{}",
      std::min(busy, 1.0) * 100, has_world ? " Compare with latency (--world=mixed,rtt=50ms)." : "");
}

std::string mostly_timeouts(const Comparison& comparison, const Figures& figures) {
  if (comparison.strategies.empty()) return {};
  const auto& rounds = comparison.strategies[figures.baseline].rounds;
  if (rounds.empty() || rounds[0].tally.total() == 0) return {};
  const Tally& tally = rounds[0].tally;
  std::uint64_t waited_out = tally.of(Verdict::timeout);
  for (const VerdictRow& row : all_verdicts) waited_out += is_stall(row.verdict) ? tally.of(row.verdict) : 0;
  const double share = static_cast<double>(waited_out) / static_cast<double>(tally.total());
  if (share < timeouts_many) return {};
  return fmt::format(
      "{:.0f} % of the targets timed out: the speed-up is largely that of waiting for time-outs together, and grows "
      "with their length.",
      share * 100);
}

/// A few slow targets, and not what most of them took, ruled its time.
bool waited_for_slowest(const Comparison& comparison, const Figures& figures, std::size_t i) {
  const auto& rounds = comparison.strategies[i].rounds;
  if (rounds.empty() || comparison.strategies[i].window < 2 || comparison.targets < 2) return false;
  if (limit_of(comparison, figures, i)) return false;
  std::vector<double> slowest, middle;
  for (const Round& round : rounds) {
    slowest.push_back(static_cast<double>(round.tally.total_us.max_us()) / 1e6);
    middle.push_back(static_cast<double>(round.tally.total_us.percentile_us(0.5)) / 1e6);
  }
  return median_of(slowest) >= slowest_share * figures.strategies[i].wall_s.median &&
         median_of(middle) < median_near_slowest * median_of(slowest);
}

std::string bound_by_slowest(const Comparison& comparison, const Figures& figures) {
  if (is_overlap(comparison) || shared_limit_of(comparison, figures).is_so) return {};
  const Names names =
      strategies_where(figures, [&](std::size_t i) { return waited_for_slowest(comparison, figures, i); });
  if (names.empty()) return {};
  return fmt::format("{} took hardly longer than the slowest target alone: with more targets it would gain more.",
                     joined(names));
}

std::string window_too_wide(const Comparison& comparison, const Figures& figures) {
  if (is_overlap(comparison)) return {};
  const Names names = strategies_where(figures, [&](std::size_t i) {
    const StrategyRounds& strategy = comparison.strategies[i];
    return strategy.window > comparison.targets && !filled_one_address(comparison, strategy);
  });
  if (names.empty()) return {};
  return fmt::format("{} could have more in flight than the {} targets there are: its window was never full.",
                     joined(names), grouped(comparison.targets));
}

}  // namespace

std::vector<std::string> caveats_of_limits(const Comparison& comparison, const ComparisonFigures& figures) {
  constexpr std::array rows{others_were_the_limit, starts_were_bounded, one_address_was_full, nothing_waited,
                            mostly_timeouts,       bound_by_slowest,    window_too_wide};
  std::vector<std::string> caveats;
  for (const auto& row : rows)
    if (std::string caveat = row(comparison, figures); !caveat.empty()) caveats.push_back(std::move(caveat));
  return caveats;
}

}  // namespace atonce
