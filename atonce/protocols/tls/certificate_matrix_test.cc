#include "atonce/protocols/tls/certificate_matrix.h"

#include <gmock/gmock.h>

#include <set>
#include <stdexcept>

#include "atonce/protocols/tls/testing.h"

namespace atonce {
namespace {

using namespace testing;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<CertificateCase> all_cases() {
  Parsed<std::vector<CertificateCase>> cases = make_certificate_matrix();
  if (!cases) throw std::runtime_error(cases.error().text);
  return std::move(*cases);
}

struct Shaken {
  bool client_established = false;
  bool server_established = false;
  TlsFault fault = TlsFault::none;
  std::string detail;
  TlsFacts facts;
};

Shaken shake(const CertificateCase& one, bool insecure) {
  const TlsContext server_context = TlsContext::server({.credentials = one.credentials, .alpn = {}}).value();
  const TlsContext client_context = TlsContext::client({.insecure = insecure, .ca_pem = one.trusted_pem}).value();
  TlsSession server = TlsSession::server(server_context);
  TlsSession client = TlsSession::client(client_context, one.host, 443);
  shake_hands(client, server);
  return {client.established(), server.established(), client.fault(), client.detail(), client.facts()};
}

TEST(CertificateMatrix, EachChainIsJudgedAsItDeserves) {
  const std::vector<CertificateCase> cases = all_cases();
  ASSERT_GE(cases.size(), 60U);
  for (const CertificateCase& one : cases) {
    SCOPED_TRACE(one.name + ": " + one.meaning);
    const Shaken shaken = shake(one, false);
    EXPECT_EQ(shaken.fault, one.expected) << shaken.detail;
    EXPECT_EQ(shaken.client_established, one.expected == TlsFault::none);
    EXPECT_EQ(shaken.facts.verified, one.expected == TlsFault::none);
    if (one.expected == TlsFault::none) continue;
    EXPECT_FALSE(shaken.server_established) << "the server was told by an alert";
    EXPECT_THAT(shaken.detail, Not(IsEmpty()));
  }
}

TEST(CertificateMatrix, WhoDoesNotCheckGetsThroughAndIsToldWhatIsWrong) {
  for (const CertificateCase& one : all_cases()) {
    SCOPED_TRACE(one.name + ": " + one.meaning);
    const Shaken shaken = shake(one, true);
    if (one.expected == TlsFault::failed) continue;  // Nobody can read that.
    EXPECT_TRUE(shaken.client_established) << shaken.detail;
    EXPECT_FALSE(shaken.facts.verified);
    EXPECT_EQ(fault_of_verify_code(shaken.facts.verify_code), one.expected) << shaken.facts.verify_text;
  }
}

TEST(CertificateMatrix, EachCaseHasANameOfItsOwnThatFitsInAPath) {
  std::set<std::string> names;
  for (const CertificateCase& one : all_cases()) {
    EXPECT_TRUE(names.insert(one.name).second) << one.name;
    EXPECT_EQ(one.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_"), std::string::npos) << one.name;
  }
}

}  // namespace
}  // namespace atonce
