#include "atonce/protocols/tls/authority.h"

#include <gmock/gmock.h>

#include "atonce/protocols/tls/testing.h"

namespace atonce {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::size_t certificates_in(std::string_view pem) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = pem.find("-----BEGIN CERTIFICATE-----", at)) != pem.npos; ++at) ++count;
  return count;
}

TEST(Authority, ANameGetsOneCertificateThatIsKept) {
  Authority authority = Authority::make().value();
  const TlsCredentials first = authority.issue_for("a.example").value();
  const TlsCredentials again = authority.issue_for("a.example").value();
  const TlsCredentials other = authority.issue_for("b.example").value();
  EXPECT_EQ(first.chain_pem(), again.chain_pem());
  EXPECT_NE(first.chain_pem(), other.chain_pem());
  EXPECT_EQ(first.key_pem(), other.key_pem()) << "one key for all names";
}

TEST(Authority, OneThatWasKeptInFilesIsTheSame) {
  const Authority made = Authority::make({.common_name = "kept"}).value();
  Authority read = Authority::from_pem(made.certificate_pem(), made.key_pem()).value();
  EXPECT_EQ(read.certificate_pem(), made.certificate_pem());
  const TlsContext server_context = TlsContext::server({.credentials = read.issue_for("a.example").value()}).value();
  const TlsContext client_context = TlsContext::client({.ca_pem = made.certificate_pem()}).value();
  TlsSession client = TlsSession::client(client_context, "a.example", 443);
  TlsSession server = TlsSession::server(server_context);
  shake_hands(client, server);
  EXPECT_TRUE(client.facts().verified) << client.detail();
  EXPECT_EQ(client.facts().issuer, "CN=kept");
}

TEST(Authority, WhoMayNotSignIsNoAuthority) {
  const Authority authority = Authority::make().value();
  const TlsCredentials leaf = authority.issue({.common_name = "leaf"}).value();
  const Parsed<Authority> read = Authority::from_pem(leaf.chain_pem(), leaf.key_pem());
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().text, HasSubstr("not that of an authority"));
}

TEST(Authority, AChainHasTheAuthoritiesBetweenAndNotTheRoot) {
  const Authority root = Authority::make().value();
  const Authority first = root.below({.common_name = "first", .is_authority = true}).value();
  const Authority second = first.below({.common_name = "second", .is_authority = true}).value();
  EXPECT_EQ(certificates_in(root.issue({.common_name = "a"}).value().chain_pem()), 1U);
  EXPECT_EQ(certificates_in(second.issue({.common_name = "a"}).value().chain_pem()), 3U);
  EXPECT_THAT(root.chain_pem(), IsEmpty());
  EXPECT_EQ(second.chain_pem(), second.certificate_pem() + first.certificate_pem());
}

TEST(Authority, WhatCannotBeIsComplainedAbout) {
  const Authority authority = Authority::make().value();
  const Parsed<TlsCredentials> issued = authority.issue({.common_name = std::string(100, 'a')});
  ASSERT_FALSE(issued) << "a common name has at most 64 characters";
  EXPECT_THAT(issued.error().text, StartsWith("no certificate could be made for \"aaa"));
  EXPECT_TRUE(Authority::make().value().issue_for(std::string(100, 'a') + ".example"));
}

}  // namespace
}  // namespace atonce
