#include "atonce/reports/summary.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <iterator>

#include "atonce/model/escape.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

constexpr Duration lateness_shown = std::chrono::milliseconds(20);

std::string heading(const Summary& summary) {
  const double rate =
      summary.wall > Duration{} ? static_cast<double>(summary.tally.total()) / seconds(summary.wall) : 0;
  std::string how = summary.strategy;
  if (!summary.engine.empty()) how += fmt::format(" on {}", summary.engine);
  return fmt::format("{} of {} target{}, {}, window {}: {}, {}\n", summary.job, grouped(summary.targets_read),
                     summary.targets_read == 1 ? "" : "s", escape_for_terminal(how), grouped(summary.window),
                     write_duration(summary.wall), write_rate(rate));
}

std::string verdict_lines(const Tally& tally, bool colour) {
  Table table({Table::Side::left, Table::Side::right, Table::Side::right, Table::Side::left});
  std::vector<Colour> colours;
  for (const VerdictRow& row : all_verdicts) {
    const std::uint64_t count = tally.of(row.verdict);
    if (count == 0) continue;
    table.add({std::string(row.name), grouped(count), percent(count, tally.total()), std::string(row.meaning)});
    colours.push_back(colour ? colour_of(row.verdict) : Colour::none);
  }
  std::string text;
  const auto lines = table.lines();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t name =
        lines[i].find(' ');  // Only the name is painted: the rest stays readable on any background.
    text += "  " + painted(lines[i].substr(0, name), colours[i]) + lines[i].substr(name) + "\n";
  }
  return text;
}

std::string account(const Summary& summary, bool colour) {
  const std::uint64_t read = summary.targets_read, verdicts = summary.tally.total();
  if (balanced(summary)) {
    const std::string lines = summary.lines_read == 0 || summary.lines_read == read
                                  ? ""
                                  : fmt::format(" from {} lines", grouped(summary.lines_read));
    return fmt::format("  {} read{} = {} verdicts: the account balances\n", grouped(read), lines, grouped(verdicts));
  }
  const bool missing = read > verdicts;
  const std::string text = fmt::format(
      "{} read, {} verdicts: THE ACCOUNT DOES NOT BALANCE, {} {}; this is a bug of atonce", grouped(read),
      grouped(verdicts), grouped(missing ? read - verdicts : verdicts - read), missing ? "missing" : "too many");
  return "  " + painted(text, colour ? Colour::red : Colour::none) + "\n";
}

std::string in_time(std::uint64_t value_us) {
  return value_us == 0 ? "0" : write_duration(std::chrono::microseconds(value_us));
}

std::string phase_lines(const Tally& tally) {
  struct Phase {
    std::string_view name;
    const Histogram& histogram;
  };
  const std::array phases{Phase{"queue", tally.queue_us}, Phase{"lookup", tally.lookup_us},
                          Phase{"connect", tally.connect_us}, Phase{"total", tally.total_us}};
  constexpr std::array shares{0.5, 0.9, 0.99, 0.999};
  using enum Table::Side;
  Table table({left, right, right, right, right, right, right});
  table.add({"phase", "count", "p50", "p90", "p99", "p99.9", "max"});
  bool any = false;
  for (const Phase& phase : phases) {
    if (phase.histogram.count() == 0) continue;
    any = true;
    std::vector<std::string> cells{std::string(phase.name), grouped(phase.histogram.count())};
    for (const double share : shares) cells.push_back(in_time(phase.histogram.percentile_us(share)));
    cells.push_back(in_time(phase.histogram.max_us()));
    table.add(std::move(cells));
  }
  std::string text;
  if (any)
    for (const std::string& line : table.lines()) fmt::format_to(std::back_inserter(text), "  {}\n", line);
  return text;
}

/// What was ours, and what a reader should know before trusting the rest.
std::string remarks(const Summary& summary) {
  std::string text;
  const auto say = [&](std::string line) { fmt::format_to(std::back_inserter(text), "  {}\n", line); };
  if (summary.tally.retries > 0) say(fmt::format("retries: {}", grouped(summary.tally.retries)));
  if (summary.shortages > 0)
    say(fmt::format("shortages of this machine, each waited out and tried again: {}", grouped(summary.shortages)));
  if (summary.drops > 0)
    say(fmt::format("packets dropped on this machine meanwhile, so that answers may have looked like silence: {}",
                    grouped(summary.drops)));
  if (summary.lateness_max >= lateness_shown)
    say(fmt::format("our own loop was late by {} at most; targets were given that time back",
                    write_duration(summary.lateness_max)));
  if (summary.rows_unwritten > 0)
    say(fmt::format("verdicts that could not be written to the output: {}", grouped(summary.rows_unwritten)));
  if (summary.interrupted) say("interrupted before the end of the list");
  return text;
}

}  // namespace

std::string write_summary(const Summary& summary, bool colour) {
  std::string text = heading(summary);
  text += verdict_lines(summary.tally, colour);
  text += account(summary, colour);
  const std::string phases = phase_lines(summary.tally);
  if (!phases.empty()) text += "\n" + phases;
  const std::string notes = remarks(summary);
  if (!notes.empty()) text += "\n" + notes;
  return text;
}

}  // namespace atonce
