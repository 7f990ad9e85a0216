#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "atonce/results/test_rows.h"

namespace atonce {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string line(const Outcome& outcome, const Plan& plan = {}) { return written(ResultFormat::text, {outcome}, plan); }

Outcome failed(Verdict verdict, int error) {
  Outcome outcome = open_outcome();
  outcome.verdict = verdict;
  outcome.error = error;
  return outcome;
}

TEST(TextRows, SaysWhatBecameOfATarget) {
  EXPECT_EQ(line(open_outcome()), "Done socket on google.com with result Open (127.1.0.7, 21.3ms)\n");
}

TEST(TextRows, SaysWhatStartsWhenAskedToBeVerbose) {
  EXPECT_EQ(line(open_outcome(), {.output = {.verbosity = 1}}),
            "Opening socket to google.com\nDone socket on google.com with result Open (127.1.0.7, 21.3ms)\n");
}

TEST(TextRows, GivesTheReasonInWords) {
  EXPECT_EQ(line(failed(Verdict::closed, ECONNREFUSED)),
            "Done socket on google.com with result Closed (the host answered with RST, 127.1.0.7, 21.3ms)\n");
  EXPECT_EQ(
      line(failed(Verdict::local_no_route, ENETUNREACH)),
      "Done socket on google.com with result Local no route (this machine has no route to the address: ENETUNREACH, "
      "127.1.0.7, 21.3ms)\n");
  EXPECT_THAT(line(failed(Verdict::dns_timeout, ETIMEDOUT)),
              HasSubstr("with result DNS timeout (no resolver answered"));
}

TEST(TextRows, SaysWhyAVerdictIsInDoubt) {
  Outcome outcome = failed(Verdict::timeout, ETIMEDOUT);
  outcome.doubts = Doubt::late_loop;
  EXPECT_EQ(line(outcome),
            "Done socket on google.com with result Timeout (nobody answered before the deadline, unsure: late_loop, "
            "127.1.0.7, 21.3ms)\n");
}

TEST(TextRows, CountsTriesBeyondTheFirst) {
  Outcome outcome = failed(Verdict::timeout, ETIMEDOUT);
  outcome.tries = 3;
  EXPECT_THAT(line(outcome), HasSubstr("21.3ms, 3 tries)"));
}

TEST(TextRows, ShowsThePortWhereItIsNotClear) {
  Outcome outcome = open_outcome();
  EXPECT_THAT(line(outcome, {.input = {.ports = {{443, 444}}}}), StartsWith("Done socket on google.com:443 with"));
  EXPECT_THAT(line(outcome, {.input = {.ports = {{80, 80}, {443, 443}}}}),
              StartsWith("Done socket on google.com:443 with"));
  outcome.target.port = 80;
  EXPECT_THAT(line(outcome), StartsWith("Done socket on google.com:80 with"));
  outcome.target.host = "2001:db8::1";
  outcome.target.address = *parse_address("2001:db8::1");
  EXPECT_THAT(line(outcome), StartsWith("Done socket on [2001:db8::1]:80 with"));
  outcome.target.port = 443;
  EXPECT_THAT(line(outcome), StartsWith("Done socket on 2001:db8::1 with"));
}

TEST(TextRows, ShowsALineThatIsNoTargetEscapedAndShort) {
  EXPECT_EQ(
      line(invalid_outcome("a\x1b[2J\u202e", "control byte 0x1B cannot stand in a host name")),
      "Done socket on a\\x1B[2J\\u{202E} with result Invalid input (line 17: control byte 0x1B cannot stand in a host "
      "name)\n");
  EXPECT_THAT(line(invalid_outcome(std::string(1024, 'a'), "bad")),
              StartsWith("Done socket on " + std::string(100, 'a') + "... with result Invalid input"));
}

TEST(TextRows, HasAWordForEveryVerdict) {
  for (const VerdictRow& row : all_verdicts) {
    if (row.verdict == Verdict::invalid_input) continue;
    const std::string text = line(failed(row.verdict, 0));
    EXPECT_THAT(text, testing::ContainsRegex("with result [A-Z][A-Za-z0-9 ]+ \\(.*127\\.1\\.0\\.7, 21\\.3ms\\)\n$"))
        << row.name;
  }
}

TEST(Formats, AreATableInTheOrderOfTheirNames) {
  for (std::size_t i = 0; i < all_result_formats.size(); ++i)
    EXPECT_EQ(static_cast<std::size_t>(all_result_formats[i].format), i);
  EXPECT_EQ(written(ResultFormat::none, {open_outcome()}), "");
}

}  // namespace
}  // namespace atonce
