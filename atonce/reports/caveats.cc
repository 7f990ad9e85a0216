#include "atonce/reports/caveats.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "atonce/reports/caveat_names.h"
#include "atonce/reports/caveats_of_limits.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

// Below this, starting workers and reading the list are most of what is measured.
constexpr double wall_short_s = 0.05;
constexpr double spread_noisy = 0.15;
constexpr double outlier_factor = 1.5;
constexpr double failures_many = 0.05;
constexpr std::size_t rounds_few = 5;
// Of fewer, none can be called a stray.
constexpr std::size_t rounds_for_strays = 3;

using Figures = ComparisonFigures;
using Names = std::vector<std::string>;

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

/// Failed, and neither waited for until a deadline nor by this machine, which have caveats of their own.
bool is_quick_failure(const VerdictRow& row) {
  const bool is_answered =
      is_success(row.verdict) || row.verdict == Verdict::http_status || row.verdict == Verdict::assert_failed;
  return !is_answered && !is_silence(row.verdict) && !is_stall(row.verdict) && row.blame != Blame::local;
}

/// "1 of 2 targets of async failed (closed 1)"; empty where hardly any did.
std::string failures_of(const StrategyRounds& strategy) {
  const Round* round = median_round(strategy);
  if (round == nullptr) return {};
  std::uint64_t failed = 0;
  std::string verdicts;
  for (const VerdictRow& row : all_verdicts) {
    const std::uint64_t count = is_quick_failure(row) ? round->tally.of(row.verdict) : 0;
    failed += count;
    if (count > 0) verdicts += fmt::format("{}{} {}", verdicts.empty() ? "" : ", ", row.name, grouped(count));
  }
  const std::uint64_t total = round->tally.total();
  if (failed == 0 || static_cast<double>(failed) < failures_many * static_cast<double>(total)) return {};
  return fmt::format("{} of {} targets of {} failed ({})", grouped(failed), grouped(total), strategy.strategy,
                     verdicts);
}

std::string failures(const Comparison& comparison, const Figures&) {
  if (comparison.job == "probe") return {};  // It asks whether somebody is there; "closed" is an answer.
  Names sentences;
  for (const StrategyRounds& strategy : comparison.strategies)
    if (std::string sentence = failures_of(strategy); !sentence.empty()) sentences.push_back(std::move(sentence));
  if (sentences.empty()) return {};
  return fmt::format("{}: how fast failures come says little.", joined(sentences));
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
  return fmt::format("{} round{} a strategy tell little about noise; use --rounds {} or more.", least,
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
    if (rounds.size() < rounds_for_strays) return false;
    std::vector<double> rest;
    for (std::size_t j = 1; j < rounds.size(); ++j) rest.push_back(seconds(rounds[j].wall));
    return seconds(rounds[0].wall) > outlier_factor * median_of(rest);
  });
  if (names.empty()) return {};
  const bool looked_up = std::ranges::any_of(comparison.strategies, [](const StrategyRounds& strategy) {
    return any_round(strategy, [](const Tally& tally) { return tally.lookup_us.count() > 0; });
  });
  return fmt::format(
      "The first round of {} was much slower than the rest: {}. The median leaves it out, the range shows it.",
      joined(names), looked_up ? "a resolver's cache was cold" : "something was cold, or something else was going on");
}

std::string stray_round(const Comparison& comparison, const Figures& figures) {
  const Names names = contestants_where(comparison, figures, [](const Contestant& one) {
    const auto& rounds = one.run.rounds;
    if (rounds.size() < rounds_for_strays) return false;
    return std::any_of(rounds.begin() + 1, rounds.end(), [&](const Round& round) {
      return seconds(round.wall) > outlier_factor * one.figures.wall_s.median;
    });
  });
  if (names.empty()) return {};
  return fmt::format("One round of {} or more took {} times its median: something else was going on.", joined(names),
                     outlier_factor);
}

std::string within_noise(const Comparison& comparison, const Figures& figures) {
  struct Pair {
    std::string names;
    Ratio::Interval interval;
  };
  std::vector<const StrategyRounds*> all;
  for (const StrategyRounds& strategy : comparison.strategies) all.push_back(&strategy);
  for (const PeerRounds& peer : comparison.peers) all.push_back(&peer.run);
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (const Ratio ratio = speed_ratio(*all[i], *all[j]); ratio.within_noise())
        pairs.push_back({fmt::format("{} and {}", all[j]->strategy, all[i]->strategy), *ratio.interval});
  if (pairs.empty() || figures.strategies.empty()) return {};
  std::string text;
  for (const Pair& pair : pairs)
    text += fmt::format("{}{} ({:.2f} to {:.2f} times as fast)", text.empty() ? "" : "; ", pair.names,
                        pair.interval.low, pair.interval.high);
  return fmt::format("Within the noise, which of two is faster is not known: {}.", text);
}

}  // namespace

std::vector<std::string> caveats_of(const Comparison& comparison, const ComparisonFigures& figures) {
  constexpr std::array rows{verdicts_differ,  differs_from_itself,  local_verdicts, failures,  peer_failed,
                            peer_differs,     peer_answers_missing, few_rounds,     too_short, too_noisy,
                            first_round_slow, stray_round,          within_noise};
  std::vector<std::string> caveats;
  for (const auto& row : rows)
    if (std::string caveat = row(comparison, figures); !caveat.empty()) caveats.push_back(std::move(caveat));
  for (std::string& caveat : caveats_of_limits(comparison, figures)) caveats.push_back(std::move(caveat));
  return caveats;
}

}  // namespace atonce
