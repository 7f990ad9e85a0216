#include "atonce/strategies/wire.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "atonce/model/sample_exchange.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

Outcome full_outcome() {
  Outcome outcome{.target = {.index = 7,
                             .line = 9,
                             .input = std::string("a\0b.com", 7),
                             .host = "ab.com",
                             .address = IpAddress::v4(0x7f000001),
                             .port = 8'443,
                             .url = "https://ab.com:8443/",
                             .complaint = "why not",
                             .columns = {{"rank", "1"}, {"", "\xff"}},
                             .after_failure = true},
                  .verdict = Verdict::unreachable,
                  .error = EHOSTUNREACH,
                  .tries = 3,
                  .address = IpAddress::v4(0x7f000002),
                  .due = Instant(1s),
                  .started = Instant(2s),
                  .resolved = Instant(3s),
                  .connected = Instant(4s),
                  .finished = Instant(5s)};
  outcome.attempts = {{IpAddress::v4(1), Verdict::closed, ECONNREFUSED, 1, 5ms},
                      {IpAddress::v4(2), Verdict::open, 0, 0, 6ms}};
  Exchange& exchange = outcome.exchange.emplace(sample_exchange());
  exchange.secured = Instant(41s);
  exchange.requested = Instant(42s);
  exchange.answered = Instant(43s);
  return outcome;
}

std::string bytes_of(const Outcome& outcome) {
  std::string bytes;
  write_outcome(outcome, bytes);
  return bytes;
}

TEST(Wire, AnOutcomeArrivesAsItWas) {
  const Outcome sent = full_outcome();
  const std::string bytes = bytes_of(sent);
  std::string_view rest = bytes;
  const std::optional<Outcome> got = read_outcome(rest);
  ASSERT_TRUE(got);
  EXPECT_TRUE(rest.empty());
  EXPECT_EQ(got->target.index, 7u);
  EXPECT_EQ(got->target.line, 9u);
  EXPECT_EQ(got->target.input, sent.target.input);
  EXPECT_EQ(got->target.host, "ab.com");
  EXPECT_EQ(got->target.address, sent.target.address);
  EXPECT_EQ(got->target.port, 8'443);
  EXPECT_TRUE(got->target.after_failure);
  EXPECT_EQ(got->target.url, sent.target.url);
  EXPECT_EQ(got->target.complaint, "why not");
  EXPECT_EQ(got->target.columns, sent.target.columns);
  EXPECT_EQ(got->verdict, Verdict::unreachable);
  EXPECT_EQ(got->error, EHOSTUNREACH);
  EXPECT_EQ(got->tries, 3);
  EXPECT_EQ(got->address, sent.address);
  EXPECT_EQ(got->due, Instant(1s));
  EXPECT_EQ(got->started, Instant(2s));
  EXPECT_EQ(got->resolved, Instant(3s));
  EXPECT_EQ(got->connected, Instant(4s));
  EXPECT_EQ(got->finished, Instant(5s));
  ASSERT_EQ(got->attempts.size(), 2u);
  EXPECT_EQ(got->attempts[0].verdict, Verdict::closed);
  EXPECT_EQ(got->attempts[1].address, IpAddress::v4(2));
  EXPECT_EQ(got->attempts[1].took, 6ms);
  EXPECT_EQ(got->exchange, sent.exchange);
}

TEST(Wire, AnOutcomeOfNothingArrivesToo) {
  const std::string bytes = bytes_of({});
  std::string_view rest = bytes;
  const std::optional<Outcome> got = read_outcome(rest);
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->exchange);
  EXPECT_TRUE(rest.empty());
}

TEST(Wire, OutcomesBehindEachOtherAreReadOneByOne) {
  Outcome second;
  second.target.index = 8;
  const std::string bytes = bytes_of(full_outcome()) + bytes_of(second);
  std::string_view rest = bytes;
  EXPECT_EQ(read_outcome(rest)->target.index, 7u);
  EXPECT_EQ(read_outcome(rest)->target.index, 8u);
  EXPECT_FALSE(read_outcome(rest));
}

TEST(Wire, NoBeginningOfAnOutcomeIsAnOutcome) {
  const std::string bytes = bytes_of(full_outcome());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    std::string_view cut(bytes.data(), length);
    EXPECT_FALSE(read_outcome(cut)) << length;
  }
}

TEST(Wire, NoiseIsRefusedAndNeverReadBeyond) {
  const std::string good = bytes_of(full_outcome());
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string bytes = good;
    bytes[at] = '\xff';
    std::string_view rest = bytes;
    (void)read_outcome(rest);  // Anything but a crash: sanitizers watch.
    EXPECT_LE(rest.size(), bytes.size());
  }
}

}  // namespace
}  // namespace atonce
