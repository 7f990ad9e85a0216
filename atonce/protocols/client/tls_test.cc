#include <ctime>

#include "atonce/protocols/client/testing.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

class ClientTls : public ClientTest {
 protected:
  void SetUp() override {
    ClientTest::SetUp();
    if (IsSkipped()) return;
    settings_.tls = &trusting_;
  }
  static TlsContext server_of(const CertificateOptions& certificate, std::vector<std::string> alpn = {"http/1.1"}) {
    return TlsContext::server({.credentials = authority().issue(certificate).value(), .alpn = std::move(alpn)}).value();
  }
  static Authority& authority() {
    static Authority made = Authority::make().value();
    return made;
  }
  static HttpRequest request() { return request_to("https://a.example/"); }

  TlsContext trusting_ = TlsContext::client({.ca_pem = authority().certificate_pem(), .alpn = {"http/1.1"}}).value();
  TlsContext good_ = server_of({.names = {"a.example"}});
};

ON_EVERY_ENGINE(ClientTls);

Script served_with(const TlsContext& context) {
  return [&context](Peer& peer, int number) -> Task<void> {
    if (co_await peer.secure(context)) co_await hello(peer, number);
  };
}

TEST_P(ClientTls, GetsOverTlsAndTellsWhatWasAgreedUpon) {
  const Fetched fetched = fetch_one(served_with(good_), {}, request());
  EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
  EXPECT_EQ(body_, "hello");
  ASSERT_TRUE(fetched.exchange.tls);
  EXPECT_EQ(fetched.exchange.tls->version, "TLSv1.3");
  EXPECT_EQ(fetched.exchange.tls->alpn, "http/1.1");
  EXPECT_TRUE(fetched.exchange.tls->verified);
  EXPECT_FALSE(fetched.exchange.insecure);
  EXPECT_LE(fetched.connected, fetched.exchange.secured);
  EXPECT_LE(fetched.exchange.secured, fetched.exchange.requested);
}

TEST_P(ClientTls, UsesAConnectionAgainAndResumesTheSessionOfOneThatIsGone) {
  play(served_with(good_), [](HttpClient& client, TestDialer& dialer) -> Task<void> {
    for (int i = 0; i < 4; ++i) {
      KeptBody body;
      const HttpRequest asked = request();
      if (i == 2) client.close_idle();
      const Fetched fetched = co_await client.fetch(asked, body);
      EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
      EXPECT_EQ(body.bytes(), "hello");
      EXPECT_EQ(fetched.exchange.reused, i % 2 == 1);
      EXPECT_TRUE(fetched.exchange.tls && fetched.exchange.tls->resumed == (i >= 2)) << i;
    }
    EXPECT_EQ(dialer.dialed.size(), 2U);
  });
}

TEST_P(ClientTls, NamesWhatIsWrongWithACertificate) {
  const std::int64_t now = std::time(nullptr);
  struct Row {
    CertificateOptions certificate;
    Verdict verdict;
  };
  const std::vector<Row> rows{
      {{.names = {"b.example"}}, Verdict::cert_name},
      {{.names = {"a.example"}, .not_before = now - 9'000, .not_after = now - 5'000}, Verdict::cert_expired},
      {{.names = {"a.example"}, .not_before = now + 5'000, .not_after = now + 9'000}, Verdict::cert_not_yet_valid},
  };
  for (const Row& row : rows) {
    const TlsContext context = server_of(row.certificate);
    const Fetched fetched = fetch_one(served_with(context), {}, request());
    EXPECT_EQ(fetched.verdict, row.verdict) << fetched.exchange.detail;
    EXPECT_NE(fetched.exchange.detail, "");
    EXPECT_TRUE(fetched.exchange.tls);
    EXPECT_EQ(fetched.exchange.requested, Instant{});
  }
}

TEST_P(ClientTls, RecordsThatNobodyLookedAtTheCertificate) {
  const TlsContext careless = TlsContext::client({.insecure = true}).value();
  const Fetched fetched = fetch_one(served_with(good_), {.tls = &careless}, request());
  EXPECT_EQ(fetched.verdict, Verdict::ok);
  EXPECT_TRUE(fetched.exchange.insecure);
}

TEST_P(ClientTls, SharesNoConnectionBetweenSettings) {
  const TlsContext careless = TlsContext::client({.insecure = true}).value();
  play(served_with(good_), [&](HttpClient& client, TestDialer& dialer) -> Task<void> {
    KeptBody body;
    const HttpRequest asked = request();
    const RequestOptions other{.tls = &careless};
    co_await client.fetch(asked, body, other);
    const Fetched fetched = co_await client.fetch(asked, body);
    EXPECT_FALSE(fetched.exchange.insecure);
    EXPECT_EQ(dialer.dialed.size(), 2U);
  });
}

TEST_P(ClientTls, NamesWhatHappensInTheHandshake) {
  Fetched fetched = fetch_one(
      [](Peer& peer, int) -> Task<void> {
        while (co_await peer.hear()) {
        }
      },
      {.timeouts = {.tls = 30ms}}, request());
  EXPECT_EQ(fetched.verdict, Verdict::tls_timeout);
  fetched = fetch_one([](Peer& peer, int) -> Task<void> { co_await peer.hear(); }, {}, request());
  EXPECT_EQ(fetched.verdict, Verdict::tls_closed);
  fetched = fetch_one(
      [](Peer& peer, int) -> Task<void> {
        co_await peer.hear();
        co_await peer.say("HTTP/1.1 400 Bad Request\r\n\r\n");
        co_await peer.hang_up();
      },
      {}, request());
  EXPECT_EQ(fetched.verdict, Verdict::tls_failed);
}

TEST_P(ClientTls, CallsAnAnswerPartialThatEndsWithoutAGoodbye) {
  const Fetched fetched = fetch_one(
      [&](Peer& peer, int) -> Task<void> {
        co_await peer.secure(good_);
        co_await peer.request();
        co_await peer.say("HTTP/1.1 200 OK\r\n\r\nhalf of it");
        co_await peer.hang_up();
      },
      {}, request());
  EXPECT_EQ(fetched.verdict, Verdict::partial);
}

TEST_P(ClientTls, RefusesHttpsWithoutSettingsForIt) {
  settings_.tls = nullptr;
  EXPECT_EQ(fetch_one(hello, {}, request()).verdict, Verdict::invalid_input);
}

TEST_P(ClientTls, ReadsALongBodyOverManyRecords) {
  const std::string body(300'000, 'x');
  HttpRequest asked = request_to("https://a.example/", "POST");
  asked.body = body;
  const Fetched fetched = fetch_one(
      [&](Peer& peer, int) -> Task<void> {
        co_await peer.secure(good_);
        const std::string got = co_await peer.request();
        EXPECT_EQ(got.size() > body.size(), true);
        co_await peer.say(answer(body));
        co_await peer.request();
      },
      {}, asked);
  EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
  EXPECT_EQ(body_, body);
}

TEST(ClientTlsReplay, AWholeExchangeOverHttpsIsTheSameTwiceInVirtualTime) {
  Authority authority = Authority::make().value();
  const TlsContext server =
      TlsContext::server({.credentials = authority.issue({.names = {"a.example"}}).value()}).value();
  const TlsContext trusting = TlsContext::client({.ca_pem = authority.certificate_pem()}).value();
  const auto run = [&] {
    SimIo io(Seed{3});
    io.host("192.0.2.1").latency(40ms);
    ClientSettings settings{.version = HttpVersionChoice::http11, .tls = &trusting};
    Fetched fetched;
    io.run(with_script(io, true, served_with(server), [&](TestDialer& dialer) -> Task<void> {
      co_await with_client(io, dialer, settings, [&](HttpClient& client) -> Task<void> {
        KeptBody body;
        const HttpRequest request = request_to("https://a.example/");
        fetched = co_await client.fetch(request, body);
      });
    }));
    return std::pair(io.trace_hash(), fetched);
  };
  const auto [first_trace, first] = run();
  const auto [second_trace, second] = run();
  EXPECT_EQ(first.verdict, Verdict::ok);
  // A round trip each for the connection, the handshake and the answer.
  EXPECT_EQ(first.finished - first.started, 120ms);
  EXPECT_EQ(second.finished - second.started, 120ms);
}

}  // namespace
}  // namespace atonce
