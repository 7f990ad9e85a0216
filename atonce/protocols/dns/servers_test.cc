#include "atonce/protocols/dns/servers.h"

#include <cerrno>

#include "atonce/protocols/dns/resolver_fixture.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

using ServersTest = ResolverTest;

TEST_F(ServersTest, WaitsTwoFourAndEightSecondsForASilentServer) {
  const Lookup lookup = resolve(silence, "example.com");
  EXPECT_EQ(lookup, std::unexpected(LookupFailure(Verdict::dns_timeout, ETIMEDOUT)));
  EXPECT_EQ(took, 14s);
  EXPECT_EQ(counters.questions, 3u);
  EXPECT_EQ(counters.silent, 3u);
}

TEST_F(ServersTest, AsksAgainWhenADatagramIsLost) {
  int questions = 0;
  EXPECT_EQ(
      resolve([&](const Asked& asked) { return ++questions < 3 ? silence(asked) : one_address(asked); }, "example.com"),
      found({"192.0.2.1"}));
  EXPECT_EQ(took, 6s + 20ms);
}

TEST_F(ServersTest, ResolvesEveryNameOverALossyPath) {
  io.host("192.0.2.53").latency(20ms).loses(0.1).duplicates(0.1).reorders(0.1);
  config.rounds = 12;
  config.timeout = 100ms;
  int resolved = 0;
  with_servers({{first_server, one_address}}, [&](Resolver& resolver) -> Task<void> {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < 2'000; ++i)
        scope.start(
            [&](std::string name) -> Task<void> {
              resolved += (co_await resolver.resolve(name, AddressChoice::v4_only)) == found({"192.0.2.1"});
            },
            "name" + std::to_string(i) + ".example");
      co_return;
    });
  });
  EXPECT_EQ(resolved, 2'000);
  EXPECT_GT(counters.silent, 0u);
}

TEST_F(ServersTest, GoesOnToTheNextServerWhenOneIsSilentAndThenTriesThatOneLast) {
  with_servers({{first_server, silence}, {second_server, one_address}}, [&](Resolver& resolver) -> Task<void> {
    EXPECT_EQ(co_await resolver.resolve("one.example", AddressChoice::v4_only), found({"192.0.2.1"}));
    EXPECT_EQ(io.now() - start_of_time, 2s + 20ms);
    EXPECT_EQ(co_await resolver.resolve("two.example", AddressChoice::v4_only), found({"192.0.2.1"}));
    EXPECT_EQ(io.now() - start_of_time, 2s + 40ms);
  });
}

TEST_F(ServersTest, GoesOnToTheNextServerAfterServfailAtOnce) {
  const auto fails = [](const Asked& asked) { return std::vector{respond(asked, 2)}; };
  EXPECT_EQ(resolve({{first_server, fails}, {second_server, one_address}}, "example.com"), found({"192.0.2.1"}));
  EXPECT_EQ(took, 40ms);
}

TEST_F(ServersTest, EndsInServfailOnceEachServerWasAsked) {
  const auto fails = [](const Asked& asked) { return std::vector{respond(asked, 2)}; };
  EXPECT_EQ(verdict(resolve({{first_server, fails}, {second_server, silence}}, "example.com")), Verdict::dns_failure);
  EXPECT_EQ(took, 2s + 20ms);
}

TEST_F(ServersTest, AsksOverTcpWhenTheAnswerIsTruncated) {
  EXPECT_EQ(resolve(
                [](const Asked& asked) {
                  if (!asked.over_stream) return std::vector{respond(asked).patch(2, 0x8380)};
                  return std::vector{framed(respond_with(asked, {"192.0.2.1", "192.0.2.2"}))};
                },
                "example.com"),
            found({"192.0.2.1", "192.0.2.2"}));
  EXPECT_EQ(counters.over_tcp, 1u);
}

TEST_F(ServersTest, SaysThatTheAnswerIsInvalidWhenTcpGivesNone) {
  const auto hangs_up = [](const Asked& asked) {
    return asked.over_stream ? std::vector<Packet>{} : std::vector{respond(asked).patch(2, 0x8380)};
  };
  EXPECT_EQ(verdict(resolve(hangs_up, "example.com")), Verdict::dns_invalid);
  const auto empty_message = [](const Asked& asked) {
    return std::vector{asked.over_stream ? Packet().u16(0) : respond(asked).patch(2, 0x8380)};
  };
  EXPECT_EQ(verdict(resolve(empty_message, "example.com")), Verdict::dns_invalid);
  const auto cut = [](const Asked& asked) {
    return std::vector{asked.over_stream ? Packet().u16(500).u16(0) : respond(asked).patch(2, 0x8380)};
  };
  EXPECT_EQ(verdict(resolve(cut, "example.com")), Verdict::dns_invalid);
}

TEST_F(ServersTest, AsksWithoutEdnsAServerThatDoesNotKnowIt) {
  std::vector<bool> edns;
  const auto old = [&](const Asked& asked) {
    edns.push_back(asked.edns);
    return asked.edns ? std::vector{respond(asked, 1)} : one_address(asked);
  };
  with_servers({{first_server, old}}, [&](Resolver& resolver) -> Task<void> {
    EXPECT_TRUE(co_await resolver.resolve("one.example", AddressChoice::v4_only));
    EXPECT_TRUE(co_await resolver.resolve("two.example", AddressChoice::v4_only));
  });
  EXPECT_THAT(edns, ElementsAre(true, false, false));
}

TEST_F(ServersTest, IgnoresAnswersWithAWrongIdOrQuestionAndTakesTheRightOne) {
  const auto noisy = [](const Asked& asked) {
    Asked other = asked;
    other.message[question_at + 1] = std::byte{'X'};
    Packet wrong_id = respond_with(asked, {"203.0.113.1"});
    wrong_id.patch(
        0, (std::to_integer<unsigned>(asked.message[0]) << 8 | std::to_integer<unsigned>(asked.message[1])) ^ 1);
    return std::vector{wrong_id, respond_with(other, {"203.0.113.2"}), Packet(), respond_with(asked, {"192.0.2.1"})};
  };
  EXPECT_EQ(resolve(noisy, "example.com"), found({"192.0.2.1"}));
  EXPECT_EQ(counters.ignored, 3u);
}

TEST_F(ServersTest, SaysInvalidWhenOnlyAnswersToAnotherQuestionCome) {
  const auto liar = [](const Asked& asked) {
    Asked other = asked;
    other.message[question_at + 1] = std::byte{'X'};
    return std::vector{respond_with(other, {"203.0.113.2"})};
  };
  EXPECT_EQ(verdict(resolve(liar, "example.com")), Verdict::dns_invalid);
}

TEST_F(ServersTest, IgnoresAnswersFromAnotherSource) {
  config.servers = {first_server};
  with_servers({{second_server, one_address}}, [&](Resolver& resolver) -> Task<void> {
    EXPECT_EQ(verdict(co_await resolver.resolve("example.com", AddressChoice::v4_only)), Verdict::dns_timeout);
  });
}

TEST_F(ServersTest, GoesOnThroughItsRoundsWhileNobodyListensAtTheServer) {
  config.servers = {first_server};
  with_servers({}, [&](Resolver& resolver) -> Task<void> {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      scope.start([&]() -> Task<void> {
        EXPECT_TRUE(co_await sleep_for(io, 3s));
        start_name_server(scope, first_server, one_address);
      });
      EXPECT_EQ(co_await resolver.resolve("example.com", AddressChoice::v4_only), found({"192.0.2.1"}));
      EXPECT_EQ(io.now() - start_of_time, 6s + 20ms);
      scope.cancel();
    });
  });
}

TEST_F(ServersTest, BlamesThisMachineWhenItHasNoRouteToTheServer) {
  io.host("192.0.2.53").no_route();
  config.servers = {first_server};
  with_servers({}, [&](Resolver& resolver) -> Task<void> {
    EXPECT_EQ(co_await resolver.resolve("example.com", AddressChoice::v4_only),
              std::unexpected(LookupFailure(Verdict::local_no_route, ENETUNREACH)));
  });
}

TEST_F(ServersTest, WaitsOutAShortageOfDescriptors) {
  int questions = 0;
  io.fail_next(OperationKind::send, ENOBUFS, 3);
  EXPECT_EQ(resolve([&](const Asked& asked) { return ++questions, one_address(asked); }, "example.com"),
            found({"192.0.2.1"}));
  EXPECT_EQ(took, 10ms + 20ms + 40ms + 20ms);
  EXPECT_EQ(questions, 1);
}

TEST_F(ServersTest, BlamesThisMachineForAShortageThatDoesNotEnd) {
  io.fail_sometimes(OperationKind::send, ENOBUFS, 1.0);
  EXPECT_EQ(verdict(resolve(one_address, "example.com")), Verdict::local_shortage);
}

TEST_F(ServersTest, NeverHasMoreFreshQuestionsInFlightThanItsBound) {
  config.in_flight_max = 10;
  std::size_t answered = 0;
  with_servers({{first_server, one_address}}, [&](Resolver& resolver) -> Task<void> {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < 100; ++i)
        scope.start(
            [&](std::string name) -> Task<void> {
              answered += (co_await resolver.resolve(name, AddressChoice::v4_only)).has_value();
            },
            "name" + std::to_string(i) + ".example");
      co_return;
    });
  });
  EXPECT_EQ(answered, 100u);
  EXPECT_EQ(io.now() - start_of_time, 10 * 20ms) << "ten at a time, a round trip each";
}

TEST_F(ServersTest, LetsANameThatNobodyAnswersForHoldUpTheOthersNoLongerThanItIsFresh) {
  config.in_flight_max = 1;
  const auto half = [](const Asked& asked) {
    return asked.name == "lame.example" ? silence(asked) : one_address(asked);
  };
  with_servers({{first_server, half}}, [&](Resolver& resolver) -> Task<void> {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      scope.start([&]() -> Task<void> {
        EXPECT_EQ(verdict(co_await resolver.resolve("lame.example", AddressChoice::v4_only)), Verdict::dns_timeout);
        EXPECT_EQ(io.now() - start_of_time, 14s);
      });
      EXPECT_TRUE(co_await sleep_for(io, 1ms));
      EXPECT_TRUE(co_await resolver.resolve("example.com", AddressChoice::v4_only));
      EXPECT_EQ(io.now() - start_of_time, 220ms);
    });
  });
}

TEST_F(ServersTest, HoldsAHundredThousandQuestionsInFlight) {
  config.in_flight_max = 100'000;
  config.rounds = 1;
  std::size_t timed_out = 0;
  with_servers({{first_server, silence}}, [&](Resolver& resolver) -> Task<void> {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < 100'000; ++i)
        scope.start(
            [&](std::string name) -> Task<void> {
              timed_out += verdict(co_await resolver.resolve(name, AddressChoice::v4_only)) == Verdict::dns_timeout;
            },
            "name" + std::to_string(i) + ".example");
      co_return;
    });
  });
  EXPECT_EQ(timed_out, 100'000u);
  EXPECT_EQ(io.now() - start_of_time, 2s);
}

TEST_F(ServersTest, GivesAnswersTheirTimeBackWhenTheLoopItselfWasLate) {
  io.host("192.0.2.53").latency(100ms);
  config.rounds = 1;
  with_servers({{first_server, one_address}}, [&](Resolver& resolver) -> Task<void> {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      scope.start(
          [&]() -> Task<void> { EXPECT_TRUE(co_await resolver.resolve("example.com", AddressChoice::v4_only)); });
      // The answer's way and the time-out fall into a pause of ours, which outlasts both.
      EXPECT_TRUE(co_await sleep_for(io, 1ms));
      io.stall(2'500ms);
    });
  });
}

TEST_F(ServersTest, CallsAServerSilentThatNeverAnswersOverTcp) {
  config.servers = {first_server};
  config.rounds = 1;
  io.host("192.0.2.53").latency(20ms).listens(53);
  with_servers({}, [&](Resolver& resolver) -> Task<void> {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      start_datagram_server(scope, first_server,
                            [](const Asked& asked) { return std::vector{respond(asked).patch(2, 0x8380)}; });
      EXPECT_EQ(verdict(co_await resolver.resolve("example.com", AddressChoice::v4_only)), Verdict::dns_timeout);
      EXPECT_EQ(io.now() - start_of_time, 20ms + 2s);
      scope.cancel();
    });
  });
}

}  // namespace
}  // namespace atonce
