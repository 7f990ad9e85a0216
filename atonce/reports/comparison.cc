#include "atonce/reports/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>

#include "atonce/model/escape.h"
#include "atonce/reports/caveat_names.h"
#include "atonce/reports/caveats.h"
#include "atonce/reports/comparison_figures.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

using Row = std::vector<std::string>;

std::string times(double factor) {
  return factor >= 100 ? fmt::format("{:.0f}x", factor) : fmt::format("{:.{}f}x", factor, factor >= 10 ? 1 : 2);
}
std::string share(double value) {
  constexpr std::uint64_t whole = 1'000'000;
  return percent(static_cast<std::uint64_t>(value * whole), whole);
}

std::string range_of(const std::optional<Ratio::Interval>& interval) {
  return interval ? fmt::format("{:.3g} - {:.3g}", interval->low, interval->high) : "-";
}

std::vector<std::string> figures_row(const StrategyFigures& row) {
  const auto switches = static_cast<std::uint64_t>(row.switches_voluntary + row.switches_involuntary);
  return {row.strategy,
          in_time(row.wall_s.median),
          fmt::format("{} - {}", in_time(row.wall_s.low), in_time(row.wall_s.high)),
          times(row.speed_up.median),
          range_of(row.speed_up_interval),
          in_time(row.cpu_s.median),
          write_bytes(static_cast<std::uint64_t>(row.memory_peak_bytes)),
          grouped(switches)};
}

Table figures_table(const Comparison& comparison, const ComparisonFigures& figures) {
  using enum Table::Side;
  Table table({left, right, right, right, right, right, right, right});
  table.add({"strategy", "wall", "from - to", "speed-up", "interval", "CPU", "memory", "switches"});
  for (const StrategyFigures& row : figures.strategies) table.add(figures_row(row));
  for (std::size_t i = 0; i < figures.peers.size(); ++i) {
    const StrategyFigures& row = figures.peers[i].run;
    table.add(comparison.peers[i].run.rounds.empty() ? Row{row.strategy, "-", "-", "-", "-", "-", "-", "-"}
                                                     : figures_row(row));
  }
  return table;
}

/// How many answers the peers gave, and whether they are ours.
Table peers_table(const Comparison& comparison, const ComparisonFigures& figures) {
  using enum Table::Side;
  Table table({left, right, right});
  table.add({"peer", "answers", fmt::format("equal to those of {}", figures.strategies[figures.baseline].strategy)});
  for (std::size_t i = 0; i < figures.peers.size(); ++i) {
    const PeerFigures& peer = figures.peers[i];
    const bool ran = !comparison.peers[i].run.rounds.empty();
    const std::string lines = peer.lines_least == peer.lines_most
                                  ? grouped(peer.lines_least)
                                  : fmt::format("{} - {}", grouped(peer.lines_least), grouped(peer.lines_most));
    const std::string equal = fmt::format("{} of {}", grouped(peer.equal), grouped(peer.comparable));
    table.add({peer.run.strategy, ran ? fmt::format("{} of {}", lines, grouped(comparison.targets)) : "-",
               peer.comparable == 0 ? "-" : equal});
  }
  return table;
}

/// How long each took, drawn to one scale.
std::string bars_of(const Comparison& comparison, const ComparisonFigures& figures) {
  constexpr double room = 40;
  std::vector<const StrategyFigures*> rows;
  for (const StrategyFigures& row : figures.strategies) rows.push_back(&row);
  for (std::size_t i = 0; i < figures.peers.size(); ++i)
    if (!comparison.peers[i].run.rounds.empty()) rows.push_back(&figures.peers[i].run);
  double longest = 0;
  for (const StrategyFigures* row : rows) longest = std::max(longest, row->wall_s.median);
  if (longest <= 0) return {};
  using enum Table::Side;
  Table table({left, left});
  for (const StrategyFigures* row : rows) {
    const auto length = static_cast<std::size_t>(std::lround(row->wall_s.median / longest * room));
    table.add({row->strategy, fmt::format("|{} {}", std::string(length, '='), in_time(row->wall_s.median))});
  }
  std::string text;
  for (const std::string& line : table.lines()) text += line + "\n";
  return text + "\n";
}

std::string system_calls_text(const Comparison& comparison) {
  std::string text;
  for (const StrategyRounds& strategy : comparison.strategies)
    if (strategy.system_calls)
      text += fmt::format("{}{} {:.1f}", text.empty() ? "" : ", ", strategy.strategy, *strategy.system_calls);
  if (!text.empty()) return fmt::format("System calls for each target: {}.\n", text);
  return comparison.calls_forbidden ? "System calls were not counted: this process may trace nobody (ptrace).\n" : "";
}

Table thresholds_table(const Comparison& comparison, std::string (*escape)(std::string_view)) {
  using enum Table::Side;
  Table table({left, right, right, left});
  table.add({"threshold", "seen", "interval", ""});
  for (const Threshold& threshold : comparison.thresholds) {
    const ThresholdFigures figures = judge(comparison, threshold);
    table.add({escape(threshold.text), fmt::format("{:.3g}", figures.seen.value), range_of(figures.seen.interval),
               figures.holds ? "holds" : "FAILED"});
  }
  return table;
}

constexpr std::string_view what_peers_are =
    "A peer is another program; its time is that of its command, start-up included.";

bool all_agree(const ComparisonFigures& figures) {
  return std::ranges::all_of(figures.agreement, [](const auto& row) {
    return std::ranges::all_of(row, [](double value) { return value >= 1; });
  });
}

Table agreement_table(const ComparisonFigures& figures) {
  std::vector<Table::Side> sides(figures.strategies.size() + 1, Table::Side::right);
  sides[0] = Table::Side::left;
  Table table(std::move(sides));
  std::vector<std::string> header{"same verdicts"};
  for (const StrategyFigures& strategy : figures.strategies) header.push_back(strategy.strategy);
  table.add(std::move(header));
  for (std::size_t i = 0; i < figures.strategies.size(); ++i) {
    Row cells{figures.strategies[i].strategy};
    for (const double value : figures.agreement[i]) cells.push_back(share(value));
    table.add(std::move(cells));
  }
  return table;
}

/// Words in lines of 78 columns, the later ones behind two spaces.
std::string wrapped(std::string_view words) {
  constexpr std::size_t room = 76;
  std::string text;
  std::string_view indent = "- ";
  while (!words.empty()) {
    std::size_t cut = words.size() <= room ? words.size() : words.rfind(' ', room);
    if (cut == words.npos) cut = std::min(words.find(' '), words.size());
    fmt::format_to(std::back_inserter(text), "{}{}\n", indent, words.substr(0, cut));
    words.remove_prefix(std::min(cut + 1, words.size()));
    indent = "  ";
  }
  return text;
}

std::string verdicts_of_all(const Comparison& comparison) {
  std::string text;
  if (comparison.strategies.empty() || comparison.strategies[0].rounds.empty()) return text;
  const Tally& tally = comparison.strategies[0].rounds[0].tally;
  for (const VerdictRow& row : all_verdicts)
    if (tally.of(row.verdict) > 0)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", row.name, grouped(tally.of(row.verdict)));
  return text;
}

std::string agreement_text(const Comparison& comparison, const ComparisonFigures& figures) {
  if (all_agree(figures) && figures.strategies.size() > 1)
    return fmt::format("Every two strategies agree on all {} verdicts, in every round: {}.\n",
                       grouped(comparison.targets), verdicts_of_all(comparison));
  std::string text;
  for (const std::string& line : agreement_table(figures).lines()) text += line + "\n";
  return text;
}

/// Text of a user's, so that it stays text in Markdown.
std::string markdown_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\`*_{}[]<>()#|!~&").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string markdown_table(const Table& table) {
  std::string text;
  for (std::size_t i = 0; i < table.rows().size(); ++i) {
    text += fmt::format("| {} |\n", fmt::join(table.rows()[i], " | "));
    if (i > 0) continue;
    text += "|";
    for (const Table::Side side : table.sides()) text += side == Table::Side::left ? " :-- |" : " --: |";
    text += "\n";
  }
  return text;
}

}  // namespace

std::string title_of(const Comparison& comparison) {
  std::size_t rounds = 0;
  for (const StrategyRounds& strategy : comparison.strategies) rounds = std::max(rounds, strategy.rounds.size());
  const std::string where = comparison.world.empty() ? "" : fmt::format(", in the world {}", comparison.world);
  return escape_for_terminal(fmt::format("{} of {} targets ({}){}, {} round{}", comparison.job,
                                         grouped(comparison.targets), comparison.input, where, rounds,
                                         rounds == 1 ? "" : "s"));
}

std::string write_comparison_table(const Comparison& comparison, bool colour) {
  const ComparisonFigures figures = figures_of(comparison);
  std::string text = title_of(comparison) + "\n\n";
  const auto lines = figures_table(comparison, figures).lines();
  for (std::size_t i = 0; i < lines.size(); ++i)
    text += painted(lines[i], colour && i == 0 ? Colour::bold : Colour::none) + "\n";
  if (!figures.strategies.empty())
    text += fmt::format("\n{}Speed-up over {}: ratio of medians, and its 95 % bootstrap interval.\n",
                        bars_of(comparison, figures), figures.strategies[figures.baseline].strategy);
  text += system_calls_text(comparison);
  text += agreement_text(comparison, figures);
  if (!figures.peers.empty()) {
    text += fmt::format("\n{}\n", what_peers_are);
    for (const std::string& line : peers_table(comparison, figures).lines()) text += line + "\n";
  }
  if (!comparison.thresholds.empty()) text += "\n";
  if (!comparison.thresholds.empty())
    for (const std::string& line : thresholds_table(comparison, escape_for_terminal).lines()) text += line + "\n";
  const auto caveats = caveats_of(comparison, figures);
  if (!caveats.empty())
    text += "\n" + painted("Before you believe this:", colour ? Colour::yellow : Colour::none) + "\n";
  for (const std::string& caveat : caveats) text += wrapped(caveat);
  return text;
}

std::string write_comparison_markdown(const Comparison& comparison) {
  const ComparisonFigures figures = figures_of(comparison);
  std::string text = markdown_text(title_of(comparison)) + "\n\n" + markdown_table(figures_table(comparison, figures)) +
                     "\n" + markdown_table(agreement_table(figures));
  if (const std::string calls = system_calls_text(comparison); !calls.empty()) text += "\n" + markdown_text(calls);
  if (!figures.peers.empty())
    text += fmt::format("\n{}\n\n{}", what_peers_are, markdown_table(peers_table(comparison, figures)));
  if (!comparison.thresholds.empty()) text += "\n" + markdown_table(thresholds_table(comparison, markdown_text));
  const auto caveats = caveats_of(comparison, figures);
  if (!caveats.empty()) text += "\nBefore you believe this:\n\n";
  for (const std::string& caveat : caveats) text += fmt::format("- {}\n", markdown_text(caveat));
  return text;
}

}  // namespace atonce
