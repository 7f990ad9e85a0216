#include "atonce/protocols/dns/resolver.h"

#include "atonce/protocols/dns/hosts_file.h"
#include "atonce/protocols/dns/resolver_fixture.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

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

TEST_F(ResolverTest, EndsUnfinishedWhenItsScopeIsCancelled) {
  with_servers({{first_server, silence}}, [&](Resolver& resolver) -> Task<void> {
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      scope.set_deadline(io.now() + 1s);
      EXPECT_EQ(verdict(co_await resolver.resolve("example.com", AddressChoice::v4_only)), Verdict::unfinished);
    });
    EXPECT_EQ(io.now() - start_of_time, 1s);
  });
}

}  // namespace
}  // namespace atonce
