#include "atonce/jobs/happy_eyeballs.h"

#include <gmock/gmock.h>

#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr Instant start_of_time(1'000s);

std::vector<IpAddress> addresses(std::initializer_list<std::string_view> literals) {
  std::vector<IpAddress> found;
  for (const std::string_view literal : literals) found.push_back(parse_address(literal).value());
  return found;
}

class HappyEyeballs : public ::testing::Test {
 protected:
  std::vector<Verdict> race(std::initializer_list<std::string_view> literals) {
    const std::vector<IpAddress> to = addresses(literals);
    attempts = io.run(happy_eyeballs(approach, to, 443));
    took = io.now() - start_of_time;
    EXPECT_EQ(io.open_handles(), 0u) << "a socket was left open";
    std::vector<Verdict> verdicts;
    for (const Attempt& attempt : attempts) verdicts.push_back(attempt.verdict);
    return verdicts;
  }

  SimIo io{seed(7)};
  Neighbourhoods neighbourhoods{{}, 7};
  Approach approach{io, neighbourhoods, 3'500ms, std::nullopt};
  std::vector<Attempt> attempts;
  Duration took{};
};

TEST_F(HappyEyeballs, OneFastAddressIsTheOnlyOneTried) {
  io.host("2001:db8::1").open(443).latency(249ms);
  io.host("192.0.2.1").open(443);
  EXPECT_THAT(race({"2001:db8::1", "192.0.2.1"}), ElementsAre(Verdict::open));
  EXPECT_EQ(took, 249ms);
}

TEST_F(HappyEyeballs, TheNextAttemptStartsAQuarterSecondAfterTheOneBefore) {
  for (const auto* literal : {"192.0.2.1", "192.0.2.2"}) io.host(literal).never_answers();
  io.host("192.0.2.3").open(443).latency(10ms);
  EXPECT_THAT(race({"192.0.2.1", "192.0.2.2", "192.0.2.3"}),
              ElementsAre(Verdict::unfinished, Verdict::unfinished, Verdict::open));
  EXPECT_EQ(took, 500ms + 10ms);
}

TEST_F(HappyEyeballs, AFailureStartsTheNextAttemptAtOnce) {
  io.host("192.0.2.1").refuses().latency(10ms);
  io.host("192.0.2.2").open(443).latency(10ms);
  EXPECT_THAT(race({"192.0.2.1", "192.0.2.2"}), ElementsAre(Verdict::closed, Verdict::open));
  EXPECT_EQ(took, 20ms);
}

TEST_F(HappyEyeballs, ASlowFirstAddressMayStillWin) {
  io.host("2001:db8::1").open(443).latency(300ms);
  io.host("192.0.2.1").open(443).latency(100ms);
  EXPECT_THAT(race({"2001:db8::1", "192.0.2.1"}), ElementsAre(Verdict::open, Verdict::unfinished));
  EXPECT_EQ(took, 300ms);
}

TEST_F(HappyEyeballs, WithoutAnyConnectionItEndsWithTheLastAttempt) {
  io.host("192.0.2.1").never_answers();
  io.host("192.0.2.2").refuses().latency(10ms);
  EXPECT_THAT(race({"192.0.2.1", "192.0.2.2"}), ElementsAre(Verdict::timeout, Verdict::closed));
  EXPECT_EQ(took, 3'500ms);
}

TEST_F(HappyEyeballs, TheWinnerCancelsALoserThatIsStillOnItsWay) {
  io.host("192.0.2.1").never_answers();
  io.host("192.0.2.2").open(443);
  race({"192.0.2.1", "192.0.2.2"});
  EXPECT_EQ(io.syns_sent(at("192.0.2.1", 443)), 1u) << "no repetition: it was withdrawn";
}

TEST_F(HappyEyeballs, NothingStartsWhenTheTimeOfTheTryIsOver) {
  for (const auto* literal : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) io.host(literal).never_answers();
  Approach hasty(io, neighbourhoods, 3'500ms, io.now() + 400ms);
  attempts = io.run(happy_eyeballs(hasty, addresses({"192.0.2.1", "192.0.2.2", "192.0.2.3"}), 443));
  EXPECT_THAT(attempts, SizeIs(2));
  for (const Attempt& attempt : attempts) EXPECT_EQ(attempt.verdict, Verdict::timeout);
  EXPECT_EQ(io.now() - start_of_time, 400ms);
}

TEST_F(HappyEyeballs, FamiliesAlternateBeginningWithThatOfTheFirst) {
  EXPECT_EQ(alternate_families(addresses({"2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1"})),
            addresses({"2001:db8::1", "192.0.2.1", "2001:db8::2", "2001:db8::3"}));
  EXPECT_EQ(alternate_families(addresses({"192.0.2.1", "2001:db8::1", "192.0.2.2"})),
            addresses({"192.0.2.1", "2001:db8::1", "192.0.2.2"}));
}

TEST_F(HappyEyeballs, EightAddressesInARowThatRefuseTakeEightRoundTrips) {
  std::vector<IpAddress> many;
  for (std::uint8_t i = 1; i <= 8; ++i) {
    many.push_back(IpAddress::v4(0xc0000200u + i));
    io.host(many.back()).refuses().latency(10ms);
  }
  attempts = io.run(happy_eyeballs(approach, many, 443));
  EXPECT_THAT(attempts, SizeIs(8));
  EXPECT_EQ(io.now() - start_of_time, 80ms);
}

}  // namespace
}  // namespace atonce
