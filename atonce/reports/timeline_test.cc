#include "atonce/reports/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace atonce {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

const Instant base{100s};

KeptTry silent_try() {
  return {.started = 1253ms,
          .outcome = {.verdict = Verdict::timeout,
                      .error = ETIMEDOUT,
                      .tries = 1,
                      .doubts = Doubt::local_drops,
                      .evidence = {.waited_ms = 3'500, .lateness_ms = 20, .drops = 12, .syns = 3},
                      .address = *parse_address("192.0.2.1"),
                      .due = base,
                      .started = base + 3ms,
                      .resolved = base + 15ms,
                      .finished = base + 3515ms}};
}

KeptTry answered_try() {
  return {.session = 1,
          .settled = true,
          .started = 41s,
          .outcome = {.verdict = Verdict::open,
                      .tries = 2,
                      .lap = 2,
                      .overturned = true,
                      .evidence = {.waited_ms = 20, .syns = 1},
                      .address = *parse_address("192.0.2.1"),
                      .due = base,
                      .started = base,
                      .resolved = base,
                      .connected = base + 20ms,
                      .finished = base + 20ms}};
}

Timeline two_tries() {
  return {.target = "example.com:443",
          .line = 12,
          .list = "list.csv",
          .sessions = {{1'795'223'210'000'000, "started"}, {1'795'223'299'000'000, "resumed"}},
          .tries = {silent_try(), answered_try()}};
}

TEST(Timeline, TellsThePhasesOfARequest) {
  KeptTry kept = answered_try();
  kept.outcome.verdict = Verdict::partial;
  kept.outcome.overturned = false;
  kept.outcome.finished = base + 100ms;
  kept.outcome.exchange = Exchange{.method = "GET",
                                   .status_code = 200,
                                   .reason = "O\x1bK",
                                   .version = HttpVersion::http11,
                                   .head_bytes = 300,
                                   .wire_body_bytes = 10,
                                   .body_bytes = 20,
                                   .redirects = {{301, "https://example.com/\x1b"}},
                                   .redirects_cut = 2,
                                   .tls = TlsFacts{.version = "TLSv1.3"},
                                   .secured = base + 45ms,
                                   .requested = base + 46ms,
                                   .answered = base + 96ms,
                                   .detail = "10 of 20 bytes came",
                                   .sent = true};
  const std::string text =
      write_timeline({.target = "https://example.com/", .sessions = {{}, {}}, .tries = {kept}}, false);
  EXPECT_THAT(text, HasSubstr("41.020s         connected, after 20ms\n"));
  EXPECT_THAT(text, HasSubstr("41.045s         TLS stood, after 25ms\n"));
  EXPECT_THAT(text, HasSubstr("41.096s         first byte of the answer, after 50ms\n"));
  EXPECT_THAT(text, HasSubstr("41.100s         partial: the answer ended before its end, after 100ms\n"));
  EXPECT_THAT(text, HasSubstr(" 301 led to https://example.com/\\x1B\n"));
  EXPECT_THAT(text, HasSubstr(" and 2 more redirects\n"));
  EXPECT_THAT(text, HasSubstr(" GET: 200 O\\x1BK over HTTP/1.1, TLSv1.3\n"));
  EXPECT_THAT(text, HasSubstr(" 300 B of fields, 10 B of body (20 B decoded)\n"));
  EXPECT_THAT(text, HasSubstr(" 10 of 20 bytes came\n"));
  EXPECT_THAT(text, HasSubstr(" never tried again\n"));
}

TEST(Timeline, TellsEveryTryInOrderWithWhatItRestsOn) {
  EXPECT_EQ(write_timeline(two_tries(), false),
            "example.com:443, line 12 of list.csv: open, settled\n"
            "\n"
            "session 1, from 2026-11-21 01:06:50 UTC (started)\n"
            "       1.253s  lap 1  started, 3ms after it was due\n"
            "       1.265s         address 192.0.2.1 known after 12ms\n"
            "       4.765s         timeout (ETIMEDOUT): nobody answered before the deadline, after 3.51s\n"
            "                      3 SYNs sent, waited 3.5s\n"
            "                      ours meanwhile: loop late by 20ms, 12 packets dropped\n"
            "                      in doubt, local_drops: this machine threw so many packets away while it waited that "
            "ours may all be among them\n"
            "                      not settled: to be tried again\n"
            "\n"
            "session 2, from 2026-11-21 01:08:19 UTC (resumed)\n"
            "      41.000s  lap 2  started\n"
            "      41.000s         address 192.0.2.1 known after 0\n"
            "      41.020s         open: a TCP connection was established, after 20ms\n"
            "                      1 SYN sent, waited 20ms\n"
            "                      ours meanwhile: loop late by 0, 0 packets dropped\n"
            "                      overturns timeout of the try before\n"
            "                      settled\n");
}

TEST(Timeline, TellsOfATargetThatWasNeverTried) {
  Timeline timeline = two_tries();
  timeline.tries.clear();
  EXPECT_EQ(write_timeline(timeline, false), "example.com:443, line 12 of list.csv: not tried yet\n");
  timeline.tries = {{.settled = true, .outcome = {.verdict = Verdict::excluded}}};
  EXPECT_THAT(write_timeline(timeline, false), HasSubstr("?  lap 1  excluded: the exclude list has it\n"));
}

TEST(Timeline, ListsTheAddressesThatWereTried) {
  Timeline timeline = two_tries();
  timeline.tries[1].outcome.attempts.assign(
      120, {.address = *parse_address("2001:db8::1"), .verdict = Verdict::closed, .error = ECONNREFUSED, .took = 3ms});
  EXPECT_THAT(write_timeline(timeline, false), HasSubstr("2001:db8::1: closed (ECONNREFUSED) after 3ms\n"));
  EXPECT_THAT(write_timeline(timeline, false), HasSubstr("and 20 more addresses"));
}

TEST(Timeline, LetsNoNameMoveTheCursor) {
  Timeline timeline = two_tries();
  timeline.target = timeline.list = timeline.sessions[0].reason = "\x1b[2J\n\xe2\x80\xae";
  const std::string text = write_timeline(timeline, false);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
  EXPECT_THAT(write_timeline(two_tries(), true), HasSubstr("\x1b[32mopen\x1b[0m"));
}

TEST(Timeline, SurvivesTimesThatNoCalendarHas) {
  EXPECT_FALSE(write_wall_time(INT64_MAX).empty());
  EXPECT_FALSE(write_wall_time(INT64_MIN).empty());
  EXPECT_EQ(write_wall_time(0), "1970-01-01 00:00:00 UTC");
}

}  // namespace
}  // namespace atonce
