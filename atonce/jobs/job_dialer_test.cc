#include "atonce/jobs/job_dialer.h"

#include <gmock/gmock.h>

#include <cerrno>

#include "atonce/protocols/dns/testing.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

IpAddress ip(std::string_view literal) { return parse_address(literal).value(); }

/// A simulated network with a name server 20 ms away that knows one list of addresses for every name.
class JobDialerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    io.host("192.0.2.53").latency(20ms);
    config.servers = {{ip("192.0.2.53"), 53}};
    config.rounds = 1;
    plan.politeness.allow_private = true;  // The hosts here live in ranges for documentation.
  }

  DialRequest named(std::string host) const {
    return {.host = std::move(host), .port = 80, .connect_timeout = 3s, .timeout = 30s};
  }
  DialRequest literal(std::string_view address) const {
    DialRequest request = named(std::string(address));
    request.address = ip(address);
    return request;
  }

  Dialed dial(DialRequest request) {
    Dialed dialed;
    io.run(run_world(std::move(request), &dialed));
    return dialed;
  }

  SimIo io{seed(7)};
  ResolverConfig config;
  Plan plan;
  std::string excluded;
  std::vector<std::string_view> addresses{"192.0.2.1"};

 private:
  Task<void> run_world(DialRequest request, Dialed* dialed) {
    Neighbourhoods neighbourhoods(plan.politeness, 7);
    const ExcludeList excludes = ExcludeList::parse(excluded, "list").value();
    const JobSetting setting{plan, neighbourhoods, excludes};
    co_await with_scope(io, [&](Scope& servers) -> Task<void> {
      start_name_server(servers, config.servers.front(), [this](const Asked& asked) -> std::vector<Packet> {
        if (asked.type != 1) return {respond_negative(asked, 0, 60)};
        Packet packet = respond(asked, 0, static_cast<unsigned>(addresses.size()));
        for (const std::string_view address : addresses)
          packet.pointer(question_at).record(asked.type, 300, 4).address(address);
        return {packet};
      });
      co_await with_resolver(io, config, [&](Resolver& resolver) -> Task<void> {
        JobDialer dialer(io, resolver, setting);
        *dialed = co_await dialer.dial(std::move(request));
        held_ = neighbourhoods.at_address(dialed->address);
        dialed->socket.close();
        dialed->place.release();
        left_ = neighbourhoods.at_address(dialed->address);
      });
      servers.cancel();
    });
  }

 protected:
  std::uint32_t held_ = 0;
  std::uint32_t left_ = 0;
};

TEST_F(JobDialerTest, ConnectsToWhatTheNameLeadsToAndHoldsAPlace) {
  io.host("192.0.2.1").open(80).latency(30ms);
  const Instant began = io.now();
  const Dialed dialed = dial(named("a.example"));
  EXPECT_EQ(dialed.verdict, Verdict::open);
  EXPECT_EQ(dialed.address, ip("192.0.2.1"));
  EXPECT_EQ(dialed.resolved - began, 20ms);
  EXPECT_EQ(dialed.connected - dialed.resolved, 30ms);
  EXPECT_EQ(held_, 1u);
  EXPECT_EQ(left_, 0u);
}

TEST_F(JobDialerTest, GoesOnToTheNextAddressAndTellsOfTheRefusal) {
  addresses = {"192.0.2.1", "192.0.2.2"};
  io.host("192.0.2.1").refuses();
  io.host("192.0.2.2").open(80);
  EXPECT_EQ(dial(named("a.example")).verdict, Verdict::open);
  io.host("192.0.2.2").never_answers();
  const Dialed dialed = dial(named("b.example"));
  EXPECT_EQ(dialed.verdict, Verdict::closed) << "a host that refuses is there";
  EXPECT_EQ(dialed.address, ip("192.0.2.1"));
  EXPECT_EQ(dialed.error, ECONNREFUSED);
}

TEST_F(JobDialerTest, EndsAsTimeoutWithinTheWholeTime) {
  addresses = {"192.0.2.1", "192.0.2.2", "192.0.2.3"};
  for (const char* host : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) io.host(host).never_answers();
  const Instant began = io.now();
  DialRequest request = named("a.example");
  request.timeout = 5s;
  const Dialed dialed = dial(std::move(request));
  EXPECT_EQ(dialed.verdict, Verdict::timeout);
  EXPECT_EQ(dialed.connected - began, 5s);
}

TEST_F(JobDialerTest, GivesTheLookupATimeOfItsOwn) {
  io.host("192.0.2.53").latency(400ms);
  DialRequest request = named("a.example");
  request.resolve_timeout = 300ms;
  EXPECT_EQ(dial(std::move(request)).verdict, Verdict::dns_timeout);
}

TEST_F(JobDialerTest, LetsNoNameAndNoRedirectIntoThisMachine) {
  plan.politeness.allow_private = false;
  addresses = {"127.0.0.1"};
  io.host("127.0.0.1").open(80);
  EXPECT_EQ(dial(named("a.example")).verdict, Verdict::special_use);
  DialRequest redirected = literal("127.0.0.1");
  redirected.redirected = true;
  EXPECT_EQ(dial(std::move(redirected)).verdict, Verdict::special_use);
  EXPECT_EQ(dial(literal("127.0.0.1")).verdict, Verdict::open) << "the user wrote it himself";
  DialRequest proxy = named("proxy.example");
  proxy.to_proxy = true;
  EXPECT_EQ(dial(std::move(proxy)).verdict, Verdict::open) << "the user named it himself";
}

TEST_F(JobDialerTest, NeverConnectsToTheExcluded) {
  excluded = "example.org\n192.0.2.7\n";
  addresses = {"192.0.2.7"};
  for (const char* host : {"www.example.org", "other.example"})
    EXPECT_EQ(dial(named(host)).verdict, Verdict::excluded) << host;
  EXPECT_EQ(dial(literal("192.0.2.7")).verdict, Verdict::excluded);
}

}  // namespace
}  // namespace atonce
