#include "atonce/jobs/probe.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cerrno>

#include "atonce/protocols/dns/testing.h"
#include "atonce/runtime/combinators.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

constexpr Instant start_of_time(1'000s);
constexpr Instant never{};

IpAddress ip(std::string_view literal) { return parse_address(literal).value(); }

Target literal_target(std::string_view literal, std::uint16_t port = 443) {
  return {.input = std::string(literal), .host = std::string(literal), .address = ip(literal), .port = port};
}
Target name_target(std::string_view name, std::uint16_t port = 443) {
  return {.input = std::string(name), .host = std::string(name), .port = port};
}

/// A simulated network with a name server 20 ms away that says what its fields say, and one probe in it.
class ProbeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    io.host("192.0.2.53").latency(20ms);
    config.servers = {at("192.0.2.53", 53)};
    config.timeout = 1s;
    config.rounds = 2;
    plan.politeness.allow_private = true;  // The hosts here live in ranges for documentation.
  }

  Outcome probe_in_world(Target target, Duration give_up_after = Duration::max()) {
    std::optional<Outcome> outcome;
    io.run(run_world(std::move(target), give_up_after, &outcome));
    EXPECT_EQ(io.open_handles(), 0u) << "a socket was left open";
    return std::move(*outcome);
  }

  SimIo io{seed(7)};
  ResolverConfig config;
  Plan plan;
  ProbeOptions& options = plan.probe;
  ExcludeList excludes;
  Answerer answer = [](const Asked& asked) -> std::vector<Packet> { return {respond_with(asked, {"192.0.2.1"})}; };
  unsigned questions = 0;

 private:
  Task<void> run_world(Target target, Duration give_up_after, std::optional<Outcome>* outcome) {
    Neighbourhoods neighbourhoods(plan.politeness, 7);
    const JobSetting setting{plan, neighbourhoods, excludes};
    co_await with_scope(io, [&](Scope& servers) -> Task<void> {
      start_name_server(servers, config.servers.front(), [this](const Asked& asked) {
        ++questions;
        return answer(asked);
      });
      co_await with_resolver(io, config, [&](Resolver& resolver) -> Task<void> {
        co_await with_scope(io, [&](Scope& scope) -> Task<void> {
          if (give_up_after != Duration::max()) scope.set_deadline(io.now() + give_up_after);
          *outcome = co_await probe(io, resolver, setting, std::move(target), io.now());
        });
      });
      servers.cancel();
    });
  }
};

/// A name server that knows no AAAA and these IPv4 addresses, or the other way round.
Answerer addresses(std::initializer_list<std::string_view> v4, std::initializer_list<std::string_view> v6 = {}) {
  return [v4 = std::vector(v4), v6 = std::vector(v6)](const Asked& asked) -> std::vector<Packet> {
    const auto& known = asked.type == 1 ? v4 : v6;
    if (known.empty()) return {respond_negative(asked, 0, 60)};
    Packet packet = respond(asked, 0, static_cast<unsigned>(known.size()));
    for (const std::string_view literal : known)
      packet.pointer(question_at).record(asked.type, 300, asked.type == 1 ? 4 : 16).address(literal);
    return {packet};
  };
}
std::vector<Packet> says_nothing(const Asked&) { return {}; }
Answerer says(unsigned code) {
  return [code](const Asked& asked) -> std::vector<Packet> { return {respond(asked, code)}; };
}

TEST_F(ProbeTest, AnOpenHostIsOpenAfterOneRoundTripAndEachPhaseHasItsInstant) {
  io.host("192.0.2.1").open(443).latency(30ms);
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::open);
  EXPECT_EQ(outcome.error, 0);
  EXPECT_EQ(outcome.tries, 1);
  EXPECT_EQ(outcome.address, ip("192.0.2.1"));
  EXPECT_EQ(outcome.started, start_of_time);
  EXPECT_EQ(outcome.resolved - outcome.started, 20ms);
  EXPECT_EQ(outcome.connected - outcome.resolved, 30ms);
  EXPECT_EQ(outcome.finished, outcome.connected);
}

TEST_F(ProbeTest, TheSweepsPartOfTheEvidenceIsLeftAlone) {
  plan.resolver.servers = config.servers;
  Neighbourhoods neighbourhoods(plan.politeness, 7);
  const JobSetting setting{plan, neighbourhoods, excludes};
  io.host("192.0.2.1").never_answers();
  Outcome outcome{.target = literal_target("192.0.2.1"), .evidence = {.lateness_ms = 7, .drops = 5}};
  io.run(with_probe(io, setting, 1, [&](Job& job) -> Task<void> { co_await job.run(outcome); }));
  EXPECT_EQ(outcome.verdict, Verdict::timeout);
  EXPECT_EQ(outcome.evidence, (Evidence{.waited_ms = 3'500, .lateness_ms = 7, .drops = 5, .syns = 4}));
}

TEST_F(ProbeTest, ALiteralAsksNoNameServer) {
  io.host("192.0.2.1").open(443);
  const Outcome outcome = probe_in_world(literal_target("192.0.2.1"));
  EXPECT_EQ(outcome.verdict, Verdict::open);
  EXPECT_EQ(outcome.resolved, outcome.started);
  EXPECT_EQ(questions, 0u);
}

TEST_F(ProbeTest, AHostThatAnswersWithResetIsClosedAndWasReached) {
  io.host("192.0.2.1").refuses().latency(30ms);
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::closed);
  EXPECT_EQ(outcome.error, ECONNREFUSED);
  EXPECT_EQ(outcome.connected - outcome.resolved, 30ms);
}

TEST_F(ProbeTest, AnotherPortOfAnOpenHostIsClosed) {
  io.host("192.0.2.1").open(443);
  EXPECT_EQ(probe_in_world(literal_target("192.0.2.1", 80)).verdict, Verdict::closed);
}

TEST_F(ProbeTest, EndsAsTimeoutWhenNobodyAnswersInTime) {
  io.host("192.0.2.1").never_answers();
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::timeout);
  EXPECT_EQ(outcome.error, ETIMEDOUT);
  EXPECT_EQ(outcome.finished - outcome.resolved, options.connect_timeout);
  EXPECT_EQ(outcome.connected, never) << "nobody was reached";
}

TEST_F(ProbeTest, AnAnswerOneMillisecondBeforeTheTimeoutCounts) {
  io.host("192.0.2.1").open(443).latency(3'499ms);
  EXPECT_EQ(probe_in_world(literal_target("192.0.2.1")).verdict, Verdict::open);
}

TEST_F(ProbeTest, ARouterThatAnswersInTheHostsPlaceMeansUnreachable) {
  io.host("192.0.2.1").unreachable().latency(30ms);
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::unreachable);
  EXPECT_EQ(outcome.error, EHOSTUNREACH);
  EXPECT_EQ(outcome.connected, never);
}

TEST_F(ProbeTest, NoRouteIsThisMachinesOwnTrouble) {
  io.host("192.0.2.1").no_route();
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::local_no_route);
  EXPECT_EQ(row_of(outcome.verdict).blame, Blame::local);
}

TEST_F(ProbeTest, EachFailureOfALookupHasItsOwnVerdict) {
  const auto verdict_after = [this](Answerer answerer) {
    answer = std::move(answerer);
    return probe_in_world(name_target("name" + std::to_string(questions) + ".example")).verdict;
  };
  EXPECT_EQ(verdict_after([](const Asked& asked) { return std::vector{respond_negative(asked, 3, 60)}; }),
            Verdict::no_name);
  EXPECT_EQ(verdict_after(addresses({}, {})), Verdict::no_address);
  EXPECT_EQ(verdict_after(says(2)), Verdict::dns_failure);
  EXPECT_EQ(verdict_after(says(5)), Verdict::dns_refused);
  EXPECT_EQ(verdict_after(says_nothing), Verdict::dns_timeout);
}

TEST_F(ProbeTest, AFailedLookupHasNoAddressAndNoInstantOfOne) {
  answer = says_nothing;
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.resolved, never);
  EXPECT_EQ(outcome.connected, never);
  EXPECT_FALSE(outcome.address);
  EXPECT_EQ(outcome.finished - outcome.started, 1s + 2s) << "one second in the first round, two in the second";
}

TEST_F(ProbeTest, ShortagesOfThisMachineAreNeverTheTargets) {
  for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EAGAIN}) {
    io.host("192.0.2.1").open(443);
    io.fail_next(OperationKind::connect, error);
    const Outcome outcome = probe_in_world(literal_target("192.0.2.1"));
    EXPECT_EQ(outcome.verdict, Verdict::local_shortage) << error;
    EXPECT_EQ(outcome.error, error);
  }
}

TEST_F(ProbeTest, ARefusalByThisMachineIsLocal) {
  io.host("192.0.2.1").open(443);
  io.fail_next(OperationKind::connect, EACCES);
  EXPECT_EQ(probe_in_world(literal_target("192.0.2.1")).verdict, Verdict::local_denied);
}

TEST_F(ProbeTest, SilenceIsTriedAgainAsOftenAsAsked) {
  io.host("192.0.2.1").never_answers();
  options.retries = 2;
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::timeout);
  EXPECT_EQ(outcome.tries, 3);
  EXPECT_EQ(outcome.finished - outcome.started, 20ms + 3 * options.connect_timeout) << "the name is in the cache";
}

TEST_F(ProbeTest, ARefusalIsAnAnswerAndNotTriedAgain) {
  io.host("192.0.2.1").refuses();
  options.retries = 5;
  EXPECT_EQ(probe_in_world(literal_target("192.0.2.1")).tries, 1);
}

TEST_F(ProbeTest, AFailedLookupIsTriedAgainAndTheSecondAnswerCounts) {
  io.host("192.0.2.1").open(443);
  config.rounds = 1;
  options.retries = 1;
  answer = [this](const Asked& asked) -> std::vector<Packet> {
    if (questions == 1) return {};
    return {respond_with(asked, {"192.0.2.1"})};
  };
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::open);
  EXPECT_EQ(outcome.tries, 2);
  EXPECT_EQ(outcome.resolved - outcome.started, 1s + 20ms);
}

TEST_F(ProbeTest, ANameThatDoesNotExistIsNotAskedForAgain) {
  options.retries = 5;
  answer = [](const Asked& asked) { return std::vector{respond_negative(asked, 3, 60)}; };
  EXPECT_EQ(probe_in_world(name_target("example.com")).tries, 1);
}

TEST_F(ProbeTest, TheTimeoutOfATryCoversLookupAndConnect) {
  io.host("192.0.2.1").never_answers();
  options.timeout = 500ms;
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::timeout);
  EXPECT_EQ(outcome.error, ETIMEDOUT);
  EXPECT_EQ(outcome.finished - outcome.started, 500ms);
  EXPECT_EQ(outcome.address, ip("192.0.2.1")) << "it was known by then";
}

TEST_F(ProbeTest, TheTimeoutOfATryThatEndsInTheLookupIsTheResolvers) {
  answer = says_nothing;
  options.timeout = 500ms;
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::dns_timeout);
  EXPECT_EQ(outcome.error, ETIMEDOUT);
  EXPECT_EQ(outcome.finished - outcome.started, 500ms);
}

TEST_F(ProbeTest, EachTryHasATimeoutOfItsOwn) {
  io.host("192.0.2.1").never_answers();
  options.timeout = 500ms;
  options.retries = 2;
  const Outcome outcome = probe_in_world(literal_target("192.0.2.1"));
  EXPECT_EQ(outcome.tries, 3);
  EXPECT_EQ(outcome.finished - outcome.started, 1'500ms);
}

TEST_F(ProbeTest, OnlyTheFirstAddressIsTriedWhenNothingElseIsAskedFor) {
  io.host("192.0.2.1").refuses();
  io.host("192.0.2.2").open(443);
  answer = addresses({"192.0.2.1", "192.0.2.2"});
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::closed);
  EXPECT_EQ(outcome.address, ip("192.0.2.1"));
  EXPECT_THAT(outcome.attempts, IsEmpty());
}

TEST_F(ProbeTest, WithoutARouteForIpv6TheNextFamilyIsTried) {
  config.ipv6_usable = true;
  io.host("2001:db8::1").no_route();
  io.host("192.0.2.1").open(443);
  answer = addresses({"192.0.2.1"}, {"2001:db8::1"});
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::open);
  EXPECT_EQ(outcome.address, ip("192.0.2.1"));
}

TEST_F(ProbeTest, AllAddressesAreTriedAtOnceAndOneOpenOneMakesTheHostOpen) {
  io.host("192.0.2.1").never_answers();
  io.host("192.0.2.2").refuses().latency(10ms);
  io.host("192.0.2.3").open(443).latency(40ms);
  answer = addresses({"192.0.2.1", "192.0.2.2", "192.0.2.3"});
  options.mode = AddressMode::all;
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::open);
  EXPECT_EQ(outcome.address, ip("192.0.2.3"));
  EXPECT_THAT(outcome.attempts,
              ElementsAre(Field(&Attempt::verdict, Verdict::timeout), Field(&Attempt::verdict, Verdict::closed),
                          Field(&Attempt::verdict, Verdict::open)));
  EXPECT_EQ(outcome.attempts[1].took, 10ms);
  EXPECT_EQ(outcome.attempts[2].took, 40ms);
  EXPECT_EQ(outcome.finished - outcome.resolved, options.connect_timeout) << "the silent one is waited for";
}

TEST_F(ProbeTest, HappyEyeballsFallsToTheOtherFamilyAfterAQuarterSecond) {
  config.ipv6_usable = true;
  io.host("2001:db8::1").never_answers();
  io.host("192.0.2.1").open(443).latency(40ms);
  answer = addresses({"192.0.2.1"}, {"2001:db8::1"});
  options.mode = AddressMode::happy_eyeballs;
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::open);
  EXPECT_EQ(outcome.address, ip("192.0.2.1"));
  EXPECT_EQ(outcome.finished - outcome.resolved, 250ms + 40ms);
  EXPECT_THAT(outcome.attempts,
              ElementsAre(Field(&Attempt::verdict, Verdict::unfinished), Field(&Attempt::verdict, Verdict::open)));
}

TEST_F(ProbeTest, AProbeCutShortWhileItConnectsIsUnfinishedAtOnce) {
  io.host("192.0.2.1").never_answers();
  options.retries = 9;
  const Outcome outcome = probe_in_world(name_target("example.com"), 100ms);
  EXPECT_EQ(outcome.verdict, Verdict::unfinished);
  EXPECT_EQ(outcome.tries, 1);
  EXPECT_EQ(outcome.finished - outcome.started, 100ms);
}

TEST_F(ProbeTest, AProbeCutShortWhileItLooksUpIsUnfinishedAtOnce) {
  answer = says_nothing;
  options.retries = 9;
  options.timeout = 10s;
  const Outcome outcome = probe_in_world(name_target("example.com"), 100ms);
  EXPECT_EQ(outcome.verdict, Verdict::unfinished);
  EXPECT_EQ(outcome.finished - outcome.started, 100ms);
}

TEST_F(ProbeTest, AProbeOfAllAddressesCutShortKeepsWhatItKnew) {
  io.host("192.0.2.1").never_answers();
  io.host("192.0.2.2").refuses();
  answer = addresses({"192.0.2.1", "192.0.2.2"});
  options.mode = AddressMode::all;
  const Outcome outcome = probe_in_world(name_target("example.com"), 100ms);
  EXPECT_THAT(outcome.attempts,
              ElementsAre(Field(&Attempt::verdict, Verdict::unfinished), Field(&Attempt::verdict, Verdict::closed)));
}

TEST_F(ProbeTest, AProbeOfAllAddressesCutShortIsUnfinishedSinceTheRestMightHaveBeenOpen) {
  io.host("192.0.2.1").never_answers();
  io.host("192.0.2.2").refuses();
  answer = addresses({"192.0.2.1", "192.0.2.2"});
  options.mode = AddressMode::all;
  EXPECT_EQ(probe_in_world(name_target("example.com"), 100ms).verdict, Verdict::unfinished);
}

TEST_F(ProbeTest, AnAddressThatAShortageKeptFromBeingTriedKeepsTheOthersFromSpeaking) {
  io.host("192.0.2.1").refuses();
  io.host("192.0.2.2").refuses();
  io.fail_next(OperationKind::connect, ENOBUFS);
  answer = addresses({"192.0.2.1", "192.0.2.2"});
  options.mode = AddressMode::all;
  EXPECT_EQ(probe_in_world(name_target("example.com")).verdict, Verdict::local_shortage);
}

TEST_F(ProbeTest, TheTimeoutOfATryLeavesAnAnswerOfAnotherAddressStanding) {
  io.host("192.0.2.1").never_answers();
  io.host("192.0.2.2").refuses();
  answer = addresses({"192.0.2.1", "192.0.2.2"});
  options.mode = AddressMode::all;
  options.timeout = 500ms;
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::closed);
  EXPECT_THAT(outcome.attempts,
              ElementsAre(Field(&Attempt::verdict, Verdict::timeout), Field(&Attempt::verdict, Verdict::closed)));
}

TEST_F(ProbeTest, TheTimeoutOfATryMakesSilentAddressesTimeoutsAmongAll) {
  io.host("192.0.2.1").never_answers();
  io.host("192.0.2.2").never_answers();
  answer = addresses({"192.0.2.1", "192.0.2.2"});
  options.mode = AddressMode::all;
  options.timeout = 500ms;
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::timeout);
  EXPECT_EQ(outcome.error, ETIMEDOUT);
  EXPECT_THAT(outcome.attempts,
              ElementsAre(Field(&Attempt::verdict, Verdict::timeout), Field(&Attempt::verdict, Verdict::timeout)));
}

TEST_F(ProbeTest, TheOutcomeCarriesItsTargetAndWhenItWasDue) {
  io.host("192.0.2.1").open(443);
  Target target = literal_target("192.0.2.1");
  target.index = 7;
  target.line = 9;
  target.columns = {{"rank", "3"}};
  const Outcome outcome = probe_in_world(target);
  EXPECT_EQ(outcome.target.index, 7u);
  EXPECT_EQ(outcome.target.line, 9u);
  EXPECT_EQ(outcome.target.columns, target.columns);
  EXPECT_EQ(outcome.due, start_of_time);
}

TEST_F(ProbeTest, ALostSynIsRepeatedAndTheHostIsStillOpen) {
  io.host("192.0.2.1").open(443).loses(0.5);
  unsigned open = 0;
  for (int i = 0; i < 20; ++i) open += probe_in_world(literal_target("192.0.2.1")).verdict == Verdict::open ? 1 : 0;
  EXPECT_GE(open, 10u) << "four SYNs fit into 3.5 s";
  EXPECT_GT(io.syns_sent(at("192.0.2.1", 443)), 20u);
}

TEST_F(ProbeTest, AnExcludedTargetIsNeverAskedNorAskedFor) {
  excludes = ExcludeList::parse("leave-me.example\n192.0.2.7\n", "list").value();
  for (Target target : {name_target("www.leave-me.example"), literal_target("192.0.2.7")}) {
    const Outcome outcome = probe_in_world(std::move(target));
    EXPECT_EQ(outcome.verdict, Verdict::excluded);
    EXPECT_EQ(outcome.tries, 0);
    EXPECT_EQ(outcome.finished, outcome.started);
  }
  EXPECT_EQ(questions, 0u);
  EXPECT_EQ(io.syns_sent(), 0u);
}

TEST_F(ProbeTest, ANameThatLeadsToAnExcludedNetworkIsNotFollowed) {
  excludes = ExcludeList::parse("192.0.2.0/24", "list").value();
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::excluded);
  EXPECT_EQ(outcome.address, ip("192.0.2.1")) << "where it led";
  EXPECT_EQ(outcome.connected, never);
  EXPECT_EQ(io.syns_sent(), 0u);
}

TEST_F(ProbeTest, ANameThatLeadsToASpecialRangeIsNotFollowed) {
  plan.politeness.allow_private = false;
  options.retries = 5;
  for (const AddressMode mode : {AddressMode::first, AddressMode::all, AddressMode::happy_eyeballs}) {
    options.mode = mode;
    const Outcome outcome = probe_in_world(name_target("example.com"));
    EXPECT_EQ(outcome.verdict, Verdict::special_use);
    EXPECT_EQ(outcome.tries, 1);
    EXPECT_NE(outcome.resolved, never) << "it has an address";
    EXPECT_EQ(outcome.connected, never);
    EXPECT_THAT(outcome.attempts, IsEmpty());
  }
  EXPECT_EQ(io.syns_sent(), 0u);
}

TEST_F(ProbeTest, LocalhostIsANameThatLeadsHome) {
  plan.politeness.allow_private = false;
  for (const std::string_view name : {"localhost", "printer.localhost"})
    EXPECT_EQ(probe_in_world(name_target(name)).verdict, Verdict::special_use);
  plan.politeness.allow_private = true;
  io.host("127.0.0.1").open(443);
  EXPECT_EQ(probe_in_world(name_target("localhost")).verdict, Verdict::open);
}

TEST_F(ProbeTest, OfAMixedAnswerOnlyThePublicAddressesAreTried) {
  plan.politeness.allow_private = false;
  options.mode = AddressMode::all;
  io.host("1.1.1.1").open(443);
  io.host("10.0.0.1").open(443);
  answer = addresses({"10.0.0.1", "1.1.1.1", "127.0.0.1"});
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.verdict, Verdict::open);
  EXPECT_THAT(outcome.attempts, ElementsAre(Field(&Attempt::address, ip("1.1.1.1"))));
  EXPECT_EQ(io.syns_sent(at("10.0.0.1", 443)), 0u);
}

TEST_F(ProbeTest, AnAddressThatTheUserWroteIsTriedWhereverItLeads) {
  plan.politeness.allow_private = false;
  for (const std::string_view literal : {"127.0.0.1", "10.0.0.1", "::1", "::ffff:10.0.0.1"}) {
    io.host(literal).open(443);
    EXPECT_EQ(probe_in_world(literal_target(literal)).verdict, Verdict::open) << literal;
  }
}

TEST_F(ProbeTest, AThousandProbesOfOneAddressAreNeverMoreAtOnceThanItsPlaces) {
  options.connect_timeout = 1s;
  io.host("192.0.2.1").open(443).latency(10ms);
  Neighbourhoods neighbourhoods(plan.politeness, 7);
  const JobSetting setting{plan, neighbourhoods, excludes};
  std::vector<Outcome> outcomes(1'000);
  std::uint32_t in_flight_max = 0;
  io.run(with_resolver(io, config, [&](Resolver& resolver) -> Task<void> {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      for (std::uint16_t i = 0; i < 1'000; ++i)
        scope.start(
            [&](Outcome* outcome, std::uint16_t port) -> Task<void> {
              *outcome = co_await probe(io, resolver, setting, literal_target("192.0.2.1", port), io.now());
            },
            &outcomes[i], static_cast<std::uint16_t>(i % 2 == 0 ? 443 : 1'000 + i));
      for (int i = 0; i < 500; ++i) {
        in_flight_max = std::max(in_flight_max, neighbourhoods.at_address(ip("192.0.2.1")));
        (void)co_await sleep_for(io, 1ms);
      }
    });
  }));
  EXPECT_EQ(in_flight_max, 32u);
  for (const Outcome& outcome : outcomes) {
    ASSERT_EQ(outcome.verdict, outcome.target.port == 443 ? Verdict::open : Verdict::closed);
    ASSERT_EQ(outcome.connected - outcome.resolved, 10ms) << "the wait shows before the start";
    ASSERT_EQ(outcome.resolved, outcome.started);
    ASSERT_GE(outcome.started, outcome.due);
  }
  const auto queued = [](const Outcome& outcome) { return outcome.started - outcome.due; };
  EXPECT_GE(std::ranges::max(outcomes, {}, queued).started - start_of_time, 300ms) << "32 at a time take 31 turns";
}

TEST_F(ProbeTest, AVerdictNamesItsSynsAndHowLongItsHostWasWaitedFor) {
  io.host("192.0.2.1").never_answers();
  io.host("192.0.2.2").refuses().latency(12ms);
  Outcome outcome = probe_in_world(literal_target("192.0.2.1"));
  EXPECT_EQ(outcome.evidence.syns, 4) << "at 0, 1, 2 and 3 s";
  EXPECT_EQ(outcome.evidence.waited_ms, 3'500u);
  EXPECT_EQ(probe_in_world(literal_target("192.0.2.2")).evidence.waited_ms, 12u);
  answer = says_nothing;
  EXPECT_EQ(probe_in_world(name_target("example.com")).evidence.waited_ms, 3'000u);
}

TEST_F(ProbeTest, OfSeveralAddressesTheEvidenceIsThatOfTheOneThatSpeaks) {
  io.host("192.0.2.1").never_answers();
  io.host("192.0.2.2").refuses().latency(12ms);
  answer = addresses({"192.0.2.1", "192.0.2.2"});
  options.mode = AddressMode::all;
  const Outcome outcome = probe_in_world(name_target("example.com"));
  EXPECT_EQ(outcome.evidence.waited_ms, 12u);
  EXPECT_EQ(outcome.attempts[0].syns, 4);
}

}  // namespace
}  // namespace atonce
