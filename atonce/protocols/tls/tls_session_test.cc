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
using ::testing::IsEmpty;

constexpr const char* www = "www.example.com";

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

/// Both ends, from the first byte to the last: what went wrong, or nothing.
std::string whole_exchange(const Pair& pair, const Delivery& delivery) {
  TlsSession client = TlsSession::client(pair.client_context, www, 443);
  TlsSession server = TlsSession::server(pair.server_context);
  shake_hands(client, server, delivery);
  if (!client.established() || !server.established()) return "no handshake: " + client.detail() + server.detail();
  const std::string request(3'000, 'q');
  const std::string answer(40'000, 'a');
  std::string seen;
  TlsRead::Kind end{};
  client.write(bytes_of(request));
  deliver(client, server, delivery, [&] { seen += read_all(server, &end); });
  if (seen != request || end != TlsRead::Kind::needs_input) return "the request came as something else";
  seen.clear();
  server.write(bytes_of(answer));
  server.close_notify();
  deliver(server, client, delivery, [&] { seen += read_all(client, &end); });
  if (seen != answer) return "the answer came as something else";
  return end == TlsRead::Kind::ended ? "" : "the end was not seen";
}

TEST(TlsSession, AClientAndAServerAgreeAndTheCertificateIsTold) {
  Pair pair;
  const TlsContext context = pair.make_client({.alpn = {"h2", "http/1.1"}});
  TlsSession client = TlsSession::client(context, www, 443);
  TlsSession server = TlsSession::server(pair.server_context);
  shake_hands(client, server);
  ASSERT_TRUE(client.established()) << client.detail();
  ASSERT_TRUE(server.established()) << server.detail();
  EXPECT_EQ(client.alpn(), "h2");
  EXPECT_EQ(server.alpn(), "h2");
  EXPECT_EQ(server.server_name(), www);
  const TlsFacts facts = client.facts();
  EXPECT_EQ(facts.version, "TLSv1.3");
  EXPECT_EQ(facts.cipher, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(facts.alpn, "h2");
  EXPECT_EQ(facts.subject, "CN=www.example.com");
  EXPECT_EQ(facts.issuer, "CN=atonce authority");
  EXPECT_THAT(facts.names, ElementsAre(www));
  EXPECT_EQ(facts.names_total, 1U);
  EXPECT_EQ(facts.not_after - facts.not_before, 397 * 86'400);
  EXPECT_EQ(facts.verify_code, 0);
  EXPECT_EQ(facts.verify_text, "ok");
  EXPECT_TRUE(facts.verified);
  EXPECT_FALSE(facts.resumed);
}

TEST(TlsSession, AnExchangeIsTheSameWholeAndByteByByte) {
  const Pair pair;
  EXPECT_EQ(whole_exchange(pair, {}), "");
  EXPECT_EQ(whole_exchange(pair, {.piece = 1}), "");
  EXPECT_EQ(whole_exchange(pair, {.piece = 7}), "");
}

TEST(TlsSession, AnExchangeIsTheSameSplitAtEveryOffsetOfAFlight) {
  const Pair pair;
  for (std::size_t first = 1; first < 1'200; ++first)
    ASSERT_EQ(whole_exchange(pair, {.first = first}), "") << "the first piece has " << first << " bytes";
}

TEST(TlsSession, WithTls12ItWorksAsWell) {
  Pair pair;
  pair.server_context = pair.make_server({.tls12_only = true});
  EXPECT_EQ(whole_exchange(pair, {}), "");
  EXPECT_EQ(whole_exchange(pair, {.piece = 1}), "");
  TlsSession client = TlsSession::client(pair.client_context, www, 443);
  TlsSession server = TlsSession::server(pair.server_context);
  shake_hands(client, server);
  EXPECT_EQ(client.facts().version, "TLSv1.2");
}

TEST(TlsSession, FactsHaveTheSerialNumberOfTheCertificate) {
  const Pair pair;
  TlsSession client = TlsSession::client(pair.client_context, www, 443);
  TlsSession server = TlsSession::server(pair.server_context);
  shake_hands(client, server);
  EXPECT_THAT(client.facts().serial, ::testing::MatchesRegex("([0-9a-f][0-9a-f]:)*[0-9a-f][0-9a-f]"));
}

TEST(TlsSession, CiphertextIsReceivedInPlaceAsWellAsFed) {
  const Pair pair;
  TlsSession client = TlsSession::client(pair.client_context, www, 443);
  TlsSession server = TlsSession::server(pair.server_context);
  client.handshake();
  const std::span<std::byte> space = server.input_space(client.output().size());
  ASSERT_GE(space.size(), client.output().size());
  std::ranges::copy(client.output(), space.begin());
  server.input_came(client.output().size());
  EXPECT_EQ(server.input_left(), client.output().size());
  EXPECT_EQ(server.handshake(), TlsStep::needs_input);
  EXPECT_EQ(server.input_left(), 0U);
  EXPECT_FALSE(server.output().empty());
}

TEST(TlsSession, AnAddressIsCheckedAndNeverSentAsAName) {
  Pair pair;
  for (const char* const address : {"127.0.0.1", "2001:db8::1"}) {
    const TlsCredentials credentials = pair.authority.issue_for(address).value();
    const TlsContext server_context = TlsContext::server({.credentials = credentials}).value();
    TlsSession client = TlsSession::client(pair.client_context, address, 443);
    TlsSession server = TlsSession::server(server_context);
    shake_hands(client, server);
    EXPECT_TRUE(client.established()) << client.detail();
    EXPECT_EQ(server.server_name(), "");
    EXPECT_THAT(client.facts().names, ElementsAre(address));
  }
}

TEST(TlsSession, ALastDotOfTheHostIsNotSent) {
  const Pair pair;
  TlsSession client = TlsSession::client(pair.client_context, "www.example.com.", 443);
  TlsSession server = TlsSession::server(pair.server_context);
  shake_hands(client, server);
  EXPECT_TRUE(client.established()) << client.detail();
  EXPECT_EQ(server.server_name(), www);
}

TEST(TlsSession, AConnectionThatEndsWithoutItsLastWordIsCut) {
  const Pair pair;
  TlsSession client = TlsSession::client(pair.client_context, www, 443);
  TlsSession server = TlsSession::server(pair.server_context);
  shake_hands(client, server);
  server.write(bytes_of("half an answer"));
  TlsRead::Kind end{};
  std::string seen;
  deliver(server, client, {}, [&] { seen += read_all(client, &end); });
  EXPECT_EQ(seen, "half an answer");
  EXPECT_EQ(end, TlsRead::Kind::needs_input);
  client.input_ended();
  EXPECT_EQ(read_all(client, &end), "");
  EXPECT_EQ(end, TlsRead::Kind::cut);
  EXPECT_EQ(client.fault(), TlsFault::none);
}

TEST(TlsSession, AConnectionThatEndsWithinTheHandshakeIsClosed) {
  const Pair pair;
  TlsSession client = TlsSession::client(pair.client_context, www, 443);
  TlsSession server = TlsSession::server(pair.server_context);
  client.handshake();
  client.input_ended();
  EXPECT_EQ(client.handshake(), TlsStep::failed);
  EXPECT_EQ(client.fault(), TlsFault::closed);
  EXPECT_EQ(client.detail(), "the host closed the connection within the TLS handshake");
  EXPECT_EQ(client.handshake(), TlsStep::failed) << "and stays so";
}

TEST(TlsSession, WhatIsNotTlsIsSaidToBe) {
  const Pair pair;
  TlsSession client = TlsSession::client(pair.client_context, www, 443);
  client.handshake();
  client.feed(bytes_of("HTTP/1.1 400 Bad Request\r\n\r\n"));
  EXPECT_EQ(client.handshake(), TlsStep::failed);
  EXPECT_EQ(client.fault(), TlsFault::failed);
  EXPECT_EQ(client.detail(), "what the host sent is not TLS: perhaps it is HTTP");
  TlsSession server = TlsSession::server(pair.server_context);
  server.feed(bytes_of("GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n"));
  EXPECT_EQ(server.handshake(), TlsStep::failed);
  EXPECT_EQ(server.detail(), "what the client sent is not TLS: perhaps it is HTTP");
}

TEST(TlsSession, AnAlertIsToldByItsName) {
  const Pair pair;
  TlsSession client = TlsSession::client(pair.client_context, www, 443);
  client.handshake();
  client.feed(bytes_of(std::string_view("\x15\x03\x03\x00\x02\x02\x28", 7)));
  EXPECT_EQ(client.handshake(), TlsStep::failed);
  EXPECT_EQ(client.fault(), TlsFault::failed);
  EXPECT_EQ(client.detail(), "the host refused the TLS handshake: handshake failure (TLS alert 40)");
}

TEST(TlsSession, WithoutACommonProtocolTheServerRefuses) {
  Pair pair;
  const TlsContext context = pair.make_client({.alpn = {"spdy/1"}});
  TlsSession client = TlsSession::client(context, www, 443);
  TlsSession server = TlsSession::server(pair.server_context);
  shake_hands(client, server);
  EXPECT_EQ(client.fault(), TlsFault::failed);
  EXPECT_THAT(client.detail(), HasSubstr("no application protocol (TLS alert 120)"));
}

TEST(TlsSession, TheServersOrderOfProtocolsCounts) {
  Pair pair;
  const TlsContext context = pair.make_client({.alpn = {"http/1.1", "h2"}});
  TlsSession client = TlsSession::client(context, www, 443);
  TlsSession server = TlsSession::server(pair.server_context);
  shake_hands(client, server);
  EXPECT_EQ(client.alpn(), "h2");
}

TEST(TlsSession, AByteThatIsChangedOnTheWayIsNoticed) {
  const Pair pair;
  TlsSession client = TlsSession::client(pair.client_context, www, 443);
  TlsSession server = TlsSession::server(pair.server_context);
  shake_hands(client, server);
  server.write(bytes_of("an answer"));
  std::string flight(reinterpret_cast<const char*>(server.output().data()), server.output().size());
  flight.back() = static_cast<char>(flight.back() ^ 1);
  client.feed(bytes_of(flight));
  TlsRead::Kind end{};
  EXPECT_EQ(read_all(client, &end), "");
  EXPECT_EQ(end, TlsRead::Kind::failed);
  EXPECT_EQ(client.fault(), TlsFault::failed);
  EXPECT_THAT(client.detail(), HasSubstr("bad record mac"));
  EXPECT_FALSE(client.write(bytes_of("more")));
}

TEST(TlsSession, WhoeverDoesNotCheckTakesAnyCertificateAndIsToldSo) {
  Pair pair;
  const Authority other = Authority::make({.common_name = "another"}).value();
  const TlsContext context = pair.make_client({.insecure = true, .ca_pem = other.certificate_pem()});
  TlsSession client = TlsSession::client(context, www, 443);
  TlsSession server = TlsSession::server(pair.server_context);
  shake_hands(client, server);
  ASSERT_TRUE(client.established()) << client.detail();
  const TlsFacts facts = client.facts();
  EXPECT_FALSE(facts.verified);
  EXPECT_EQ(fault_of_verify_code(facts.verify_code), TlsFault::cert_untrusted) << facts.verify_text;
}

TEST(TlsSession, AfterARefusalTheCertificateIsStillTold) {
  Pair pair;
  const TlsCredentials credentials = pair.authority.issue_for("mail.example.com").value();
  const TlsContext server_context = TlsContext::server({.credentials = credentials}).value();
  TlsSession client = TlsSession::client(pair.client_context, www, 443);
  TlsSession server = TlsSession::server(server_context);
  shake_hands(client, server);
  EXPECT_EQ(client.fault(), TlsFault::cert_name);
  EXPECT_EQ(client.detail(), "the certificate is for mail.example.com, not for www.example.com");
  EXPECT_THAT(client.facts().names, ElementsAre("mail.example.com"));
  EXPECT_FALSE(client.facts().verified);
  EXPECT_EQ(server.detail(), "the client refused the TLS handshake: bad certificate (TLS alert 42)");
}

TEST(TlsSession, DatesAreJudgedAtTheTimeThatIsAskedFor) {
  Pair pair;
  const CertificateOptions options{
      .common_name = www, .names = {www}, .not_before = 1'700'000'000, .not_after = 1'710'000'000};
  const Authority old = Authority::make({.common_name = "old", .not_before = 1, .not_after = 2'000'000'000}).value();
  const TlsContext server_context = TlsContext::server({.credentials = old.issue(options).value()}).value();
  const auto fault_at = [&](std::int64_t at) {
    const TlsContext context = pair.make_client({.ca_pem = old.certificate_pem(), .at = at});
    TlsSession client = TlsSession::client(context, www, 443);
    TlsSession server = TlsSession::server(server_context);
    shake_hands(client, server);
    return client.detail();
  };
  EXPECT_EQ(fault_at(1'705'000'000), "");
  EXPECT_EQ(fault_at(1'715'000'000), "the certificate expired on 2024-03-09 16:00:00 UTC");
  EXPECT_EQ(fault_at(1'695'000'000), "the certificate is valid from 2023-11-14 22:13:20 UTC on");
}

TEST(TlsSession, AFaultOfAnAuthorityNamesIt) {
  const Authority root = Authority::make({.common_name = "root"}).value();
  const Authority between =
      root.below({.common_name = "between", .not_before = 1, .not_after = 2, .is_authority = true}).value();
  const TlsCredentials credentials = between.issue({.common_name = www, .names = {www}}).value();
  const TlsContext server_context = TlsContext::server({.credentials = credentials}).value();
  const TlsContext client_context = TlsContext::client({.ca_pem = root.certificate_pem()}).value();
  TlsSession client = TlsSession::client(client_context, www, 443);
  TlsSession server = TlsSession::server(server_context);
  shake_hands(client, server);
  EXPECT_EQ(client.detail(), "the certificate of the authority \"CN=between\" expired on 1970-01-01 00:00:02 UTC");
}

TEST(TlsSession, BuffersOfAnIdleConnectionAreGivenBackAndTakenAgain) {
  const Pair pair;
  TlsSession client = TlsSession::client(pair.client_context, www, 443);
  TlsSession server = TlsSession::server(pair.server_context);
  shake_hands(client, server);
  read_all(client);
  client.release_buffers();
  server.release_buffers();
  client.write(bytes_of("still there?"));
  std::string seen;
  deliver(client, server, {}, [&] { seen += read_all(server); });
  EXPECT_EQ(seen, "still there?");
}

TEST(TlsSession, AnyGarbageIsAFaultAndNoCrash) {
  const Pair pair;
  TlsSession recorded = TlsSession::client(pair.client_context, www, 443);
  TlsSession answering = TlsSession::server(pair.server_context);
  recorded.handshake();
  deliver(recorded, answering, {}, [&] { answering.handshake(); });
  const std::string flight(reinterpret_cast<const char*>(answering.output().data()), answering.output().size());
  for (std::size_t at = 0; at < flight.size(); at += 3) {
    std::string changed = flight;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    TlsSession client = TlsSession::client(pair.client_context, www, 443);
    client.handshake();
    client.feed(bytes_of(changed));
    client.handshake();
    client.input_ended();
    EXPECT_EQ(client.handshake(), TlsStep::failed);
    EXPECT_NE(client.fault(), TlsFault::none);
  }
}

}  // namespace
}  // namespace atonce
