#include "atonce/results/journal.h"

#include <gmock/gmock.h>

#include "atonce/model/exchange_codec.h"
#include "atonce/model/sample_exchange.h"
#include "atonce/results/formats.h"
#include "atonce/results/journal_sample.h"
#include "atonce/results/row_fields.h"

namespace atonce {
namespace {

/// Writes one entry to a journal and reads it back.
JournalEntry through_a_journal(const Outcome& outcome, EntryKind kind = EntryKind::final) {
  MemoryStorage storage;
  auto writer = JournalWriter::create(storage, "journal", sample_run());
  (*writer)->add_session({}, sample_begin);
  (*writer)->add(outcome, kind);
  EXPECT_EQ((*writer)->write(), 0);
  const ReadBack back = read_back(storage, "journal");
  EXPECT_EQ(describe(back.report, "journal"), "");
  EXPECT_EQ(back.told.size(), 2U);
  const auto* entry = std::get_if<JournalEntry>(&back.told.back());
  EXPECT_NE(entry, nullptr);
  return entry == nullptr ? JournalEntry{} : *entry;
}

Outcome full_outcome() {
  return {.target = {.index = 123'456'789'012},
          .verdict = Verdict::timeout,
          .error = 110,
          .tries = 65'535,
          .lap = 255,
          .doubts = Doubts(0x1F),
          .overturned = true,
          .evidence = {.waited_ms = ~0U, .lateness_ms = 123'456, .drops = ~0U - 1, .syns = 65'535},
          .address = *parse_address("2001:db8::ff00:42:8329"),
          .due = sample_begin + std::chrono::nanoseconds(1),
          .started = sample_begin + std::chrono::nanoseconds(1'234'567'891),
          .resolved = sample_begin + std::chrono::nanoseconds(2'234'567'499),
          .connected = sample_begin + std::chrono::nanoseconds(3'234'567'500),
          .finished = sample_begin + std::chrono::hours(30),
          .attempts = {{*parse_address("192.0.2.1"), Verdict::closed, 111, 7, std::chrono::nanoseconds(1'500)},
                       {{}, Verdict::unfinished, 0, 0, {}}}};
}

Outcome fetched_outcome() {
  Outcome outcome = full_outcome();
  Exchange& exchange = outcome.exchange.emplace(sample_exchange());
  exchange.secured = sample_begin + std::chrono::nanoseconds(4'000'001'499);
  exchange.requested = sample_begin + std::chrono::nanoseconds(4'000'001'500);
  exchange.answered = sample_begin + std::chrono::nanoseconds(4'234'567'890);
  return outcome;
}

/// An outcome with only some of its instants, chosen by the bits of `which`.
Outcome partial_outcome(unsigned which) {
  Outcome outcome = full_outcome();
  if (!(which & 1)) outcome.due = {};
  if (!(which & 2)) outcome.resolved = {};
  if (!(which & 4)) outcome.connected = {};
  if (!(which & 8)) outcome.finished = {};
  if (!(which & 16)) outcome.started = {};
  return outcome;
}

TEST(Journal, KeepsEveryFieldForEveryVerdictAndDoubt) {
  for (const VerdictRow& row : all_verdicts)
    for (unsigned doubts = 0; doubts < 256; doubts += row.verdict == Verdict::timeout ? 1 : 37)
      for (const EntryKind kind : {EntryKind::tried, EntryKind::final}) {
        Outcome outcome = full_outcome();
        outcome.verdict = row.verdict;
        outcome.attempts.front().verdict = row.verdict;
        outcome.doubts = Doubts(static_cast<std::uint8_t>(doubts));
        ASSERT_EQ(through_a_journal(outcome, kind), entry_of(outcome, kind)) << row.name << " " << doubts;
      }
}

TEST(Journal, KeepsWhichInstantsWereReached) {
  for (unsigned which = 0; which < 32; ++which) {
    const Outcome outcome = partial_outcome(which);
    const JournalEntry entry = through_a_journal(outcome);
    ASSERT_EQ(entry, entry_of(outcome)) << which;
    ASSERT_EQ(entry.connect_us.has_value(), (which & 20) == 20) << which;
  }
}

TEST(Journal, KeepsAnOutcomeThatHasNothing) {
  EXPECT_EQ(through_a_journal(Outcome{}), entry_of(Outcome{}));
  EXPECT_EQ(through_a_journal(Outcome{}).verdict, Verdict::unfinished);
}

TEST(Journal, KeepsWhatAnOutcomeBecomesWhenItIsRestored) {
  for (unsigned which = 0; which < 32; ++which) {
    Outcome restored;
    restore(entry_of(partial_outcome(which)), restored);
    JournalEntry again;
    Outcome origin;
    origin.started = sample_begin;
    Outcome restored_origin;
    restore(entry_of(origin), restored_origin);
    journal_entry_of(restored, EntryKind::final, restored_origin.started, again);
    ASSERT_EQ(again, entry_of(partial_outcome(which))) << which;
  }
}

/// Makes it a fetch that went on from there.
void fetch(Outcome& outcome, SampleOutcomes& samples) {
  outcome.target.url = "https://example.org/b";
  Exchange& exchange = outcome.exchange.emplace(sample_exchange());
  exchange.matched = true;
  if (samples.draw() % 2 == 0) exchange.url = "https://example.org/elsewhere";
  if (outcome.connected == Instant{}) return;
  exchange.secured = outcome.connected + std::chrono::nanoseconds(samples.draw() % 50'000'000);
  exchange.requested = exchange.secured + std::chrono::nanoseconds(samples.draw() % 5'000);
  exchange.answered = exchange.requested + std::chrono::nanoseconds(samples.draw() % 50'000'000);
  outcome.finished = exchange.answered + std::chrono::nanoseconds(samples.draw() % 5'000);
}

TEST(Journal, MakesEveryRowAnewToTheByte) {
  SampleOutcomes samples;
  for (int i = 0; i < 3'000; ++i) {
    Outcome outcome = samples.next();
    outcome.target.line = 7;
    outcome.target.host = outcome.target.input = "example.org";
    if (i % 10 == 0) outcome.attempts = full_outcome().attempts;
    if (i % 3 == 0) fetch(outcome, samples);
    Outcome restored{.target = outcome.target};
    restore(entry_of(outcome), restored);
    for (const ResultFormatRow& format : all_result_formats) {
      if (format.rows == nullptr) continue;
      std::string row;
      std::string row_anew;
      const Plan plan{.job = i % 2 == 0 ? "probe" : "fetch", .output = {.verbosity = i % 5 == 0 ? 1U : 0U}};
      format.rows(plan)->append_row(row, outcome);
      format.rows(plan)->append_row(row_anew, restored);
      ASSERT_EQ(row_anew, row) << format.name;
    }
  }
}

TEST(Journal, KeepsWhatHttpCameTo) {
  for (unsigned which = 0; which < 8; ++which) {
    Outcome outcome = fetched_outcome();
    if (!(which & 1)) outcome.exchange->secured = {};
    if (!(which & 2)) outcome.exchange->requested = {};
    if (!(which & 4)) outcome.exchange->answered = {};
    const JournalEntry entry = through_a_journal(outcome);
    ASSERT_EQ(entry, entry_of(outcome)) << which;
    Outcome restored;
    restore(entry, restored);
    ASSERT_TRUE(restored.exchange);
    ASSERT_EQ(times_of(restored).appconnect, times_of(outcome).appconnect);
    ASSERT_EQ(times_of(restored).pretransfer, times_of(outcome).pretransfer);
    ASSERT_EQ(times_of(restored).starttransfer, times_of(outcome).starttransfer);
    for (Instant* instant : {&restored.exchange->secured, &restored.exchange->requested, &restored.exchange->answered})
      *instant = {};
    ASSERT_EQ(*restored.exchange, sample_exchange());
  }
}

TEST(Journal, KnowsAnAddressFromANameThatWasLookedUpAtOnce) {
  Outcome outcome = fetched_outcome();
  EXPECT_FALSE(names_an_address(through_a_journal(outcome)));
  outcome.target.address = outcome.address;
  EXPECT_TRUE(names_an_address(through_a_journal(outcome)));
}

TEST(Journal, KeepsNoUrlThatTheListHas) {
  Outcome outcome = fetched_outcome();
  outcome.target.url = outcome.exchange->url;
  Outcome restored;
  restore(through_a_journal(outcome), restored);
  EXPECT_EQ(restored.exchange->url, "");
  restore(through_a_journal(full_outcome()), restored);
  EXPECT_FALSE(restored.exchange);
}

TEST(Journal, NeverTakesAShortTimeForNoTime) {
  Outcome outcome;
  outcome.started = outcome.due = outcome.resolved = outcome.connected = outcome.finished = sample_begin;
  Outcome restored;
  restore(through_a_journal(outcome), restored);
  EXPECT_NE(restored.due, Instant{});
  EXPECT_EQ(restored.finished, restored.started);
}

TEST(Journal, KeepsTheFirstOfTooManyAttempts) {
  Outcome outcome;
  outcome.attempts.resize(journal_attempts_max + 5, full_outcome().attempts.front());
  EXPECT_EQ(through_a_journal(outcome).attempts.size(), journal_attempts_max);
}

TEST(Journal, HasRoomForTheLargestNumbersOfEveryField) {
  JournalEntry entry = entry_of(full_outcome());
  constexpr std::uint64_t longest = std::uint64_t{1} << 50;
  entry.index = ~std::uint64_t{0} >> 1;
  entry.error = 4'095;
  entry.started_us = -static_cast<std::int64_t>(longest);
  entry.queue_us = entry.namelookup_us = entry.connect_us = longest;
  entry.total_us = longest - 1;
  entry.attempts.assign(100, {entry.address, Verdict::unfinished, 4'095, 65'535, longest});
  entry.exchange.assign(exchange_bytes_max, 'x');
  entry.appconnect_us = entry.pretransfer_us = entry.starttransfer_us = longest;
  std::vector<std::uint8_t> room(400'000);
  RecordContext context;
  const std::uint8_t* end = put_entry(room.data(), entry, context);
  EXPECT_LE(static_cast<std::size_t>(end - room.data()), entry_bytes_max(entry));
}

TEST(RunId, IsWrittenAndReadBack) {
  const RunId run = RunId::random();
  EXPECT_EQ(parse_run_id(write_run_id(run)), run);
  EXPECT_NE(RunId::random(), run);
  EXPECT_EQ(write_run_id(sample_run(0xA5)), "a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5");
}

TEST(RunId, IsNothingElse) {
  EXPECT_FALSE(parse_run_id(""));
  EXPECT_FALSE(parse_run_id("a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5"));
  EXPECT_FALSE(parse_run_id("g5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5"));
}

}  // namespace
}  // namespace atonce
