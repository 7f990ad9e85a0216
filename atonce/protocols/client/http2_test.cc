#include <map>

#include "atonce/protocols/client/testing.h"
#include "atonce/protocols/http2/frames.h"
#include "atonce/protocols/http2/testing.h"
#include "atonce/runtime/combinators.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

/// Answers each request with its target, or as `on_end` says.
struct EchoService final : Http2Service {
  Http2Exchange* request(Http2StreamId stream, RequestHead& head) override {
    if (refused > 0) {
      --refused;
      return nullptr;
    }
    KeptExchange& exchange = exchanges.emplace_back();
    exchange.stream = stream;
    exchange.head = std::move(head);
    exchange.on_end = [this](KeptExchange& ended) { respond(ended); };
    return &exchange;
  }
  void respond(KeptExchange& exchange) {
    if (exchange.head.target == "/silent") return;
    ResponseHead head{.status = 200};
    head.fields.add("content-type", "text/plain");
    exchange.source = std::make_unique<Http2Text>(exchange.head.target + exchange.text);
    EXPECT_TRUE(server->respond(exchange.stream, head, exchange.source.get()));
    if (says_goodbye) server->go_away();
  }
  std::deque<KeptExchange> exchanges;
  Http2Server* server = nullptr;
  int refused = 0;
  bool says_goodbye = false;
};

class ClientHttp2 : public ClientTest {
 protected:
  void SetUp() override {
    ClientTest::SetUp();
    settings_.version = HttpVersionChoice::http2;
  }
  /// HTTP/2 on every connection.
  static Script echo(int refused = 0, std::uint32_t streams_max = 100) {
    return [=](Peer& peer, int) -> Task<void> {
      EchoService service;
      service.refused = refused;
      Http2Server server(service, {.streams_max = streams_max});
      service.server = &server;
      co_await peer.serve_http2(server);
    };
  }
  static Task<std::pair<Fetched, std::string>> get(HttpClient& client, std::string where, RequestOptions options = {}) {
    KeptBody body;
    const HttpRequest request = request_to(where);
    Fetched fetched = co_await client.fetch(request, body, options);
    co_return std::pair(std::move(fetched), body.take());
  }
};

ON_EVERY_ENGINE(ClientHttp2);

TEST_P(ClientHttp2, GetsOverHttp2) {
  const Fetched fetched = fetch_one(echo(), {}, request_to("http://a.example/b?c"));
  EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
  EXPECT_EQ(body_, "/b?c");
  EXPECT_EQ(fetched.exchange.version, HttpVersion::http2);
  EXPECT_EQ(fetched.exchange.status_code, 200);
  EXPECT_EQ(fetched.exchange.content_type, "text/plain");
  EXPECT_EQ(fetched.exchange.body_bytes, 4U);
  EXPECT_FALSE(fetched.exchange.reused);
}

TEST_P(ClientHttp2, WhatAGateHoldsBackTakesNoStreamFromOthers) {
  struct Closed final : SendGate {
    Result<void> about_to_send() override { return std::unexpected(Error{ENOSPC}); }
  } closed;
  play(echo(0, 1), [&](HttpClient& client, TestDialer&) -> Task<void> {
    EXPECT_EQ((co_await get(client, "http://a.example/first")).first.verdict, Verdict::ok);
    for (int i = 0; i < 3; ++i) {
      const Fetched held = (co_await get(client, "http://a.example/held", {.gate = &closed})).first;
      EXPECT_EQ(held.verdict, Verdict::local_file);
      EXPECT_EQ(held.error, ENOSPC);
      EXPECT_EQ(held.exchange.requested, Instant{});
    }
    EXPECT_EQ((co_await get(client, "http://a.example/last")).first.verdict, Verdict::ok);
  });
  EXPECT_EQ(dialed_.size(), 1U);
}

TEST_P(ClientHttp2, HasManyExchangesOnOneConnectionAndMixesNoBytes) {
  play(echo(), [&](HttpClient& client, TestDialer&) -> Task<void> {
    std::vector<Task<std::pair<Fetched, std::string>>> tasks;
    for (int i = 0; i < 300; ++i) tasks.push_back(get(client, "http://a.example/" + std::to_string(i)));
    const auto all = co_await gather(io(), std::move(tasks));
    for (int i = 0; i < 300; ++i) {
      const auto& [fetched, body] = all[static_cast<std::size_t>(i)];
      EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
      EXPECT_EQ(body, "/" + std::to_string(i));
    }
  });
  EXPECT_LE(dialed_.size(), 4U);
}

TEST_P(ClientHttp2, PostsBodiesLargerThanAWindowAndThoseThatAreMadeMeanwhile) {
  HttpRequest request = request_to("http://a.example/x", "POST");
  request.body.assign(200'000, 'y');
  Fetched fetched = fetch_one(echo(), {}, request);
  EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
  EXPECT_EQ(body_, "/x" + request.body);
  struct Counting final : BodySource {
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    Task<Result<std::size_t>> read(std::span<std::byte> into) override {
      if (left == 0) co_return std::size_t{0};
      --left;
      std::ranges::fill(into.first(1'000), std::byte{'z'});
      co_return std::size_t{1'000};
    }
    int left = 150;
  } source;
  request.body.clear();
  request.source = &source;
  fetched = fetch_one(echo(), {}, request);
  EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
  EXPECT_EQ(body_, "/x" + std::string(150'000, 'z'));
}

TEST_P(ClientHttp2, TriesAStreamAgainThatWasRefusedAndGivesUpInTheEnd) {
  play(echo(1), [](HttpClient& client, TestDialer&) -> Task<void> {
    const auto [fetched, body] = co_await get(client, "http://a.example/b");
    EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
    EXPECT_EQ(fetched.tries, 2);
  });
  EXPECT_EQ(fetch_one(echo(99), {}, request_to("http://a.example/")).verdict, Verdict::http2_refused);
}

TEST_P(ClientHttp2, GoesToAnotherConnectionAfterAGoodbye) {
  play(
      [](Peer& peer, int) -> Task<void> {
        EchoService service;
        Http2Server server(service);
        service.server = &server;
        service.says_goodbye = true;
        co_await peer.serve_http2(server);
      },
      [](HttpClient& client, TestDialer&) -> Task<void> {
        for (int i = 0; i < 3; ++i) {
          const auto [fetched, body] = co_await get(client, "http://a.example/b");
          EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
        }
      });
  EXPECT_GE(dialed_.size(), 3U);
}

TEST_P(ClientHttp2, EndsOneStreamAtItsDeadlineAndNoOther) {
  play(echo(), [&](HttpClient& client, TestDialer&) -> Task<void> {
    auto [silent, good] =
        co_await gather(io(), get(client, "http://a.example/silent", {.timeouts = {.first_byte = 30ms}}),
                        get(client, "http://a.example/b"));
    EXPECT_EQ(silent.first.verdict, Verdict::answer_timeout);
    EXPECT_EQ(good.first.verdict, Verdict::ok);
    EXPECT_EQ((co_await get(client, "http://a.example/c")).second, "/c");
  });
  EXPECT_EQ(dialed_.size(), 1U);
}

TEST_P(ClientHttp2, NamesAConnectionThatEndsBeforeOrWithinAnAnswer) {
  const auto says = [](std::string frames) {
    return [frames](Peer& peer, int) -> Task<void> {
      (void)co_await peer.hear();
      co_await peer.say(http2_settings() + frames);
      co_await peer.hang_up();
    };
  };
  const std::string head = http2_frame(Http2FrameType::headers, http2_end_headers, 1,
                                       http2_field_block(Fields{{":status", "200"}, {"content-length", "10"}}));
  const HttpRequest request = request_to("http://a.example/");
  EXPECT_EQ(fetch_one(says(""), {}, request).verdict, Verdict::empty_reply);
  EXPECT_EQ(fetch_one(says(head), {}, request).verdict, Verdict::partial);
  EXPECT_EQ(fetch_one(says(head + http2_frame(Http2FrameType::data, 0, 1, "half")), {}, request).verdict,
            Verdict::partial);
  EXPECT_EQ(fetch_one(says(http2_rst_stream(1, 2)), {}, request).verdict, Verdict::http2_error);
  EXPECT_EQ(fetch_one(
                [](Peer& peer, int) -> Task<void> {
                  (void)co_await peer.hear();
                  co_await peer.say("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                  co_await peer.hang_up();
                },
                {}, request)
                .verdict,
            Verdict::bad_answer);
}

TEST_P(ClientHttp2, LeavesAConnectionThatNobodyUses) {
  settings_.idle_timeout = 20ms;
  play(echo(), [&](HttpClient& client, TestDialer&) -> Task<void> {
    EXPECT_EQ((co_await get(client, "http://a.example/b")).second, "/b");
    EXPECT_EQ(client.counts().open, 1U);
    co_await sleep_for(io(), 60ms);
    EXPECT_EQ(client.counts().open, 0U);
  });
}

TEST_P(ClientHttp2, IsAgreedUponOverTlsAndAsksForOneConnectionOnly) {
  Authority authority = Authority::make().value();
  const TlsContext server_context =
      TlsContext::server({.credentials = authority.issue({.names = {"a.example"}}).value()}).value();
  const TlsContext context =
      TlsContext::client({.ca_pem = authority.certificate_pem(), .alpn = {"h2", "http/1.1"}}).value();
  settings_.version = HttpVersionChoice::automatic;
  settings_.tls = &context;
  play(
      [&](Peer& peer, int) -> Task<void> {
        EchoService service;
        Http2Server server(service);
        service.server = &server;
        if (co_await peer.secure(server_context)) co_await peer.serve_http2(server);
      },
      [&](HttpClient& client, TestDialer&) -> Task<void> {
        std::vector<Task<std::pair<Fetched, std::string>>> tasks;
        for (int i = 0; i < 20; ++i) tasks.push_back(get(client, "https://a.example/" + std::to_string(i)));
        for (const auto& [fetched, body] : co_await gather(io(), std::move(tasks))) {
          EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
          EXPECT_EQ(fetched.exchange.version, HttpVersion::http2);
          EXPECT_TRUE(fetched.exchange.tls && fetched.exchange.tls->alpn == "h2");
        }
      });
  EXPECT_EQ(dialed_.size(), 1U);
}

TEST_P(ClientHttp2, HoldsASinkThatSettlesWithoutHoldingOthers) {
  struct Slow final : BodySink {
    explicit Slow(Io& io) : io(io) {}
    Appetite body(std::span<const std::byte> bytes) override {
      got += bytes.size();
      return Appetite::settle;
    }
    Task<Result<void>> settled() override { co_return co_await sleep_for(io, 1ms); }
    Io& io;
    std::size_t got = 0;
  };
  play(echo(), [&](HttpClient& client, TestDialer&) -> Task<void> {
    Slow slow(io());
    HttpRequest request = request_to("http://a.example/x", "POST");
    request.body.assign(150'000, 'y');
    const RequestOptions options;
    auto [fetched, other] =
        co_await gather(io(), client.fetch(request, slow, options), get(client, "http://a.example/b"));
    EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
    EXPECT_EQ(slow.got, 150'002U);
    EXPECT_EQ(other.second, "/b");
  });
}

TEST_P(ClientHttp2, IsCancelledAtAnyMoment) {
  for (int i = 0; i < 15; ++i)
    play(echo(), [&](HttpClient& client, TestDialer&) -> Task<void> {
      co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
        for (int n = 0; n < 3; ++n)
          scope.start([&]() -> Task<void> { co_await get(client, "http://a.example/silent"); });
        co_await sleep_for(io(), i * 300us);
        scope.cancel();
      });
    });
}

}  // namespace
}  // namespace atonce
