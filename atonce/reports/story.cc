#include "atonce/reports/story.h"

#include <algorithm>

#include "atonce/reports/caveat_names.h"
#include "atonce/reports/limits.h"

namespace atonce {
namespace {

constexpr double gain_worth_a_word = 1.1;
constexpr double busy_little = 0.5;
constexpr double busy_wholly = 0.8;
// A target takes hardly longer than under the baseline: what it waited for did not stand in a queue.
constexpr double hardly_slower = 1.5;

using Figures = ComparisonFigures;

/// A strategy, or a peer, that came to an end.
struct Runner {
  const StrategyRounds* run;
  double wall_s;
};

/// The fastest first.
std::vector<Runner> runners_of(const Comparison& comparison, const Figures& figures) {
  std::vector<Runner> runners;
  const auto add = [&](const StrategyRounds& run, const StrategyFigures& its) {
    if (its.wall_s.median > 0) runners.push_back({&run, its.wall_s.median});
  };
  for (std::size_t i = 0; i < figures.strategies.size(); ++i) add(comparison.strategies[i], figures.strategies[i]);
  for (std::size_t i = 0; i < figures.peers.size(); ++i) add(comparison.peers[i].run, figures.peers[i].run);
  std::ranges::sort(runners, {}, &Runner::wall_s);
  return runners;
}

/// How far the fastest was ahead of another.
struct Lead {
  Runner best, other;
  Ratio ratio;

  bool is_known() const { return ratio.interval && !ratio.within_noise(); }
  bool is_worth_a_word() const { return !ratio.within_noise() && ratio.value >= gain_worth_a_word; }
};
Lead lead_of(const Runner& best, const Runner& other) { return {best, other, speed_ratio(*best.run, *other.run)}; }

std::string verdict_on(const Lead& lead) {
  if (lead.ratio.within_noise()) return "the difference is within the noise";
  const std::string times = fmt::format("{:.{}f} times as fast", lead.ratio.value, lead.ratio.value < 10 ? 2 : 1);
  return lead.is_known() ? times : times + " (too few rounds to tell how much of it is noise)";
}

/// Who was fastest: the baseline, beside the next one, or another, beside the baseline.
std::string who_was_fastest(const Lead& lead, bool is_baseline) {
  const std::string best_s = in_time(lead.best.wall_s), other_s = in_time(lead.other.wall_s);
  const std::string& best = lead.best.run->strategy;
  const std::string& other = lead.other.run->strategy;
  if (!is_baseline) return fmt::format("{} took {}, {} {}: {}.", best, best_s, other, other_s, verdict_on(lead));
  if (lead.ratio.within_noise())
    return fmt::format("None was faster than {} beyond the noise: it took {}, {} {}.", best, best_s, other, other_s);
  return fmt::format("{} was fastest: it took {}, {}, the next one, {}.", best, best_s, other, other_s);
}

/// What the baseline did with its time.
std::string how_time_went(const Comparison& comparison, const Figures& figures) {
  const StrategyRounds& baseline = comparison.strategies[figures.baseline];
  const double busy = std::min(1.0, busy_share(comparison, figures, figures.baseline));
  const unsigned processors = processors_of(comparison, baseline);
  if (processors == 1)
    return fmt::format("{} computed for {:.0f} % of its time, and waited for the rest.", baseline.strategy, busy * 100);
  return fmt::format("{} computed for {:.0f} % of the time of its {} processors, and waited for the rest.",
                     baseline.strategy, busy * 100, processors);
}

/// What kept one of them from being faster; empty where nothing is known of it.
std::string what_held_up(const Comparison& comparison, const Figures& figures, std::size_t strategy) {
  const Limit limit = limit_of(comparison, figures, strategy);
  if (!limit) return {};
  const std::string_view who = limit.who == Limit::Who::machine ? "the processors of this machine were the limit"
                                                                : "the server, the path or the disk was the limit";
  return fmt::format("Under {} a target took {:.1f} times as long as under {}: {}.",
                     comparison.strategies[strategy].strategy, limit.slower,
                     comparison.strategies[figures.baseline].strategy, who);
}

/// The strategy that was held up the most; the baseline where none was.
std::size_t most_held_up(const Comparison& comparison, const Figures& figures) {
  std::size_t most = figures.baseline;
  double slower = 0;
  for (std::size_t i = 0; i < figures.strategies.size(); ++i)
    if (const Limit limit = limit_of(comparison, figures, i); limit && limit.slower > slower) {
      slower = limit.slower;
      most = i;
    }
  return most;
}

/// Why the fastest strategy could be faster than the baseline.
std::string why_it_could(const Comparison& comparison, const Figures& figures, std::size_t best) {
  if (std::string held_up = what_held_up(comparison, figures, best); !held_up.empty()) return held_up;
  const StrategyRounds& baseline = comparison.strategies[figures.baseline];
  const double busy = busy_share(comparison, figures, figures.baseline);
  if (busy >= busy_wholly && comparison.strategies[best].workers > baseline.workers)
    return "There was little waiting to overlap: more processors made the difference.";
  if (busy >= busy_little || baseline.window > 1) return {};  // One that overlaps itself shows nothing of it.
  if (comparison.job == "overlap") return "The work was done while the answers were waited for.";
  const double alone_s = target_s(baseline), together_s = target_s(comparison.strategies[best]);
  if (alone_s <= 0 || together_s > hardly_slower * alone_s) return {};
  return "Waiting overlaps: a target took about as long as alone, and several waited at the same time.";
}

/// Why none could.
std::string why_none_could(const Comparison& comparison, const Figures& figures) {
  if (shared_limit_of(comparison, figures).is_so)
    return "All took about as long, and a target the longer the more were in flight: the server, the path or the disk "
           "was the limit.";
  if (std::string held_up = what_held_up(comparison, figures, most_held_up(comparison, figures)); !held_up.empty())
    return held_up;
  if (busy_share(comparison, figures, figures.baseline) >= busy_wholly)
    return "There was little waiting to overlap, and what is computed takes its time under any strategy.";
  return {};
}

std::size_t place_of(const Comparison& comparison, const Runner& runner) {
  for (std::size_t i = 0; i < comparison.strategies.size(); ++i)
    if (&comparison.strategies[i] == runner.run) return i;
  return comparison.strategies.size();
}

std::string why(const Comparison& comparison, const Figures& figures, const Lead& lead, bool is_baseline) {
  if (comparison.rate) return fmt::format("Starts were bounded to {:.6g} a second (--rate).", *comparison.rate);
  if (is_baseline || !lead.is_worth_a_word()) return why_none_could(comparison, figures);
  const std::size_t best = place_of(comparison, lead.best);
  return best < comparison.strategies.size() ? why_it_could(comparison, figures, best) : "";
}

}  // namespace

std::vector<std::string> story_of(const Comparison& comparison, const ComparisonFigures& figures) {
  const std::vector<Runner> runners = runners_of(comparison, figures);
  if (runners.size() < 2 || figures.strategies.empty()) return {};
  const StrategyRounds* baseline = &comparison.strategies[figures.baseline];
  const auto base = std::ranges::find(runners, baseline, &Runner::run);
  if (base == runners.end()) return {};
  const bool is_baseline = base == runners.begin();
  const Lead lead = lead_of(runners[0], is_baseline ? runners[1] : *base);
  std::vector<std::string> story{who_was_fastest(lead, is_baseline)};
  if (!is_baseline && runners[1].run != baseline && lead_of(runners[0], runners[1]).ratio.within_noise())
    story.push_back(fmt::format("{} took {}, which is within the noise of {}.", runners[1].run->strategy,
                                in_time(runners[1].wall_s), runners[0].run->strategy));
  story.push_back(how_time_went(comparison, figures));
  if (std::string reason = why(comparison, figures, lead, is_baseline); !reason.empty())
    story.push_back(std::move(reason));
  return story;
}

}  // namespace atonce
