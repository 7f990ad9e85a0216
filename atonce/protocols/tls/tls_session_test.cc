#include "atonce/protocols/tls/tls_session.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <string>

#include "atonce/protocols/tls/testing.h"

namespace atonce {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// An authority, its server for any name, and a client that trusts it.
struct Pair {
  Authority authority = Authority::make().value();
  TlsContext server_context = make_server({});
  TlsContext client_context = make_client({});

  TlsContext make_server(TlsServerOptions options) {
    options.choose = [this](std::string_view name) { return authority.issue_for(name).value(); };
    return TlsContext::server(options).value();
  }
  TlsContext make_client(TlsClientOptions options) const {
    if (options.ca_pem.empty()) options.ca_pem = authority.certificate_pem();
    return TlsContext::client(options).value();
  }
};

TEST(TlsSession, AClientAndAServerAgreeAndTheCertificateIsTold) {
  Pair pair;
  const TlsContext context = pair.make_client({.alpn = {"h2", "http/1.1"}});
  TlsSession client = TlsSession::client(context, "www.example.com", 443);
  TlsSession server = TlsSession::server(pair.server_context);
  shake_hands(client, server);
  ASSERT_TRUE(client.established()) << client.detail();
  ASSERT_TRUE(server.established()) << server.detail();
  EXPECT_EQ(client.alpn(), "h2");
  EXPECT_EQ(server.alpn(), "h2");
  EXPECT_EQ(server.server_name(), "www.example.com");
  const TlsFacts facts = client.facts();
  EXPECT_EQ(facts.version, "TLSv1.3");
  EXPECT_EQ(facts.cipher, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(facts.alpn, "h2");
  EXPECT_EQ(facts.subject, "CN=www.example.com");
  EXPECT_EQ(facts.issuer, "CN=atonce authority");
  EXPECT_THAT(facts.names, ElementsAre("www.example.com"));
  EXPECT_EQ(facts.names_total, 1U);
  EXPECT_EQ(facts.not_after - facts.not_before, 397 * 86'400);
  EXPECT_EQ(facts.verify_code, 0);
  EXPECT_EQ(facts.verify_text, "ok");
  EXPECT_TRUE(facts.verified);
  EXPECT_FALSE(facts.resumed);
}

}  // namespace
}  // namespace atonce
