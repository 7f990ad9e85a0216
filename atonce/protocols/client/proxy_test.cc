#include <fmt/format.h>

#include "atonce/protocols/client/testing.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ParseProxy, ReadsWhatCurlReads) {
  EXPECT_EQ(parse_proxy("http://p.example:3128").value(), (Proxy{.host = "p.example", .port = 3'128}));
  EXPECT_EQ(parse_proxy("p.example").value(), (Proxy{.host = "p.example", .port = 1'080}));
  EXPECT_EQ(parse_proxy("http://p.example:80").value(), (Proxy{.host = "p.example", .port = 80}));
  EXPECT_EQ(parse_proxy("socks5h://u:p%40ss@[::1]:1081").value(),
            (Proxy{.kind = ProxyKind::socks5, .host = "::1", .port = 1'081, .user = "u", .password = "p@ss"}));
  EXPECT_FALSE(parse_proxy("ftp://p.example"));
  EXPECT_THAT(parse_proxy("ftp://user:secret@p.example").error().text, Not(HasSubstr("secret")));
}

class ClientProxy : public ClientTest {
 protected:
  void SetUp() override {
    ClientTest::SetUp();
    if (IsSkipped()) return;
    settings_.tls = &trusting_;
  }
  static Authority& authority() {
    static Authority made = Authority::make().value();
    return made;
  }
  TlsContext trusting_ = TlsContext::client({.ca_pem = authority().certificate_pem()}).value();
  TlsContext server_ =
      TlsContext::server({.credentials = authority().issue({.names = {"a.example"}}).value(), .alpn = {}}).value();
};

ON_EVERY_ENGINE(ClientProxy);

TEST_P(ClientProxy, AsksAnHttpProxyInAbsoluteFormAndTellsOnlyHimHisPassword) {
  settings_.proxy = parse_proxy("http://me:secret@p.example:3128").value();
  std::vector<std::string> asked;
  play(
      [&](Peer& peer, int) -> Task<void> {
        for (std::string got = co_await peer.request(); !got.empty(); got = co_await peer.request()) {
          asked.push_back(got);
          co_await peer.say(answer("hello"));
        }
      },
      [](HttpClient& client, TestDialer&) -> Task<void> {
        EXPECT_EQ((co_await client.get("http://a.example:8080/b")).body, "hello");
        EXPECT_EQ((co_await client.get("http://c.example/")).body, "hello");
      });
  EXPECT_THAT(dialed_, ElementsAre("p.example:3128"));
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_THAT(asked[0], StartsWith("GET http://a.example:8080/b HTTP/1.1\r\nHost: a.example:8080\r\n"));
  EXPECT_THAT(asked[0], HasSubstr("Proxy-Authorization: Basic bWU6c2VjcmV0\r\n"));
  EXPECT_THAT(asked[1], StartsWith("GET http://c.example/ HTTP/1.1\r\n"));
}

TEST_P(ClientProxy, GoesThroughAnHttpProxyWithConnectForHttps) {
  settings_.proxy = parse_proxy("http://me:secret@p.example:3128").value();
  std::vector<std::string> asked;
  const Fetched fetched = fetch_one(
      [&](Peer& peer, int) -> Task<void> {
        asked.push_back(co_await peer.request());
        co_await peer.say("HTTP/1.1 200 Connection established\r\n\r\n");
        if (!co_await peer.secure(server_)) co_return;
        asked.push_back(co_await peer.request());
        co_await peer.say(answer("hello"));
        co_await peer.request();
      },
      {}, request_to("https://a.example/b"));
  EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_THAT(asked[0], StartsWith("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n"));
  EXPECT_THAT(asked[0], HasSubstr("Proxy-Authorization: Basic bWU6c2VjcmV0\r\n"));
  EXPECT_THAT(asked[1], AllOf(StartsWith("GET /b HTTP/1.1\r\n"), Not(HasSubstr("Proxy-Authorization"))));
}

TEST_P(ClientProxy, GoesThroughSocksWithTheNameAndTheUser) {
  settings_.proxy = parse_proxy("socks5://me:secret@p.example").value();
  std::string hello_bytes, user, wish;
  const Fetched fetched = fetch_one(
      [&](Peer& peer, int number) -> Task<void> {
        hello_bytes = co_await peer.next(4);
        co_await peer.say("\x05\x02");
        user = co_await peer.next(11);
        co_await peer.say(std::string("\x01\x00", 2));
        wish = co_await peer.next(16);
        co_await peer.say(std::string("\x05\x00\x00\x01\x7f\x00\x00\x01\x1f\x90", 10));
        co_await hello(peer, number);
      },
      {}, request_to("http://a.example/"));
  EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
  EXPECT_EQ(body_, "hello");
  EXPECT_EQ(hello_bytes, std::string("\x05\x02\x00\x02", 4));
  EXPECT_EQ(user, "\x01\x02me\x06secret");
  EXPECT_EQ(wish, std::string("\x05\x01\x00\x03\x09"
                              "a.example\x00\x50",
                              16));
}

TEST_P(ClientProxy, SaysThatTheProxyIsInTheWayAndNotTheHost) {
  settings_.proxy = parse_proxy("http://me:secret@p.example:3128").value();
  const std::vector<std::pair<std::string, std::string>> answers{
      {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "407"},
      {"HTTP/1.1 200 OK\r\n\r\nmore", "more than was asked"},
      {"nonsense\r\n\r\n", "the proxy's answer"},
      {"", "hung up"},
  };
  for (const auto& [text, why] : answers) {
    const Fetched fetched = fetch_one(
        [&](Peer& peer, int) -> Task<void> {
          co_await peer.request();
          co_await peer.say(text);
          co_await peer.hang_up();
        },
        {}, request_to("https://a.example/"));
    EXPECT_EQ(fetched.verdict, Verdict::proxy_failed);
    EXPECT_THAT(fetched.exchange.detail, AllOf(HasSubstr(why), Not(HasSubstr("secret"))));
  }
  settings_.proxy = parse_proxy("socks5://p.example").value();
  for (const std::string& reply :
       {std::string("\x05\x01\x00\x01\0\0\0\0\0\0", 10), std::string("\x05\x05\x00\x01\0\0\0\0\0\0", 10)}) {
    const Fetched fetched = fetch_one(
        [&](Peer& peer, int) -> Task<void> {
          co_await peer.next(3);
          co_await peer.say(std::string("\x05\x00", 2));
          co_await peer.hear();
          co_await peer.say(reply);
          co_await peer.hang_up();
        },
        {}, request_to("http://a.example/"));
    EXPECT_EQ(fetched.verdict, Verdict::proxy_failed);
  }
}

TEST_P(ClientProxy, DoesNotWaitForAProxyForEver) {
  settings_.proxy = parse_proxy("http://p.example").value();
  const Fetched fetched = fetch_one(
      [](Peer& peer, int) -> Task<void> {
        while (co_await peer.hear()) {
        }
      },
      {.timeouts = {.connect = 40ms}}, request_to("https://a.example/"));
  EXPECT_EQ(fetched.verdict, Verdict::proxy_failed);
  EXPECT_EQ(fetched.error, ETIMEDOUT);
}

TEST_P(ClientProxy, LeavesTheProxyAsideForThoseWhoAreExcepted) {
  settings_.proxy = parse_proxy("http://p.example").value();
  settings_.no_proxy = {".example", "b"};
  play(hello, [](HttpClient& client, TestDialer&) -> Task<void> {
    for (const std::string where : {"http://a.example/", "http://b/", "http://c/"})
      EXPECT_EQ((co_await client.get(where)).verdict, Verdict::ok);
  });
  EXPECT_THAT(dialed_, ElementsAre("a.example:80", "b:80", "p.example:1080"));
}

}  // namespace
}  // namespace atonce
