#include "atonce/protocols/tls/session_cache.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "atonce/protocols/tls/testing.h"

namespace atonce {
namespace {

using namespace testing;
using ::testing::ElementsAre;

struct World {
  Authority authority = Authority::make().value();
  TlsContext server = make_server(false);
  TlsContext client = make_client();
  TlsSessionCache sessions;

  TlsContext make_server(bool tls12_only) {
    const auto choose = [this](std::string_view name) { return authority.issue_for(name).value(); };
    return TlsContext::server({.choose = choose, .tls12_only = tls12_only}).value();
  }
  TlsContext make_client() const { return TlsContext::client({.ca_pem = authority.certificate_pem()}).value(); }

  /// A connection from its beginning to its end; true when it resumed an earlier one.
  bool connect(const TlsContext& context, const char* host, std::uint16_t port) {
    TlsSession at_client = TlsSession::client(context, host, port, &sessions);
    TlsSession at_server = TlsSession::server(server);
    shake_hands(at_client, at_server);
    at_server.write(bytes_of("hello"));
    at_server.close_notify();
    deliver(at_server, at_client, {}, [&] { EXPECT_EQ(read_all(at_client), "hello"); });
    EXPECT_TRUE(at_client.facts().verified) << at_client.detail();
    EXPECT_THAT(at_client.facts().names, ElementsAre(host));
    EXPECT_EQ(at_client.facts().resumed, at_server.resumed());
    return at_client.resumed();
  }
};

TEST(TlsSessionCache, ASecondConnectionResumesTheFirst) {
  World world;
  EXPECT_FALSE(world.connect(world.client, "a.example", 443));
  EXPECT_GT(world.sessions.size(), 0U);
  EXPECT_TRUE(world.connect(world.client, "a.example", 443));
  EXPECT_TRUE(world.connect(world.client, "a.example", 443));
}

TEST(TlsSessionCache, WithTls12Too) {
  World world;
  world.server = world.make_server(true);
  EXPECT_FALSE(world.connect(world.client, "a.example", 443));
  EXPECT_TRUE(world.connect(world.client, "a.example", 443));
  EXPECT_TRUE(world.connect(world.client, "a.example", 443));
}

TEST(TlsSessionCache, AnotherHostPortOrConfigurationStartsAnew) {
  World world;
  world.connect(world.client, "a.example", 443);
  EXPECT_FALSE(world.connect(world.client, "b.example", 443));
  EXPECT_FALSE(world.connect(world.client, "a.example", 8443));
  EXPECT_FALSE(world.connect(world.make_client(), "a.example", 443));
}

TEST(TlsSessionCache, ATicketServesOnce) {
  World world;
  world.connect(world.client, "a.example", 443);
  const std::size_t tickets = world.sessions.size();
  EXPECT_EQ(tickets, 2U) << "as OpenSSL's servers send";
  TlsSession first = TlsSession::client(world.client, "a.example", 443, &world.sessions);
  TlsSession second = TlsSession::client(world.client, "a.example", 443, &world.sessions);
  EXPECT_EQ(world.sessions.size(), 0U);
  EXPECT_FALSE(world.connect(world.client, "a.example", 443));
}

TEST(TlsSessionCache, NeitherOneHostNorAllTogetherGrowBeyondTheirBounds) {
  World world;
  for (int i = 0; i < 10; ++i) {
    world.connect(world.client, "a.example", 443);
    EXPECT_LE(world.sessions.size(), TlsSessionCache::of_one_host_max);
  }
  world.sessions = TlsSessionCache(6);
  for (int i = 0; i < 10; ++i) {
    world.connect(world.client, fmt::format("n{}.example", i).c_str(), 443);
    EXPECT_LE(world.sessions.size(), 6U);
  }
  EXPECT_TRUE(world.connect(world.client, "n9.example", 443));
  EXPECT_FALSE(world.connect(world.client, "n0.example", 443)) << "the one longest unused has gone";
}

TEST(TlsSessionCache, OneOfNoSizeKeepsNothing) {
  World world;
  world.sessions = TlsSessionCache(0);
  world.connect(world.client, "a.example", 443);
  EXPECT_EQ(world.sessions.size(), 0U);
  EXPECT_FALSE(world.connect(world.client, "a.example", 443));
}

TEST(TlsSessionCache, AServerThatForgotItsKeyGetsAFullHandshake) {
  World world;
  world.connect(world.client, "a.example", 443);
  world.server = world.make_server(false);
  EXPECT_FALSE(world.connect(world.client, "a.example", 443));
  EXPECT_TRUE(world.connect(world.client, "a.example", 443));
}

}  // namespace
}  // namespace atonce
