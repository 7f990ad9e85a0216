#include "atonce/results/journal.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "atonce/model/exchange_codec.h"
#include "atonce/results/row_fields.h"

namespace atonce {
namespace {

/// 35 years: no time of a row is longer, and sums of a few stay far inside an Instant.
constexpr std::int64_t us_max = std::int64_t{1} << 50;

/// As rows round.
std::uint64_t rounded_us(Duration duration) {
  return static_cast<std::uint64_t>(std::min(row_time(duration).count() / 1'000, us_max));
}

std::optional<std::uint64_t> rounded_us(const std::optional<Duration>& duration) {
  return duration ? std::optional(rounded_us(*duration)) : std::nullopt;
}

std::chrono::microseconds microseconds(std::uint64_t us) {
  return std::chrono::microseconds(std::min<std::uint64_t>(us, us_max));
}

/// Writes the instants of `times`, all relative to `started`.
void set_instants(Outcome& outcome, Instant started, const RowTimes& times) {
  outcome.started = started;
  outcome.due = times.queue ? started - *times.queue : Instant{};
  outcome.resolved = times.namelookup ? started + *times.namelookup : Instant{};
  outcome.connected = times.connect ? started + *times.connect : Instant{};
  outcome.finished = times.total ? started + *times.total : Instant{};
  if (!outcome.exchange) return;
  outcome.exchange->secured = times.appconnect ? started + *times.appconnect : Instant{};
  outcome.exchange->requested = times.pretransfer ? started + *times.pretransfer : Instant{};
  outcome.exchange->answered = times.starttransfer ? started + *times.starttransfer : Instant{};
}

std::optional<Duration> duration_of(const std::optional<std::uint64_t>& us) {
  return us ? std::optional<Duration>(microseconds(*us)) : std::nullopt;
}

void keep_exchange(const Outcome& outcome, const RowTimes& times, JournalEntry& entry) {
  entry.exchange.clear();
  if (outcome.exchange) write_exchange(*outcome.exchange, entry.exchange, outcome.exchange->url == outcome.target.url);
  entry.appconnect_us = rounded_us(times.appconnect);
  entry.pretransfer_us = rounded_us(times.pretransfer);
  entry.starttransfer_us = rounded_us(times.starttransfer);
}

void restore_exchange(const JournalEntry& entry, Outcome& outcome) {
  std::string_view bytes = entry.exchange;
  if (bytes.empty()) return outcome.exchange.reset();
  if (!outcome.exchange) outcome.exchange.emplace();
  // A reader has refused what is none before.
  if (!read_exchange(bytes, *outcome.exchange)) outcome.exchange.reset();
}

}  // namespace

RunId RunId::random() {
  RunId run;
  std::size_t done = 0;
  while (done < run.bytes.size()) {
    const ssize_t count = getrandom(run.bytes.data() + done, run.bytes.size() - done, 0);
    if (count < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "getrandom");
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  return run;
}

std::string write_run_id(const RunId& run) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : run.bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 0xF];
  }
  return text;
}

std::optional<RunId> parse_run_id(std::string_view text) {
  RunId run;
  if (text.size() != 2 * run.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool decimal = c >= '0' && c <= '9';
    if (!decimal && !(c >= 'a' && c <= 'f')) return std::nullopt;
    const int digit = decimal ? c - '0' : c - 'a' + 10;
    run.bytes[i / 2] = static_cast<std::uint8_t>(run.bytes[i / 2] << 4 | digit);
  }
  return run;
}

void journal_entry_of(const Outcome& outcome, EntryKind kind, Instant session_begin, JournalEntry& entry) {
  entry.kind = kind;
  entry.index = outcome.target.index;
  entry.verdict = outcome.verdict;
  entry.error = outcome.error;
  entry.tries = outcome.tries;
  entry.lap = outcome.lap;
  entry.doubts = outcome.doubts;
  entry.overturned = outcome.overturned;
  entry.evidence = outcome.evidence;
  entry.address = outcome.address;
  entry.is_literal = static_cast<bool>(outcome.target.address);
  const bool started = outcome.started != Instant{};
  const auto since_begin =
      std::chrono::duration_cast<std::chrono::microseconds>(outcome.started - session_begin).count();
  entry.started_us = started ? std::optional(std::clamp<std::int64_t>(since_begin, -us_max, us_max)) : std::nullopt;
  const RowTimes times = times_of(outcome);
  entry.queue_us = rounded_us(times.queue);
  entry.namelookup_us = rounded_us(times.namelookup);
  entry.connect_us = rounded_us(times.connect);
  entry.total_us = rounded_us(times.total);
  entry.attempts.clear();
  for (const Attempt& attempt : outcome.attempts) {
    if (entry.attempts.size() == journal_attempts_max) break;
    entry.attempts.push_back({attempt.address, attempt.verdict, attempt.error, attempt.syns, rounded_us(attempt.took)});
  }
  keep_exchange(outcome, times, entry);
}

void restore(const JournalEntry& entry, Outcome& outcome) {
  outcome.target.index = entry.index;
  outcome.verdict = entry.verdict;
  outcome.error = entry.error;
  outcome.tries = entry.tries;
  outcome.lap = entry.lap;
  outcome.doubts = entry.doubts;
  outcome.overturned = entry.overturned;
  outcome.evidence = entry.evidence;
  outcome.address = entry.address;
  restore_exchange(entry, outcome);
  if (entry.started_us) {
    const std::chrono::microseconds started(std::clamp(*entry.started_us, -us_max, us_max));
    set_instants(outcome, restored_begin + started,
                 {duration_of(entry.queue_us), duration_of(entry.namelookup_us), duration_of(entry.connect_us),
                  duration_of(entry.total_us), duration_of(entry.appconnect_us), duration_of(entry.pretransfer_us),
                  duration_of(entry.starttransfer_us)});
  } else {
    set_instants(outcome, Instant{}, {});
  }
  outcome.attempts.clear();
  for (const JournalAttempt& attempt : entry.attempts)
    outcome.attempts.push_back(
        {attempt.address, attempt.verdict, attempt.error, attempt.syns, microseconds(attempt.took_us)});
}

}  // namespace atonce
