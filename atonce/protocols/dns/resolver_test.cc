#include "atonce/protocols/dns/resolver.h"

#include <gmock/gmock.h>

#include <cerrno>

#include "atonce/protocols/dns/hosts_file.h"
#include "atonce/protocols/dns/testing.h"
#include "atonce/runtime/combinators.h"
#include "atonce/runtime/deadline.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr Instant start_of_time(1'000s);
const Endpoint first_server = at("192.0.2.53", 53);
const Endpoint second_server = at("192.0.2.54", 53);

IpAddress ip(std::string_view literal) { return parse_address(literal).value(); }
Lookup found(std::initializer_list<std::string_view> literals) {
  Addresses addresses;
  for (const std::string_view literal : literals) addresses.push_back(ip(literal));
  return addresses;
}
Verdict verdict(const Lookup& lookup) { return lookup ? Verdict::open : lookup.error().verdict; }

std::vector<Packet> silence(const Asked&) { return {}; }
std::vector<Packet> one_address(const Asked& asked) {
  if (asked.type != 1) return {respond_negative(asked, 0, 60)};
  return {respond_with(asked, {"192.0.2.1"})};
}

/// A simulated network with name servers, and a resolver that asks them.
class ResolverTest : public ::testing::Test {
 protected:
  void SetUp() override { io.host("192.0.2.53").latency(20ms), io.host("192.0.2.54").latency(20ms); }

  /// Runs the servers and `body(resolver)`.
  template <class Body>
  void with_servers(std::vector<std::pair<Endpoint, Answerer>> servers, Body body) {
    if (config.servers.empty())
      for (const auto& [endpoint, answerer] : servers) config.servers.push_back(endpoint);
    io.run(run_all(&servers, &body));
  }
  template <class Body>
  Task<void> run_all(const std::vector<std::pair<Endpoint, Answerer>>* servers, Body* body) {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      for (const auto& [endpoint, answerer] : *servers) start_name_server(scope, endpoint, counted(answerer));
      co_await with_resolver(io, config, [&](Resolver& resolver) -> Task<void> {
        co_await (*body)(resolver);
        counters = resolver.counters();
      });
      scope.cancel();
    });
  }
  Answerer counted(Answerer answerer) {
    return [this, answerer = std::move(answerer)](const Asked& asked) {
      asked_names.push_back(asked.name);
      return answerer(asked);
    };
  }
  /// The common case: servers, one name, its verdict and how long that took.
  Lookup resolve(std::vector<std::pair<Endpoint, Answerer>> servers, std::string_view name,
                 AddressChoice family = AddressChoice::v4_only) {
    std::optional<Lookup> lookup;
    with_servers(std::move(servers), [&](Resolver& resolver) -> Task<void> {
      lookup = co_await resolver.resolve(name, family);
      took = io.now() - start_of_time;
    });
    return std::move(*lookup);
  }
  Lookup resolve(Answerer answerer, std::string_view name, AddressChoice family = AddressChoice::v4_only) {
    return resolve({{first_server, std::move(answerer)}}, name, family);
  }

  SimIo io{seed(7)};
  ResolverConfig config;
  ResolverCounters counters;
  std::vector<std::string> asked_names;
  Duration took{};
};

TEST_F(ResolverTest, GivesTheAddressAfterOneRoundTrip) {
  EXPECT_EQ(resolve(one_address, "example.com"), found({"192.0.2.1"}));
  EXPECT_EQ(took, 20ms);
  EXPECT_EQ(counters.questions, 1u);
}

TEST_F(ResolverTest, TellsTheFailuresApart) {
  const auto with_code = [](unsigned code) {
    return [code](const Asked& asked) { return std::vector{respond_negative(asked, code, 60)}; };
  };
  EXPECT_EQ(verdict(resolve(with_code(3), "example.com")), Verdict::no_name);
  EXPECT_EQ(verdict(resolve(with_code(0), "example.com")), Verdict::no_address);
  EXPECT_EQ(verdict(resolve(with_code(2), "example.com")), Verdict::dns_failure);
  EXPECT_EQ(verdict(resolve(with_code(5), "example.com")), Verdict::dns_refused);
  EXPECT_EQ(verdict(resolve(with_code(1), "example.com")), Verdict::dns_failure);
  EXPECT_EQ(verdict(resolve(silence, "example.com")), Verdict::dns_timeout);
}

TEST_F(ResolverTest, WaitsTwoFourAndEightSecondsForASilentServer) {
  const Lookup lookup = resolve(silence, "example.com");
  EXPECT_EQ(lookup, std::unexpected(LookupFailure(Verdict::dns_timeout, ETIMEDOUT)));
  EXPECT_EQ(took, 14s);
  EXPECT_EQ(counters.questions, 3u);
  EXPECT_EQ(counters.silent, 3u);
}

TEST_F(ResolverTest, AsksAgainWhenADatagramIsLost) {
  int questions = 0;
  EXPECT_EQ(
      resolve([&](const Asked& asked) { return ++questions < 3 ? silence(asked) : one_address(asked); }, "example.com"),
      found({"192.0.2.1"}));
  EXPECT_EQ(took, 6s + 20ms);
}

TEST_F(ResolverTest, ResolvesEveryNameOverALossyPath) {
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

TEST_F(ResolverTest, GoesOnToTheNextServerWhenOneIsSilentAndThenTriesThatOneLast) {
  with_servers({{first_server, silence}, {second_server, one_address}}, [&](Resolver& resolver) -> Task<void> {
    EXPECT_EQ(co_await resolver.resolve("one.example", AddressChoice::v4_only), found({"192.0.2.1"}));
    EXPECT_EQ(io.now() - start_of_time, 2s + 20ms);
    EXPECT_EQ(co_await resolver.resolve("two.example", AddressChoice::v4_only), found({"192.0.2.1"}));
    EXPECT_EQ(io.now() - start_of_time, 2s + 40ms);
  });
}

TEST_F(ResolverTest, GoesOnToTheNextServerAfterServfailAtOnce) {
  const auto fails = [](const Asked& asked) { return std::vector{respond(asked, 2)}; };
  EXPECT_EQ(resolve({{first_server, fails}, {second_server, one_address}}, "example.com"), found({"192.0.2.1"}));
  EXPECT_EQ(took, 40ms);
}

TEST_F(ResolverTest, EndsInServfailOnceEachServerWasAsked) {
  const auto fails = [](const Asked& asked) { return std::vector{respond(asked, 2)}; };
  EXPECT_EQ(verdict(resolve({{first_server, fails}, {second_server, silence}}, "example.com")), Verdict::dns_failure);
  EXPECT_EQ(took, 2s + 20ms);
}

TEST_F(ResolverTest, AsksOverTcpWhenTheAnswerIsTruncated) {
  EXPECT_EQ(resolve(
                [](const Asked& asked) {
                  if (!asked.over_stream) return std::vector{respond(asked).patch(2, 0x8380)};
                  return std::vector{framed(respond_with(asked, {"192.0.2.1", "192.0.2.2"}))};
                },
                "example.com"),
            found({"192.0.2.1", "192.0.2.2"}));
  EXPECT_EQ(counters.over_tcp, 1u);
}

TEST_F(ResolverTest, SaysThatTheAnswerIsInvalidWhenTcpGivesNone) {
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

TEST_F(ResolverTest, AsksWithoutEdnsAServerThatDoesNotKnowIt) {
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

TEST_F(ResolverTest, IgnoresAnswersWithAWrongIdOrQuestionAndTakesTheRightOne) {
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

TEST_F(ResolverTest, SaysInvalidWhenOnlyAnswersToAnotherQuestionCome) {
  const auto liar = [](const Asked& asked) {
    Asked other = asked;
    other.message[question_at + 1] = std::byte{'X'};
    return std::vector{respond_with(other, {"203.0.113.2"})};
  };
  EXPECT_EQ(verdict(resolve(liar, "example.com")), Verdict::dns_invalid);
}

TEST_F(ResolverTest, IgnoresAnswersFromAnotherSource) {
  config.servers = {first_server};
  with_servers({{second_server, one_address}}, [&](Resolver& resolver) -> Task<void> {
    EXPECT_EQ(verdict(co_await resolver.resolve("example.com", AddressChoice::v4_only)), Verdict::dns_timeout);
  });
}

TEST_F(ResolverTest, GoesOnThroughItsRoundsWhileNobodyListensAtTheServer) {
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

TEST_F(ResolverTest, BlamesThisMachineWhenItHasNoRouteToTheServer) {
  io.host("192.0.2.53").no_route();
  config.servers = {first_server};
  with_servers({}, [&](Resolver& resolver) -> Task<void> {
    EXPECT_EQ(co_await resolver.resolve("example.com", AddressChoice::v4_only),
              std::unexpected(LookupFailure(Verdict::local_no_route, ENETUNREACH)));
  });
}

TEST_F(ResolverTest, WaitsOutAShortageOfDescriptors) {
  int questions = 0;
  io.fail_next(OperationKind::send, ENOBUFS, 3);
  EXPECT_EQ(resolve([&](const Asked& asked) { return ++questions, one_address(asked); }, "example.com"),
            found({"192.0.2.1"}));
  EXPECT_EQ(took, 10ms + 20ms + 40ms + 20ms);
  EXPECT_EQ(questions, 1);
}

TEST_F(ResolverTest, BlamesThisMachineForAShortageThatDoesNotEnd) {
  io.fail_sometimes(OperationKind::send, ENOBUFS, 1.0);
  EXPECT_EQ(verdict(resolve(one_address, "example.com")), Verdict::local_shortage);
}

TEST_F(ResolverTest, AsksOnceForTheSameNameInFlightAndThenNotAtAll) {
  with_servers({{first_server, one_address}}, [&](Resolver& resolver) -> Task<void> {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < 100; ++i)
        scope.start([&]() -> Task<void> {
          EXPECT_EQ(co_await resolver.resolve("example.com", AddressChoice::v4_only), found({"192.0.2.1"}));
        });
      co_return;
    });
    EXPECT_TRUE(co_await resolver.resolve("example.com", AddressChoice::v4_only));
  });
  EXPECT_EQ(counters.questions, 1u);
  EXPECT_EQ(counters.merged, 99u);
  EXPECT_EQ(counters.cache_hits, 1u);
}

TEST_F(ResolverTest, AnswersTheOthersWhenTheOneWhoAskedGivesUp) {
  const auto slow = [](const Asked& asked) { return one_address(asked); };
  io.host("192.0.2.53").latency(500ms);
  with_servers({{first_server, slow}}, [&](Resolver& resolver) -> Task<void> {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      scope.start([&]() -> Task<void> {
        co_await with_scope(io, [&](Scope& hasty) -> Task<void> {
          hasty.set_deadline(io.now() + 100ms);
          EXPECT_EQ(verdict(co_await resolver.resolve("example.com", AddressChoice::v4_only)), Verdict::unfinished);
        });
      });
      const Result<void> slept = co_await sleep_for(io, 1ms);
      EXPECT_TRUE(slept);
      for (int i = 0; i < 3; ++i)
        scope.start([&]() -> Task<void> {
          EXPECT_EQ(co_await resolver.resolve("example.com", AddressChoice::v4_only), found({"192.0.2.1"}));
        });
    });
  });
  EXPECT_EQ(counters.questions, 2u);
  EXPECT_EQ(io.now() - start_of_time, 600ms);
}

TEST_F(ResolverTest, ForgetsAnAnswerWhenItsTtlIsOver) {
  with_servers({{first_server, one_address}}, [&](Resolver& resolver) -> Task<void> {
    EXPECT_TRUE(co_await resolver.resolve("example.com", AddressChoice::v4_only));
    const Result<void> slept = co_await sleep_for(io, 299s);
    EXPECT_TRUE(slept);
    EXPECT_TRUE(co_await resolver.resolve("example.com", AddressChoice::v4_only));
    EXPECT_EQ(resolver.counters().questions, 1u);
    EXPECT_TRUE(co_await sleep_for(io, 2s));
    EXPECT_TRUE(co_await resolver.resolve("example.com", AddressChoice::v4_only));
    EXPECT_EQ(resolver.counters().questions, 2u);
  });
}

TEST_F(ResolverTest, RemembersThatANameDoesNotExist) {
  const auto unknown = [](const Asked& asked) { return std::vector{respond_negative(asked, 3, 60)}; };
  with_servers({{first_server, unknown}}, [&](Resolver& resolver) -> Task<void> {
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(verdict(co_await resolver.resolve("no.example", AddressChoice::v4_only)), Verdict::no_name);
  });
  EXPECT_EQ(counters.questions, 1u);
}

TEST_F(ResolverTest, KeepsNoFailureOfTheServer) {
  const auto fails = [](const Asked& asked) { return std::vector{respond(asked, 2)}; };
  with_servers({{first_server, fails}}, [&](Resolver& resolver) -> Task<void> {
    for (int i = 0; i < 3; ++i)
      EXPECT_EQ(verdict(co_await resolver.resolve("no.example", AddressChoice::v4_only)), Verdict::dns_failure);
  });
  EXPECT_EQ(counters.questions, 3u);
}

TEST_F(ResolverTest, AsksOnForTheTargetOfAnAlias) {
  const auto partial = [](const Asked& asked) {
    if (asked.name == "target.example") return one_address(asked);
    Packet packet = respond(asked, 0, 1);
    packet.pointer(question_at).record(5, 60, 16).name("target.example");
    return std::vector{packet};
  };
  EXPECT_EQ(resolve(partial, "alias.example"), found({"192.0.2.1"}));
  EXPECT_THAT(asked_names, ElementsAre("alias.example", "target.example"));
}

TEST_F(ResolverTest, GivesUpAnAliasThatLeadsInACircleAfterEightQuestions) {
  const auto circle = [](const Asked& asked) {
    Packet packet = respond(asked, 0, 1);
    packet.pointer(question_at).record(5, 60, 11).name(asked.name == "a.example" ? "b.example" : "a.example");
    return std::vector{packet};
  };
  EXPECT_EQ(verdict(resolve(circle, "a.example")), Verdict::dns_invalid);
  EXPECT_EQ(counters.questions, 8u);
}

TEST_F(ResolverTest, AsksBothFamiliesAtOnceAndPutsIpv6FirstWhereItIsUsable) {
  config.ipv6_usable = true;
  const auto both = [](const Asked& asked) {
    return std::vector{asked.type == 1 ? respond_with(asked, {"192.0.2.1"}) : respond_with(asked, {"2001:db8::1"})};
  };
  EXPECT_EQ(resolve(both, "example.com", AddressChoice::any), found({"2001:db8::1", "192.0.2.1"}));
  EXPECT_EQ(took, 20ms);
}

TEST_F(ResolverTest, WaitsNoLongerThanItsPatienceForTheSecondFamily) {
  config.ipv6_usable = true;
  const auto half = [](const Asked& asked) { return asked.type == 1 ? one_address(asked) : silence(asked); };
  EXPECT_EQ(resolve(half, "example.com", AddressChoice::any), found({"192.0.2.1"}));
  EXPECT_EQ(took, 70ms);
}

TEST_F(ResolverTest, AsksForIpv6OnlyNamesWithoutIpv4WhereThereIsNoIpv6) {
  EXPECT_EQ(resolve(one_address, "example.com", AddressChoice::any), found({"192.0.2.1"}));
  EXPECT_EQ(counters.questions, 1u);
  const auto six = [](const Asked& asked) {
    return std::vector{asked.type == 1 ? respond_negative(asked, 0, 60) : respond_with(asked, {"2001:db8::1"})};
  };
  EXPECT_EQ(resolve(six, "example.com", AddressChoice::any), found({"2001:db8::1"}));
  EXPECT_EQ(counters.questions, 2u);
}

TEST_F(ResolverTest, SaysNoAddressOnlyWhenBothFamiliesSaidSo) {
  config.ipv6_usable = true;
  const auto half = [](const Asked& asked) {
    return std::vector{asked.type == 1 ? respond_negative(asked, 0, 60) : respond(asked, 2)};
  };
  EXPECT_EQ(verdict(resolve(half, "example.com", AddressChoice::any)), Verdict::dns_failure);
  const auto none = [](const Asked& asked) { return std::vector{respond_negative(asked, 0, 60)}; };
  EXPECT_EQ(verdict(resolve(none, "example.com", AddressChoice::any)), Verdict::no_address);
}

TEST_F(ResolverTest, AnswersLiteralsLocalhostAndTheHostsFileWithoutAsking) {
  config.servers = {first_server};
  config.hosts = std::make_shared<const HostsFile>(HostsFile::parse("192.0.2.9 printer\n2001:db8::9 printer\n"));
  with_servers({}, [&](Resolver& resolver) -> Task<void> {
    EXPECT_EQ(co_await resolver.resolve("192.0.2.7"), found({"192.0.2.7"}));
    EXPECT_EQ(co_await resolver.resolve("2001:db8::7"), found({"2001:db8::7"}));
    EXPECT_EQ(verdict(co_await resolver.resolve("192.0.2.7", AddressChoice::v6_only)), Verdict::no_address);
    EXPECT_EQ(co_await resolver.resolve("localhost"), found({"127.0.0.1"}));
    EXPECT_EQ(co_await resolver.resolve("a.localhost", AddressChoice::v6_only), found({"::1"}));
    EXPECT_EQ(co_await resolver.resolve("printer", AddressChoice::v6_only), found({"2001:db8::9"}));
    EXPECT_EQ(co_await resolver.resolve("printer"), found({"192.0.2.9", "2001:db8::9"}));
    EXPECT_EQ(verdict(co_await resolver.resolve("hidden.onion")), Verdict::no_name);
  });
  EXPECT_EQ(counters.questions, 0u);
}

TEST_F(ResolverTest, AsksNobodyForWhatIsNoName) {
  config.servers = {first_server};
  with_servers({}, [&](Resolver& resolver) -> Task<void> {
    EXPECT_EQ(verdict(co_await resolver.resolve("")), Verdict::invalid_input);
    EXPECT_EQ(verdict(co_await resolver.resolve("a..b")), Verdict::invalid_input);
    EXPECT_EQ(verdict(co_await resolver.resolve(std::string(70, 'a'))), Verdict::invalid_input);
  });
  EXPECT_EQ(counters.questions, 0u);
}

TEST_F(ResolverTest, TriesTheSearchListForNamesWithoutADotOnly) {
  config.search = {"corp.example", "example"};
  const auto knows_one = [](const Asked& asked) {
    return asked.name == "db.example" ? one_address(asked) : std::vector{respond_negative(asked, 3, 60)};
  };
  with_servers({{first_server, knows_one}}, [&](Resolver& resolver) -> Task<void> {
    EXPECT_EQ(co_await resolver.resolve("db"), found({"192.0.2.1"}));
    EXPECT_EQ(verdict(co_await resolver.resolve("www.db")), Verdict::no_name);
    EXPECT_EQ(verdict(co_await resolver.resolve("com")), Verdict::no_name);
  });
  EXPECT_THAT(asked_names,
              ElementsAre("db.corp.example", "db.example", "www.db", "com.corp.example", "com.example", "com"));
}

TEST_F(ResolverTest, NeverHasMoreFreshQuestionsInFlightThanItsBound) {
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

TEST_F(ResolverTest, LetsANameThatNobodyAnswersForHoldUpTheOthersNoLongerThanItIsFresh) {
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

TEST_F(ResolverTest, HoldsAHundredThousandQuestionsInFlight) {
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

TEST_F(ResolverTest, EndsUnfinishedWhenItsScopeIsCancelled) {
  with_servers({{first_server, silence}}, [&](Resolver& resolver) -> Task<void> {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      scope.set_deadline(io.now() + 1s);
      EXPECT_EQ(verdict(co_await resolver.resolve("example.com", AddressChoice::v4_only)), Verdict::unfinished);
    });
    EXPECT_EQ(io.now() - start_of_time, 1s);
  });
}

TEST_F(ResolverTest, GivesAnswersTheirTimeBackWhenTheLoopItselfWasLate) {
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

}  // namespace
}  // namespace atonce
