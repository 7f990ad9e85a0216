#include "atonce/reports/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <string_view>
#include <vector>

#include "atonce/model/escape.h"
#include "atonce/reports/statistics.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

constexpr Duration lateness_shown = std::chrono::milliseconds(20);

/// A length of time, or none.
std::string brief(Duration length) { return length <= Duration{} ? "0" : write_duration(length); }

std::string heading(const Summary& summary) {
  std::string how = summary.strategy;
  if (!summary.engine.empty()) how += fmt::format(" on {}", summary.engine);
  if (summary.window > 0) how += fmt::format(", window {}", grouped(summary.window));
  return fmt::format("{} of {} {}{}, {}: {}\n", summary.job, grouped(summary.targets_read),
                     summary.job == "batch"   ? "request"
                     : summary.job == "write" ? "file"
                                              : "target",
                     summary.targets_read == 1 ? "" : "s", escape_for_terminal(how), time_taken(summary));
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

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(count), count == 1 ? one : many);
}

std::string batch_lines(const Summary& summary) {
  if (summary.job != "batch") return {};
  return fmt::format("  {} completed, {} failed\n", counted(summary.tally.batches_completed, "batch", "batches"),
                     grouped(summary.tally.batches_failed));
}

/// What HTTP came to; nothing for a probe.
std::string exchange_lines(const Tally& tally) {
  if (tally.answers() == 0 && tally.head_bytes == 0) return {};
  std::string text = fmt::format("  {}", counted(tally.answers(), "answer", "answers"));
  if (tally.answers() > 0) text += fmt::format(": {}", status_counts(tally.by_status));
  text += fmt::format("\n  received {} of bodies", write_bytes(tally.wire_body_bytes));
  if (tally.body_bytes != tally.wire_body_bytes) text += fmt::format(" ({} decoded)", write_bytes(tally.body_bytes));
  text += fmt::format(" and {} of fields", write_bytes(tally.head_bytes));
  if (tally.redirects > 0) text += fmt::format("; followed {}", counted(tally.redirects, "redirect", "redirects"));
  if (tally.reused > 0) text += fmt::format("; {} over connections used before", grouped(tally.reused));
  return text + "\n";
}

std::string in_time(std::uint64_t value_us) {
  return value_us == 0 ? "0" : write_duration(std::chrono::microseconds(value_us));
}

std::string phase_lines(const Tally& tally) {
  struct Phase {
    std::string_view name;
    const Histogram& histogram;
  };
  const std::array phases{Phase{"queue", tally.queue_us},           Phase{"lookup", tally.lookup_us},
                          Phase{"connect", tally.connect_us},       Phase{"TLS handshake", tally.handshake_us},
                          Phase{"first byte", tally.first_byte_us}, Phase{"total", tally.total_us}};
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

using Lines = std::vector<std::string>;

/// What the verdicts rest on: how many are in doubt, and what trying again made of the first answers.
void say_doubt(const Tally& tally, Lines& lines) {
  if (tally.unsure > 0)
    lines.push_back(fmt::format("unsure: {} of the verdicts ({}) rest on too little; their rows say why",
                                grouped(tally.unsure), percent(tally.unsure, tally.total())));
  if (tally.tried_again > 0)
    lines.push_back(fmt::format("second lap: {} tried again, {} first {} overturned ({})", grouped(tally.tried_again),
                                grouped(tally.overturned), tally.overturned == 1 ? "answer" : "answers",
                                fine_percent(tally.overturned, tally.tried_again)));
}

void say_canaries(std::string_view whose, const CanaryCount& count, Lines& lines) {
  if (count.counted() == 0) return;
  const std::uint64_t answered = count.counted() - count.missed;
  const ShareInterval bounds = share_interval(count.missed, count.counted());
  lines.push_back(fmt::format("canaries, {}: {} of {} answered; our own false time-outs {} ({:.2f}-{:.2f} %, 95 %)",
                              whose, grouped(answered), grouped(count.counted()),
                              fine_percent(count.missed, count.counted()), 100 * bounds.low, 100 * bounds.high));
}

/// "uplink" as a reader would say it.
std::string told(std::string_view cause) {
  if (cause == "uplink") return "the uplink was away";
  if (cause == "resolver") return "the resolver stood still";
  if (cause == "stopped") return "this program was stopped";
  if (cause == "clock") return "the clock was set";
  return escape_for_terminal(cause);
}

void say_stretches(const Summary& summary, Lines& lines) {
  constexpr std::size_t told_max = 5;  // The rest would bury what stands around them.
  const auto& stretches = summary.witness.stretches;
  for (std::size_t i = 0; i < std::min(stretches.size(), told_max); ++i)
    lines.push_back(fmt::format("{} for {}, {} after the start", told(stretches[i].cause), brief(stretches[i].length),
                                brief(stretches[i].from - summary.started)));
  if (stretches.size() > told_max)
    lines.push_back(fmt::format("and {} more such stretches", stretches.size() - told_max));
  if (summary.voided > 0)
    lines.push_back(fmt::format("verdicts of such stretches, void and tried again: {}", grouped(summary.voided)));
}

/// "backlog 300 (net.core.netdev_max_backlog = 1000)".
std::string told(const DropReport& drop) {
  const std::string wall = drop.wall.empty() ? "" : fmt::format(" ({})", drop.wall);
  return fmt::format("{} {}{}", escape_for_terminal(drop.kind), grouped(drop.count), escape_for_terminal(wall));
}

void say_drops(const Summary& summary, Lines& lines) {
  Lines ours, others;
  for (const DropReport& drop : summary.witness.drops) (drop.counts ? ours : others).push_back(told(drop));
  if (summary.drops > 0)
    lines.push_back(
        fmt::format("packets dropped on this machine meanwhile, so that answers may have looked like silence: {}",
                    grouped(summary.drops)));
  if (!ours.empty()) lines.push_back(fmt::format("dropped: {}", fmt::join(ours, ", ")));
  if (!others.empty()) lines.push_back(fmt::format("dropped, but no answer of ours: {}", fmt::join(others, ", ")));
}

}  // namespace

std::string time_taken(const Summary& summary) {
  const std::uint64_t settled = settled_meanwhile(summary);
  const double rate = summary.wall > Duration{} ? static_cast<double>(settled) / seconds(summary.wall) : 0;
  if (summary.sessions > 1)
    return fmt::format("{} in {} sessions, {}", brief(summary.wall), grouped(summary.sessions), write_rate(rate));
  if (summary.settled_before > 0)
    return fmt::format("{} of them in this session, {}, {}", grouped(settled), brief(summary.wall), write_rate(rate));
  return fmt::format("{}, {}", brief(summary.wall), write_rate(rate));
}

std::vector<std::string> notes_of(const Summary& summary) {
  Lines lines;
  const auto say = [&](std::string line) { lines.push_back(std::move(line)); };
  say_doubt(summary.tally, lines);
  say_canaries("our own listener", summary.witness.own, lines);
  say_canaries("hosts seen open", summary.witness.outside, lines);
  if (!summary.witness.absent.empty()) say(escape_for_terminal(summary.witness.absent));
  say_stretches(summary, lines);
  if (summary.tally.insecure > 0)
    say(fmt::format("INSECURE: certificates were not checked for {}, as --insecure asks",
                    counted(summary.tally.insecure, "target", "targets")));
  if (summary.tally.unmatched > 0)
    say(fmt::format("rows left out, as --match and --filter ask: {}", grouped(summary.tally.unmatched)));
  if (summary.tally.retries > 0) say(fmt::format("retries: {}", grouped(summary.tally.retries)));
  if (summary.shortages > 0)
    say(fmt::format("shortages of this machine, each waited out and tried again: {}", grouped(summary.shortages)));
  say_drops(summary, lines);
  if (summary.lateness_max >= lateness_shown)
    say(fmt::format("our own loop was late by {} at most; targets were given that time back",
                    write_duration(summary.lateness_max)));
  if (summary.rows_unwritten > 0)
    say(fmt::format("verdicts that could not be written to the output: {}", grouped(summary.rows_unwritten)));
  if (!summary.ceiling.empty()) say(fmt::format("ceiling here about {}", summary.ceiling));
  if (summary.settled_before > 0)
    say(fmt::format("carried on from {} settled verdicts", grouped(summary.settled_before)));
  if (summary.interrupted) say("interrupted before the end of the list");
  if (!summary.run_folder.empty()) say(fmt::format("kept in {}", escape_for_terminal(summary.run_folder)));
  return lines;
}

std::string write_summary(const Summary& summary, bool colour) {
  std::string text = heading(summary);
  text += verdict_lines(summary.tally, colour);
  text += account(summary, colour);
  text += batch_lines(summary);
  text += exchange_lines(summary.tally);
  const std::string phases = phase_lines(summary.tally);
  if (!phases.empty()) text += "\n" + phases;
  const Lines notes = notes_of(summary);
  if (!notes.empty()) text += "\n";
  for (const std::string& note : notes) fmt::format_to(std::back_inserter(text), "  {}\n", note);
  return text;
}

}  // namespace atonce
