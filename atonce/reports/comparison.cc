#include "atonce/reports/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "atonce/model/escape.h"
#include "atonce/reports/caveats.h"
#include "atonce/reports/comparison_figures.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::vector<std::string>;

std::string in_time(double value_s) {
  return value_s <= 0 ? "0" : write_duration(Duration(std::llround(value_s * 1e9)));
}
std::string times(double factor) {
  return factor >= 100 ? fmt::format("{:.0f}x", factor) : fmt::format("{:.{}f}x", factor, factor >= 10 ? 1 : 2);
}
std::string share(double value) {
  constexpr std::uint64_t whole = 1'000'000;
  return percent(static_cast<std::uint64_t>(value * whole), whole);
}

std::string title(const Comparison& comparison) {
  std::size_t rounds = 0;
  for (const StrategyRounds& strategy : comparison.strategies) rounds = std::max(rounds, strategy.rounds.size());
  const std::string where = comparison.world.empty() ? "" : fmt::format(", in the world {}", comparison.world);
  return escape_for_terminal(fmt::format("{} of {} targets ({}){}, {} round{}", comparison.job,
                                         grouped(comparison.targets), comparison.input, where, rounds,
                                         rounds == 1 ? "" : "s"));
}

std::vector<std::string> figures_row(const StrategyFigures& row) {
  const auto switches = static_cast<std::uint64_t>(row.switches_voluntary + row.switches_involuntary);
  return {row.strategy,
          in_time(row.wall_s.median),
          fmt::format("{} - {}", in_time(row.wall_s.low), in_time(row.wall_s.high)),
          times(row.speed_up.median),
          fmt::format("{:.3g} - {:.3g}", row.speed_up.low, row.speed_up.high),
          in_time(row.cpu_s.median),
          write_bytes(static_cast<std::uint64_t>(row.memory_peak_bytes)),
          grouped(switches)};
}

Table figures_table(const Comparison& comparison, const ComparisonFigures& figures) {
  using enum Table::Side;
  Table table({left, right, right, right, right, right, right, right});
  table.add({"strategy", "wall", "from - to", "speed-up", "from - to", "CPU", "memory", "switches"});
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

/// Text of a list's name, so that it stays text in Markdown.
std::string markdown_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\`*_{}[]<>()#|!~&").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

Json json_of(const Sample& sample) {
  return {{"median", sample.median}, {"min", sample.low}, {"max", sample.high}, {"spread", sample.spread}};
}

Json json_of(const Round& round) {
  Json verdicts = Json::object();
  for (const VerdictRow& row : all_verdicts)
    if (round.tally.of(row.verdict) > 0) verdicts[std::string(row.name)] = round.tally.of(row.verdict);
  return {{"wall", seconds(round.wall)},
          {"cpu_user", seconds(round.cpu_user)},
          {"cpu_system", seconds(round.cpu_system)},
          {"memory_peak_bytes", round.memory_peak_bytes},
          {"switches_voluntary", round.switches_voluntary},
          {"switches_involuntary", round.switches_involuntary},
          {"verdicts", std::move(verdicts)}};
}

Json json_of(const StrategyRounds& strategy, const StrategyFigures& figures) {
  Json rounds = Json::array();
  for (const Round& round : strategy.rounds) rounds.push_back(json_of(round));
  return {{"strategy", strategy.strategy},
          {"engine", strategy.engine},
          {"window", strategy.window},
          {"wall", json_of(figures.wall_s)},
          {"cpu", json_of(figures.cpu_s)},
          {"speed_up", json_of(figures.speed_up)},
          {"memory_peak_bytes", figures.memory_peak_bytes},
          {"switches_voluntary", figures.switches_voluntary},
          {"switches_involuntary", figures.switches_involuntary},
          {"agrees_with_itself", figures.agrees_with_itself},
          {"rounds", std::move(rounds)}};
}

Json json_of(const PeerRounds& peer, const PeerFigures& figures) {
  Json rounds = Json::array();
  for (const Round& round : peer.run.rounds) {
    Json row = json_of(round);
    row.erase("verdicts");
    row["answers"] = round.answers.lines;
    rounds.push_back(std::move(row));
  }
  return {{"peer", peer.run.strategy},
          {"wall", json_of(figures.run.wall_s)},
          {"cpu", json_of(figures.run.cpu_s)},
          {"speed_up", json_of(figures.run.speed_up)},
          {"memory_peak_bytes", figures.run.memory_peak_bytes},
          {"switches_voluntary", figures.run.switches_voluntary},
          {"switches_involuntary", figures.run.switches_involuntary},
          {"answers", {{"least", figures.lines_least}, {"most", figures.lines_most}}},
          {"comparable", figures.comparable},
          {"equal", figures.equal},
          {"failure", peer.failure.empty() ? Json() : Json(peer.failure)},
          {"rounds", std::move(rounds)}};
}

}  // namespace

std::string write_comparison_table(const Comparison& comparison, bool colour) {
  const ComparisonFigures figures = figures_of(comparison);
  std::string text = title(comparison) + "\n\n";
  const auto lines = figures_table(comparison, figures).lines();
  for (std::size_t i = 0; i < lines.size(); ++i)
    text += painted(lines[i], colour && i == 0 ? Colour::bold : Colour::none) + "\n";
  if (!figures.strategies.empty())
    text += fmt::format("\nSpeed-up over {}: ratio of medians; from - to: round by round.\n",
                        figures.strategies[figures.baseline].strategy);
  text += agreement_text(comparison, figures);
  if (!figures.peers.empty()) {
    text += fmt::format("\n{}\n", what_peers_are);
    for (const std::string& line : peers_table(comparison, figures).lines()) text += line + "\n";
  }
  const auto caveats = caveats_of(comparison, figures);
  if (!caveats.empty())
    text += "\n" + painted("Before you believe this:", colour ? Colour::yellow : Colour::none) + "\n";
  for (const std::string& caveat : caveats) text += wrapped(caveat);
  return text;
}

std::string write_comparison_json(const Comparison& comparison) {
  const ComparisonFigures figures = figures_of(comparison);
  Json report{{"schema", 1},
              {"job", comparison.job},
              {"input", comparison.input},
              {"world", comparison.world},
              {"targets", comparison.targets}};
  report["baseline"] = figures.strategies.empty() ? Json() : Json(figures.strategies[figures.baseline].strategy);
  report["strategies"] = Json::array();
  for (std::size_t i = 0; i < figures.strategies.size(); ++i)
    report["strategies"].push_back(json_of(comparison.strategies[i], figures.strategies[i]));
  report["peers"] = Json::array();
  for (std::size_t i = 0; i < figures.peers.size(); ++i)
    report["peers"].push_back(json_of(comparison.peers[i], figures.peers[i]));
  report["agreement"] = figures.agreement;
  report["caveats"] = caveats_of(comparison, figures);
  return report.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string write_comparison_markdown(const Comparison& comparison) {
  const ComparisonFigures figures = figures_of(comparison);
  std::string text = markdown_text(title(comparison)) + "\n\n" + markdown_table(figures_table(comparison, figures)) +
                     "\n" + markdown_table(agreement_table(figures));
  if (!figures.peers.empty())
    text += fmt::format("\n{}\n\n{}", what_peers_are, markdown_table(peers_table(comparison, figures)));
  const auto caveats = caveats_of(comparison, figures);
  if (!caveats.empty()) text += "\nBefore you believe this:\n\n";
  for (const std::string& caveat : caveats) text += fmt::format("- {}\n", markdown_text(caveat));
  return text;
}

}  // namespace atonce
