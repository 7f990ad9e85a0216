#include <algorithm>

#include "atonce/protocols/client/testing.h"
#include "atonce/runtime/combinators.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view url = "http://a.example/";

class Client : public ClientTest {
 protected:
  Fetched fetch_one(Script script, RequestOptions options = {}, HttpRequest request = request_to(url)) {
    return ClientTest::fetch_one(std::move(script), options, std::move(request));
  }
};

ON_EVERY_ENGINE(Client);

TEST_P(Client, GetsAnAnswerAndSaysAllThatIsKnownOfIt) {
  const Fetched fetched = fetch_one(hello);
  EXPECT_EQ(fetched.verdict, Verdict::ok);
  EXPECT_EQ(body_, "hello");
  EXPECT_EQ(fetched.exchange.status_code, 200);
  EXPECT_EQ(fetched.exchange.reason, "OK");
  EXPECT_EQ(fetched.exchange.version, HttpVersion::http11);
  EXPECT_EQ(fetched.exchange.method, "GET");
  EXPECT_EQ(fetched.exchange.url, url);
  EXPECT_EQ(fetched.exchange.content_type, "text/plain");
  EXPECT_EQ(fetched.exchange.body_bytes, 5U);
  EXPECT_FALSE(fetched.exchange.reused);
  EXPECT_FALSE(fetched.exchange.sent);
  EXPECT_EQ(fetched.tries, 1);
  EXPECT_LE(fetched.started, fetched.resolved);
  EXPECT_LE(fetched.resolved, fetched.connected);
  EXPECT_LE(fetched.connected, fetched.exchange.requested);
  EXPECT_LE(fetched.exchange.requested, fetched.exchange.answered);
  EXPECT_LE(fetched.exchange.answered, fetched.finished);
  EXPECT_EQ(fetched.head.fields.find("content-type"), "text/plain");
}

TEST_P(Client, AsksAsCurlAsks) {
  std::string asked;
  fetch_one(
      [&](Peer& peer, int) -> Task<void> {
        asked = co_await peer.request();
        co_await peer.say(answer(""));
      },
      {}, request_to("http://a.example:8080/b?c=d"));
  EXPECT_EQ(asked, "GET /b?c=d HTTP/1.1\r\nHost: a.example:8080\r\nUser-Agent: test\r\nAccept: */*\r\n\r\n");
}

TEST_P(Client, UsesAConnectionAgain) {
  play(hello, [&](HttpClient& client, TestDialer& dialer) -> Task<void> {
    for (int i = 0; i < 5; ++i) {
      KeptBody body;
      const HttpRequest request = request_to(url);
      const Fetched fetched = co_await client.fetch(request, body);
      EXPECT_EQ(fetched.verdict, Verdict::ok);
      EXPECT_EQ(fetched.exchange.reused, i > 0);
      EXPECT_EQ(body.bytes(), "hello");
    }
    EXPECT_EQ(dialer.dialed.size(), 1U);
  });
  EXPECT_EQ(counts_.exchanges, 5U);
  EXPECT_EQ(counts_.idle, 1U);
}

TEST_P(Client, PostsABodyBehindItsHeadAndALargeOneBesideTheAnswer) {
  for (const std::size_t size : {std::size_t{5}, std::size_t{300'000}}) {
    std::string asked;
    HttpRequest request = request_to(url, "POST");
    request.body.assign(size, 'x');
    const Fetched fetched = fetch_one(
        [&](Peer& peer, int) -> Task<void> {
          asked = co_await peer.request();
          co_await peer.say(answer("done"));
        },
        {}, request);
    EXPECT_EQ(fetched.verdict, Verdict::ok);
    EXPECT_TRUE(fetched.exchange.sent);
    EXPECT_TRUE(asked.ends_with("\r\n\r\n" + request.body)) << asked.substr(0, 200);
    EXPECT_EQ(body_, "done");
  }
}

class Pieces final : public BodySource {
 public:
  std::optional<std::uint64_t> size() const override { return known; }
  Task<Result<std::size_t>> read(std::span<std::byte> into) override {
    if (left == 0 && error != 0) co_return std::unexpected(Error{error});
    if (left == 0) co_return std::size_t{0};
    --left;
    std::ranges::fill(into.first(3), std::byte{'y'});
    co_return std::size_t{3};
  }
  std::optional<std::uint64_t> known;
  int left = 2;
  int error = 0;
};

TEST_P(Client, StreamsABodyInChunksOrByItsLength) {
  for (const bool known : {false, true}) {
    Pieces pieces;
    if (known) pieces.known = 6;
    HttpRequest request = request_to(url, "PUT");
    request.source = &pieces;
    std::string asked;
    const Fetched fetched = fetch_one(
        [&](Peer& peer, int) -> Task<void> {
          asked = co_await peer.request();
          while (!known && !asked.ends_with("0\r\n\r\n")) asked += co_await peer.next(1);
          co_await peer.say(answer(""));
        },
        {}, request);
    EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
    EXPECT_THAT(asked, ::testing::EndsWith(known ? "\r\n\r\nyyyyyy" : "\r\n\r\n3\r\nyyy\r\n3\r\nyyy\r\n0\r\n\r\n"));
  }
}

TEST_P(Client, BlamesTheBodyThatCannotBeReadAndNotTheHost) {
  Pieces pieces;
  pieces.error = EIO;
  HttpRequest request = request_to(url, "PUT");
  request.source = &pieces;
  const Fetched fetched = fetch_one([](Peer& peer, int) -> Task<void> { co_await peer.request(); }, {}, request);
  EXPECT_EQ(fetched.verdict, Verdict::local_file);
  EXPECT_EQ(fetched.error, EIO);
}

TEST_P(Client, HearsAnEarlyAnswerToABodyThatNobodyReads) {
  HttpRequest request = request_to(url, "POST");
  request.body.assign(4 << 20, 'x');
  const Fetched fetched = fetch_one(
      [](Peer& peer, int) -> Task<void> {
        co_await peer.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        co_await sleep_for(peer.io, 20ms);
      },
      {}, request);
  EXPECT_EQ(fetched.verdict, Verdict::ok) << fetched.exchange.detail;
  EXPECT_EQ(fetched.exchange.status_code, 413);
  EXPECT_EQ(counts_.idle, 0U);
}

TEST_P(Client, RefusesToSendALineBreakInAField) {
  HttpRequest request = request_to(url);
  request.fields.add("X-Evil", "a\r\nHost: b");
  const Fetched fetched = fetch_one(hello, {}, request);
  EXPECT_EQ(fetched.verdict, Verdict::invalid_input);
  EXPECT_FALSE(fetched.exchange.sent);
}

// Each way in which an answer can end too soon, at every offset of the answer.

TEST_P(Client, NamesAnAnswerThatEndsTooSoonAtEveryOffset) {
  const std::string whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  const std::size_t head = whole.size() - 5;
  for (std::size_t offset = 0; offset < whole.size(); ++offset) {
    const Fetched fetched = fetch_one([&](Peer& peer, int) -> Task<void> {
      co_await peer.request();
      co_await peer.say(whole.substr(0, offset));
      co_await peer.hang_up();
    });
    EXPECT_EQ(fetched.verdict, offset == 0 ? Verdict::empty_reply : Verdict::partial) << offset;
    EXPECT_EQ(fetched.exchange.status_code, offset < head ? 0 : 200) << offset;
    EXPECT_EQ(fetched.tries, 1);
  }
}

TEST_P(Client, NamesAResetAtEveryOffset) {
  if (!GetParam().simulated) GTEST_SKIP() << "when a reset overtakes bytes is the kernel's choice";
  const std::string whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
  auto& sim = dynamic_cast<SimIo&>(io());
  for (std::size_t offset = 1; offset < whole.size(); ++offset) {
    const std::string asked = "GET / HTTP/1.1\r\nHost: a.example\r\nUser-Agent: test\r\nAccept: */*\r\n\r\n";
    sim.host("192.0.2.1").resets_after(asked.size() + offset);
    const Fetched fetched = fetch_one([&](Peer& peer, int) -> Task<void> {
      co_await peer.request();
      co_await peer.say(whole.substr(0, offset));
      co_await peer.request();
    });
    EXPECT_EQ(fetched.verdict, Verdict::connection_reset) << offset << fetched.exchange.detail;
    EXPECT_EQ(fetched.error, ECONNRESET);
  }
}

TEST_P(Client, TellsTheSameWhenAnAnswerDripsByteByByte) {
  const Fetched fetched = fetch_one([](Peer& peer, int) -> Task<void> {
    co_await peer.request();
    for (const char byte : answer("hello")) {
      co_await peer.say(std::string(1, byte));
      co_await sleep_for(peer.io, 100us);
    }
    co_await peer.request();
  });
  EXPECT_EQ(fetched.verdict, Verdict::ok);
  EXPECT_EQ(body_, "hello");
}

struct Hostile {
  std::string_view name;
  std::string_view answer;
  Verdict verdict;
};

TEST_P(Client, GivesEachHostileAnswerItsVerdictHoweverItIsCut) {
  const std::vector<Hostile> answers{
      {"both lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       Verdict::bad_framing},
      {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", Verdict::bad_framing},
      {"HTTP/0.9", "<html>hello</html>", Verdict::bad_answer},
      {"NUL", std::string_view("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", 27), Verdict::bad_answer},
      {"bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", Verdict::bad_framing},
      {"SMTP", "220 mail.example ESMTP\r\n", Verdict::bad_answer},
  };
  for (const Hostile& hostile : answers)
    for (std::size_t cut = 0; cut <= hostile.answer.size(); cut += 1 + hostile.answer.size() / 7) {
      const Fetched fetched = fetch_one([&](Peer& peer, int) -> Task<void> {
        co_await peer.request();
        co_await peer.say(std::string(hostile.answer.substr(0, cut)));
        if (cut > 0) co_await sleep_for(peer.io, 1ms);
        co_await peer.say(std::string(hostile.answer.substr(cut)));
        co_await peer.hang_up();
      });
      EXPECT_EQ(fetched.verdict, hostile.verdict) << hostile.name << " cut at " << cut;
      EXPECT_NE(fetched.exchange.detail, "") << hostile.name;
      EXPECT_EQ(counts_.idle, 0U) << hostile.name;
    }
}

// Time-outs: each phase has its own word.

TEST_P(Client, NamesTheTimeOutOfEachPhase) {
  const auto silent = [](Peer& peer, int) -> Task<void> {
    while (!(co_await peer.request()).empty()) {
    }
  };
  const auto half = [](Peer& peer, int) -> Task<void> {
    co_await peer.request();
    co_await peer.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
    co_await peer.request();
  };
  RequestOptions options{.timeouts = {.total = 10s, .first_byte = 30ms, .idle = 40ms}};
  Fetched fetched = fetch_one(silent, options);
  EXPECT_EQ(fetched.verdict, Verdict::answer_timeout);
  EXPECT_EQ(fetched.error, ETIMEDOUT);
  EXPECT_GE(fetched.finished - fetched.exchange.requested, 30ms);
  fetched = fetch_one(half, options);
  EXPECT_EQ(fetched.verdict, Verdict::idle_timeout);
  EXPECT_GE(fetched.finished - fetched.exchange.answered, 40ms);
  options.timeouts = {.total = 50ms};
  fetched = fetch_one(half, options);
  EXPECT_EQ(fetched.verdict, Verdict::total_timeout);
  EXPECT_GE(fetched.finished - fetched.started, 50ms);
  EXPECT_LT(fetched.finished - fetched.started, 1s);
}

TEST_P(Client, EndsADripAtTheTotal) {
  const Fetched fetched = fetch_one(
      [](Peer& peer, int) -> Task<void> {
        co_await peer.request();
        co_await peer.say("HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n");
        while (co_await sleep_for(peer.io, 5ms)) co_await peer.say(".");
      },
      {.timeouts = {.total = 100ms, .idle = 50ms}});
  EXPECT_EQ(fetched.verdict, Verdict::total_timeout);
  EXPECT_GE(fetched.finished - fetched.started, 100ms);
  EXPECT_LT(fetched.finished - fetched.started, 2s);
  EXPECT_GT(fetched.exchange.body_bytes, 1U);
}

TEST_P(Client, IsCancelledAtAnyMomentAndLeavesNothingBehind) {
  const Duration step = GetParam().simulated ? Duration(200us) : Duration(500us);
  for (int i = 0; i < 20; ++i) {
    play(
        [](Peer& peer, int) -> Task<void> {
          co_await peer.request();
          for (const char byte : answer("hello")) {
            if (!co_await sleep_for(peer.io, 100us)) co_return;
            co_await peer.say(std::string(1, byte));
          }
        },
        [&](HttpClient& client, TestDialer&) -> Task<void> {
          Fetched fetched;
          KeptBody body;
          const HttpRequest request = request_to(url);
          const RequestOptions options;
          co_await with_scope(io(), [&](Scope& scope) -> Task<void> {
            scope.start([&]() -> Task<void> { co_await client.fetch_into(fetched, request, body, options); });
            co_await sleep_for(io(), i * step);
            scope.cancel();
          });
          EXPECT_TRUE(fetched.verdict == Verdict::unfinished || fetched.verdict == Verdict::ok);
          EXPECT_NE(fetched.finished, Instant{});
        });
    EXPECT_EQ(counts_.open, counts_.idle);
  }
}

}  // namespace
}  // namespace atonce
