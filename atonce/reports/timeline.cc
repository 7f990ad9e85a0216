#include "atonce/reports/timeline.h"

#include <fmt/format.h>

#include <cstring>
#include <ctime>
#include <iterator>

#include "atonce/model/escape.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

std::string brief(Duration length) { return length <= Duration{} ? "0" : write_duration(length); }

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(count), count == 1 ? one : many);
}

/// " (ECONNREFUSED)".
std::string in_brackets(int error) {
  const char* name = error == 0 ? nullptr : strerrorname_np(error);
  return name == nullptr ? "" : fmt::format(" ({})", name);
}

/// Lines with the time before them, or without one where they belong to the line above.
class Lines {
 public:
  explicit Lines(std::optional<Duration> base) : base_(base) {}

  void at(Duration since_start, std::string_view lap, std::string_view what) {
    const std::string when = base_ ? fmt::format("{:.3f}s", seconds(*base_ + since_start)) : std::string("?");
    fmt::format_to(std::back_inserter(text_), "  {:>11}  {:<6} {}\n", when, lap, what);
  }
  void beside(std::string_view what) {
    fmt::format_to(std::back_inserter(text_), "  {:>11}  {:<6} {}\n", "", "", what);
  }
  std::string take() { return std::move(text_); }

 private:
  std::optional<Duration> base_;
  std::string text_;
};

void write_start(const Outcome& outcome, const std::string& lap, Lines& lines) {
  const Duration waited = outcome.due == Instant{} ? Duration{} : outcome.started - outcome.due;
  lines.at({}, lap, waited > Duration{} ? fmt::format("started, {} after it was due", brief(waited)) : "started");
  if (outcome.resolved != Instant{} && outcome.address)
    lines.at(outcome.resolved - outcome.started, "",
             fmt::format("address {} known after {}", write_address(outcome.address),
                         brief(outcome.resolved - outcome.started)));
}

/// Of the last request.
void write_phases(const Outcome& outcome, Lines& lines) {
  const Exchange& exchange = *outcome.exchange;
  struct Phase {
    Instant reached, before;
    std::string_view what;
  };
  for (const Phase& phase : {Phase{outcome.connected, outcome.resolved, "connected"},
                             Phase{exchange.secured, outcome.connected, "TLS stood"},
                             Phase{exchange.answered, exchange.requested, "first byte of the answer"}}) {
    if (phase.reached == Instant{}) continue;
    const std::string after = phase.before == Instant{} || phase.reached < phase.before
                                  ? ""
                                  : fmt::format(", after {}", brief(phase.reached - phase.before));
    lines.at(phase.reached - outcome.started, "", fmt::format("{}{}", phase.what, after));
  }
}

/// What was asked and answered, below the verdict.
void write_exchange(const Exchange& exchange, Lines& lines) {
  for (const Redirect& redirect : exchange.redirects)
    lines.beside(fmt::format("{} led to {}", redirect.status, escape_for_terminal(redirect.url)));
  if (exchange.redirects_cut > 0) lines.beside(fmt::format("and {} more redirects", grouped(exchange.redirects_cut)));
  std::string said = exchange.status_code == 0 ? "" : fmt::format("{} {}", exchange.status_code, exchange.reason);
  if (exchange.version != HttpVersion::unknown) said += fmt::format(" over {}", name_of(exchange.version));
  if (exchange.tls && !exchange.tls->version.empty()) said += fmt::format(", {}", exchange.tls->version);
  if (exchange.reused) said += ", on a connection used before";
  if (exchange.insecure) said += ", certificates not checked";
  if (!exchange.method.empty() || !said.empty())
    lines.beside(escape_for_terminal(fmt::format("{}: {}", exchange.method, said.empty() ? "no answer" : said)));
  if (exchange.status_code != 0)
    lines.beside(fmt::format("{} of fields, {} of body{}", write_bytes(exchange.head_bytes),
                             write_bytes(exchange.wire_body_bytes),
                             exchange.body_bytes == exchange.wire_body_bytes
                                 ? ""
                                 : fmt::format(" ({} decoded)", write_bytes(exchange.body_bytes))));
  if (!exchange.detail.empty()) lines.beside(escape_for_terminal(exchange.detail));
  if (exchange.sent) lines.beside("sent, and not to be repeated: never tried again");
}

void write_attempts(const Outcome& outcome, Lines& lines) {
  constexpr std::size_t told_max = 100;
  const std::size_t told = std::min(outcome.attempts.size(), told_max);
  for (std::size_t i = 0; i < told; ++i) {
    const Attempt& attempt = outcome.attempts[i];
    lines.beside(fmt::format("{}: {}{} after {}", write_address(attempt.address), name_of(attempt.verdict),
                             in_brackets(attempt.error), brief(attempt.took)));
  }
  if (told < outcome.attempts.size())
    lines.beside(fmt::format("and {} more addresses", grouped(outcome.attempts.size() - told)));
}

/// What the verdict rests on, and what was ours meanwhile.
void write_evidence(const Outcome& outcome, Lines& lines) {
  const Evidence& evidence = outcome.evidence;
  if (evidence.syns > 0 || evidence.waited_ms > 0)
    lines.beside(fmt::format("{}, waited {}",
                             evidence.syns > 0 ? counted(evidence.syns, "SYN", "SYNs") + " sent" : "SYNs not counted",
                             brief(std::chrono::milliseconds(evidence.waited_ms))));
  lines.beside(fmt::format("ours meanwhile: loop late by {}, {} dropped",
                           brief(std::chrono::milliseconds(evidence.lateness_ms)),
                           counted(evidence.drops, "packet", "packets")));
  for (const DoubtRow& row : all_doubts)
    if (outcome.doubts.has(row.doubt)) lines.beside(fmt::format("in doubt, {}: {}", row.name, row.meaning));
}

std::string write_try(const KeptTry& kept, const Verdict* before, bool colour) {
  const Outcome& outcome = kept.outcome;
  Lines lines(kept.started);
  const std::string lap = fmt::format("lap {}", outcome.lap);
  const bool began = outcome.started != Instant{};
  if (began) write_start(outcome, lap, lines);
  if (began && outcome.exchange) write_phases(outcome, lines);
  const Duration took = began && outcome.finished != Instant{} ? outcome.finished - outcome.started : Duration{};
  const VerdictRow& row = row_of(outcome.verdict);
  const std::string verdict =
      fmt::format("{}{}: {}", painted(row.name, colour ? colour_of(outcome.verdict) : Colour::none),
                  in_brackets(outcome.error), row.meaning);
  lines.at(took, began ? "" : lap, began ? fmt::format("{}, after {}", verdict, brief(took)) : verdict);
  if (outcome.exchange) write_exchange(*outcome.exchange, lines);
  write_attempts(outcome, lines);
  if (began) write_evidence(outcome, lines);
  if (before != nullptr && *before != outcome.verdict)
    lines.beside(
        fmt::format("{} {} of the try before", outcome.overturned ? "overturns" : "differs from", name_of(*before)));
  lines.beside(kept.settled ? "settled" : "not settled: to be tried again");
  return lines.take();
}

std::string heading(const Timeline& timeline) {
  std::string text = escape_for_terminal(timeline.target);
  if (timeline.line > 0)
    text += timeline.list.empty() ? ", given on the command line"
                                  : fmt::format(", line {} of {}", timeline.line, escape_for_terminal(timeline.list));
  if (timeline.tries.empty()) return text + ": not tried yet\n";
  const KeptTry& last = timeline.tries.back();
  const std::string sure = last.outcome.doubts.any() ? ", unsure" : "";
  return text +
         fmt::format(": {}{}, {}\n", name_of(last.outcome.verdict), sure, last.settled ? "settled" : "not settled yet");
}

}  // namespace

std::string write_wall_time(std::int64_t unix_us) {
  const std::time_t at = static_cast<std::time_t>(unix_us / 1'000'000);
  std::tm parts{};
  if (::gmtime_r(&at, &parts) == nullptr) return "at a time that no calendar has";
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02} UTC", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday,
                     parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string write_timeline(const Timeline& timeline, bool colour) {
  std::string text = heading(timeline);
  std::optional<std::size_t> session;
  const Verdict* before = nullptr;
  for (const KeptTry& kept : timeline.tries) {
    if (session != kept.session && kept.session < timeline.sessions.size()) {
      const KeptSession& now = timeline.sessions[kept.session];
      text += fmt::format("\nsession {}, from {} ({})\n", kept.session + 1, write_wall_time(now.unix_us),
                          escape_for_terminal(now.reason));
    }
    session = kept.session;
    text += write_try(kept, before, colour);
    before = &kept.outcome.verdict;
  }
  return text;
}

}  // namespace atonce
