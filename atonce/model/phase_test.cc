#include "atonce/model/phase.h"

#include <gmock/gmock.h>

namespace atonce {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const Instant zero = Instant(1h);

Outcome fetched(const char* url) {
  Outcome outcome{.due = zero, .started = zero + 1ms, .resolved = zero + 3ms, .connected = zero + 6ms};
  outcome.target.url = url;
  Exchange exchange;
  exchange.requested = zero + 10ms;
  exchange.answered = zero + 30ms;
  outcome.exchange = exchange;
  outcome.finished = zero + 31ms;
  return outcome;
}

std::vector<std::pair<Phase, Duration>> lengths(const Outcome& outcome) {
  std::vector<std::pair<Phase, Duration>> lengths;
  const TimedPhases stretches = timed_phases_of(outcome);
  Instant at = outcome.due;
  for (const TimedPhase& stretch : stretches.all()) {
    EXPECT_EQ(stretch.begin, at) << "a stretch begins where the one before ended";
    at = stretch.end;
    lengths.emplace_back(stretch.phase, stretch.end - stretch.begin);
  }
  EXPECT_EQ(at, outcome.finished);
  return lengths;
}

TEST(Phases, FollowEachOtherFromWhenAJobWasDueToItsVerdict) {
  EXPECT_THAT(lengths(fetched("http://a/")),
              ElementsAre(std::pair(Phase::queue, 1ms), std::pair(Phase::lookup, 2ms), std::pair(Phase::connect, 3ms),
                          std::pair(Phase::answer, 24ms), std::pair(Phase::receive, 1ms)));
}

TEST(Phases, OfAnHttpsRequestHaveTheHandshake) {
  Outcome outcome = fetched("https://a/");
  outcome.exchange->secured = zero + 9ms;
  EXPECT_THAT(lengths(outcome), ElementsAre(std::pair(Phase::queue, 1ms), std::pair(Phase::lookup, 2ms),
                                            std::pair(Phase::connect, 3ms), std::pair(Phase::secure, 3ms),
                                            std::pair(Phase::answer, 21ms), std::pair(Phase::receive, 1ms)));
}

TEST(Phases, EndWithWhatWasWaitedForWhenNothingCame) {
  Outcome outcome = fetched("http://a/");
  outcome.exchange->answered = {};
  EXPECT_THAT(lengths(outcome), ElementsAre(std::pair(Phase::queue, 1ms), std::pair(Phase::lookup, 2ms),
                                            std::pair(Phase::connect, 3ms), std::pair(Phase::answer, 25ms)));
  outcome.connected = {};
  EXPECT_THAT(lengths(outcome), ElementsAre(std::pair(Phase::queue, 1ms), std::pair(Phase::lookup, 2ms),
                                            std::pair(Phase::connect, 28ms)));
  outcome.resolved = {};
  EXPECT_THAT(lengths(outcome), ElementsAre(std::pair(Phase::queue, 1ms), std::pair(Phase::lookup, 30ms)));
}

TEST(Phases, OfAHandshakeThatDidNotEndAreThoseOfTheHandshake) {
  Outcome outcome = fetched("https://a/");
  outcome.exchange->answered = outcome.exchange->requested = {};
  EXPECT_EQ(lengths(outcome).back(), std::pair(Phase::secure, Duration(25ms)));
}

TEST(Phases, OfAnAddressAndAnAnswerAtOnceLeaveOutWhatTookNoTime) {
  Outcome outcome{.due = zero, .started = zero, .resolved = zero, .connected = zero + 2ms, .finished = zero + 2ms};
  EXPECT_THAT(lengths(outcome), ElementsAre(std::pair(Phase::connect, 2ms)));
}

TEST(Phases, OfAFileAreTheFileSystems) {
  Outcome outcome{.due = zero, .started = zero + 1ms, .finished = zero + 4ms};
  outcome.target.host = "a/b.txt";
  EXPECT_THAT(lengths(outcome), ElementsAre(std::pair(Phase::queue, 1ms), std::pair(Phase::disk, 3ms)));
}

TEST(Phases, OfWhatWasNeverStartedAreNone) {
  EXPECT_TRUE(timed_phases_of(Outcome{.due = zero, .finished = zero + 1ms}).all().empty());
}

TEST(Phases, NeverRunBackwards) {
  Outcome outcome = fetched("http://a/");
  outcome.exchange->answered = zero + 2ms;  // Before the connection: a clock of somebody else.
  EXPECT_THAT(lengths(outcome), ElementsAre(std::pair(Phase::queue, 1ms), std::pair(Phase::lookup, 2ms),
                                            std::pair(Phase::connect, 3ms), std::pair(Phase::receive, 25ms)));
}

}  // namespace
}  // namespace atonce
