#include "atonce/reports/caveats.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "atonce/reports/text.h"

namespace atonce {
namespace {

// Below this, starting workers and reading the list are most of what is measured.
constexpr double wall_short_s = 0.05;
constexpr double spread_noisy = 0.15;
constexpr double outlier_factor = 1.5;
constexpr double cpu_share_busy = 0.8;
constexpr std::size_t rounds_few = 3;
constexpr double timeouts_many = 0.3;
constexpr double slowest_share = 0.8;

using Figures = ComparisonFigures;
using Names = std::vector<std::string>;

/// The names of the strategies for which `holds`.
Names strategies_where(const Figures& figures, const std::function<bool(std::size_t)>& holds) {
  Names names;
  for (std::size_t i = 0; i < figures.strategies.size(); ++i)
    if (holds(i)) names.push_back(figures.strategies[i].strategy);
  return names;
}

/// A strategy or a peer, with what its rounds say.
struct Contestant {
  const StrategyRounds& run;
  const StrategyFigures& figures;
};

/// The names of the strategies and the peers for which `holds`; who never came to an end has no times to speak of.
Names contestants_where(const Comparison& comparison, const Figures& figures,
                        const std::function<bool(const Contestant&)>& holds) {
  Names names;
  const auto ask = [&](const Contestant& one) {
    if (!one.run.rounds.empty() && holds(one)) names.push_back(one.figures.strategy);
  };
  for (std::size_t i = 0; i < figures.strategies.size(); ++i) ask({comparison.strategies[i], figures.strategies[i]});
  for (std::size_t i = 0; i < figures.peers.size(); ++i) ask({comparison.peers[i].run, figures.peers[i].run});
  return names;
}

std::string joined(const Names& names) { return fmt::format("{}", fmt::join(names, ", ")); }

std::string share_text(double share) {
  constexpr double whole = 1'000'000;
  return percent(static_cast<std::uint64_t>(share * whole), static_cast<std::uint64_t>(whole));
}

std::string verdicts_differ(const Comparison&, const Figures& figures) {
  double least = 1;
  std::size_t left = 0, right = 0;
  for (std::size_t i = 0; i < figures.agreement.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (figures.agreement[i][j] < least) {
        least = figures.agreement[i][j];
        left = j;
        right = i;
      }
  if (least >= 1) return {};
  return fmt::format(
      "The verdicts differ: {} and {} agree on {} of the targets only. Faster and different is not faster.",
      figures.strategies[left].strategy, figures.strategies[right].strategy, share_text(least));
}

std::string differs_from_itself(const Comparison&, const Figures& figures) {
  const Names names =
      strategies_where(figures, [&](std::size_t i) { return figures.strategies[i].agrees_with_itself < 1; });
  if (names.empty()) return {};
  return fmt::format(
      "From round to round {} gave some targets another verdict: the targets, the path or the resolver changed "
      "meanwhile.",
      joined(names));
}

bool any_round(const StrategyRounds& strategy, const std::function<bool(const Tally&)>& holds) {
  return std::ranges::any_of(strategy.rounds, [&](const Round& round) { return holds(round.tally); });
}

std::string local_verdicts(const Comparison& comparison, const Figures& figures) {
  const auto local = [](const Tally& tally) {
    return std::ranges::any_of(
        all_verdicts, [&](const VerdictRow& row) { return row.blame == Blame::local && tally.of(row.verdict) > 0; });
  };
  const Names names =
      strategies_where(figures, [&](std::size_t i) { return any_round(comparison.strategies[i], local); });
  if (names.empty()) return {};
  return fmt::format(
      "This machine itself failed some targets of {} (the local verdicts): its times are too good. See atonce doctor.",
      joined(names));
}

/// The sentences that `say` has on each of the peers.
std::string of_each_peer(const Comparison& comparison, const Figures& figures,
                         const std::function<std::string(const PeerRounds&, const PeerFigures&)>& say) {
  std::string text;
  for (std::size_t i = 0; i < figures.peers.size(); ++i) {
    const std::string sentence = say(comparison.peers[i], figures.peers[i]);
    if (!sentence.empty()) text += (text.empty() ? "" : " ") + sentence;
  }
  return text;
}

std::string peer_failed(const Comparison& comparison, const Figures& figures) {
  return of_each_peer(comparison, figures, [](const PeerRounds& peer, const PeerFigures&) -> std::string {
    if (peer.failure.empty()) return {};
    return fmt::format("{}. It was not started again{}.", peer.failure,
                       peer.run.rounds.empty() ? " and has no figures" : "; its figures are of the rounds before");
  });
}

std::string peer_answers_missing(const Comparison& comparison, const Figures& figures) {
  return of_each_peer(comparison, figures, [&](const PeerRounds& peer, const PeerFigures& its) -> std::string {
    if (peer.run.rounds.empty() || (its.lines_least == comparison.targets && its.lines_most == comparison.targets))
      return {};
    const std::uint64_t lines = its.lines_least < comparison.targets ? its.lines_least : its.lines_most;
    return fmt::format("{} wrote {} line{} about {} targets: its time may not be that of the same work.",
                       its.run.strategy, grouped(lines), lines == 1 ? "" : "s", grouped(comparison.targets));
  });
}

std::string peer_differs(const Comparison& comparison, const Figures& figures) {
  return of_each_peer(comparison, figures, [&](const PeerRounds&, const PeerFigures& its) -> std::string {
    if (its.equal == its.comparable) return {};
    return fmt::format("{} and {} agree on {} of {} answers only. Faster and different is not faster.",
                       its.run.strategy, figures.strategies[figures.baseline].strategy, grouped(its.equal),
                       grouped(its.comparable));
  });
}

std::string few_rounds(const Comparison& comparison, const Figures&) {
  std::size_t least = rounds_few;
  for (const StrategyRounds& strategy : comparison.strategies) least = std::min(least, strategy.rounds.size());
  if (least >= rounds_few) return {};
  return fmt::format("{} round{} a strategy tell nothing about noise; use --rounds {} or more.", least,
                     least == 1 ? "" : "s", rounds_few);
}

std::string too_short(const Comparison& comparison, const Figures& figures) {
  const Names names = contestants_where(comparison, figures,
                                        [](const Contestant& one) { return one.figures.wall_s.median < wall_short_s; });
  if (names.empty()) return {};
  return fmt::format("{} took less than {:.0f} ms: that is mostly start-up. Compare over more targets (a larger -n).",
                     joined(names), wall_short_s * 1e3);
}

std::string too_noisy(const Comparison& comparison, const Figures& figures) {
  const Names names = contestants_where(comparison, figures,
                                        [](const Contestant& one) { return one.figures.wall_s.spread > spread_noisy; });
  if (names.empty()) return {};
  return fmt::format("The times of {} scatter by more than {:.0f} %: quieten the machine, or take more rounds.",
                     joined(names), spread_noisy * 100);
}

std::string first_round_slow(const Comparison& comparison, const Figures& figures) {
  const Names names = contestants_where(comparison, figures, [](const Contestant& one) {
    const auto& rounds = one.run.rounds;
    if (rounds.size() < rounds_few) return false;
    std::vector<double> rest;
    for (std::size_t j = 1; j < rounds.size(); ++j) rest.push_back(seconds(rounds[j].wall));
    return seconds(rounds[0].wall) > outlier_factor * median_of(rest);
  });
  if (names.empty()) return {};
  return fmt::format(
      "The first round of {} was much slower than the rest: a resolver's cache was cold. The median leaves it out, the "
      "range shows it.",
      joined(names));
}

std::string stray_round(const Comparison& comparison, const Figures& figures) {
  const Names names = contestants_where(comparison, figures, [](const Contestant& one) {
    const auto& rounds = one.run.rounds;
    if (rounds.size() < rounds_few) return false;
    return std::any_of(rounds.begin() + 1, rounds.end(), [&](const Round& round) {
      return seconds(round.wall) > outlier_factor * one.figures.wall_s.median;
    });
  });
  if (names.empty()) return {};
  return fmt::format("One round of {} or more took {} times its median: something else was going on.", joined(names),
                     outlier_factor);
}

std::string nothing_waited(const Comparison& comparison, const Figures& figures) {
  if (comparison.strategies.empty()) return {};
  const StrategyFigures& baseline = figures.strategies[figures.baseline];
  if (baseline.strategy != "sequential" || baseline.wall_s.median <= 0) return {};
  const double busy = baseline.cpu_s.median / baseline.wall_s.median;
  if (busy < cpu_share_busy) return {};
  return fmt::format(
      "Nothing waited: sequential kept its processor busy {:.0f} % of the time, so waiting for many at once cannot "
      "win. "
      "Compare with latency (--world=mixed,rtt=50ms).",
      std::min(busy, 1.0) * 100);
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

std::string bound_by_slowest(const Comparison& comparison, const Figures& figures) {
  const Names names = strategies_where(figures, [&](std::size_t i) {
    const auto& rounds = comparison.strategies[i].rounds;
    if (rounds.empty() || comparison.strategies[i].window < 2) return false;
    std::vector<double> slowest;
    for (const Round& round : rounds) slowest.push_back(static_cast<double>(round.tally.total_us.max_us()) / 1e6);
    return median_of(slowest) >= slowest_share * figures.strategies[i].wall_s.median && comparison.targets > 1;
  });
  if (names.empty()) return {};
  return fmt::format("{} took hardly longer than the slowest target alone: with more targets it would gain more.",
                     joined(names));
}

std::string window_too_wide(const Comparison& comparison, const Figures& figures) {
  const Names names =
      strategies_where(figures, [&](std::size_t i) { return comparison.strategies[i].window > comparison.targets; });
  if (names.empty()) return {};
  return fmt::format("{} could have more in flight than the {} targets there are: its window was never full.",
                     joined(names), grouped(comparison.targets));
}

}  // namespace

std::vector<std::string> caveats_of(const Comparison& comparison, const ComparisonFigures& figures) {
  constexpr std::array rows{verdicts_differ, differs_from_itself,  local_verdicts, peer_failed,
                            peer_differs,    peer_answers_missing, few_rounds,     too_short,
                            too_noisy,       first_round_slow,     stray_round,    nothing_waited,
                            mostly_timeouts, bound_by_slowest,     window_too_wide};
  std::vector<std::string> caveats;
  for (const auto& row : rows)
    if (std::string caveat = row(comparison, figures); !caveat.empty()) caveats.push_back(std::move(caveat));
  return caveats;
}

}  // namespace atonce
