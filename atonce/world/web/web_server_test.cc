#include "atonce/world/web/web_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "atonce/protocols/http2/session.h"
#include "atonce/protocols/tls/authority.h"
#include "atonce/protocols/tls/tls_session.h"
#include "atonce/runtime/deadline.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/sim_io.h"
#include "atonce/runtime/sleep.h"
#include "atonce/world/web/web_routes.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const Endpoint place{*parse_address("192.0.2.80"), 80};

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Everything until the end of the stream, or until an error.
Task<std::string> read_all(Io& io, const Socket& socket, int* error = nullptr) {
  std::string text;
  std::array<std::byte, 4'096> room;
  while (true) {
    const Result<std::size_t> size = co_await receive(io, socket, room);
    if (!size && error != nullptr) *error = size.error().code;
    if (!size || *size == 0) co_return text;
    text.append(reinterpret_cast<const char*>(room.data()), *size);
  }
}

/// A server in a simulation, and a client that is a coroutine over one connection.
class WebServerTest : public ::testing::Test {
 protected:
  WebServerTest() { options.answer = answer_web_request; }

  void play(std::function<Task<void>(Socket&)> client) {
    io.run([](WebServerTest* test, std::function<Task<void>(Socket&)> talk) -> Task<void> {
      WebShared shared{.io = test->io, .options = test->options, .log = test->log};
      std::vector<Socket> listeners;
      listeners.push_back(listen(test->io, place).value());
      co_await with_scope(test->io, [&](Scope& scope) -> Task<void> {
        scope.start(serve_web, std::ref(shared), std::span<const Socket>(listeners));
        Socket socket = (co_await connect(test->io, place)).value();
        co_await talk(socket);
        socket.close();
        test->counts = shared.counts;
        scope.cancel();
      });
    }(this, std::move(client)));
  }

  /// What a server says to these bytes, when nothing more comes.
  std::string said_to(std::string_view asked) {
    std::string said;
    play([&](Socket& socket) -> Task<void> {
      EXPECT_TRUE(co_await send_all(io, socket, bytes_of(asked)));
      io.finish_sending(socket.handle());
      said = co_await read_all(io, socket);
    });
    return said;
  }

  SimIo io{Seed(7)};
  WebOptions options;
  RequestLog* log = nullptr;
  WebCounts counts;
};

constexpr std::string_view simple = "GET /base64/aGk= HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(WebServerTest, AnswersRequestsOfOneConnectionInOrderHoweverTheyCome) {
  const std::string asked = std::string(simple) + "HEAD /get HTTP/1.1\r\nHost: x\r\n\r\n" +
                            "POST /anything HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" +
                            "GET /base64/eWVz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  const std::string whole = said_to(asked);
  EXPECT_EQ(counts.requests, 4u);
  EXPECT_EQ(counts.connections, 1u);
  EXPECT_LT(whole.find("\r\n\r\nhi"), whole.find("\"data\":\"abc\""));
  EXPECT_THAT(whole, EndsWith("\r\n\r\nyes"));
  EXPECT_THAT(whole, HasSubstr("Connection: close"));
  std::string single;
  play([&](Socket& socket) -> Task<void> {
    for (const char byte : asked) {
      EXPECT_TRUE(co_await send_all(io, socket, bytes_of({&byte, 1})));
      co_await sleep_for(io, 10ms);
    }
    single = co_await read_all(io, socket);
  });
  const auto without_date = [](std::string text) {
    for (std::size_t at; (at = text.find("Date: ")) != text.npos;) text.erase(at, text.find("\r\n", at) + 2 - at);
    return text;
  };
  EXPECT_EQ(without_date(single), without_date(whole));
}

TEST_F(WebServerTest, LeavesTheBodyOfAHeadOutAndItsLengthIn) {
  const std::string said = said_to("HEAD /bytes/1000 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(said, HasSubstr("Content-Length: 1000\r\n"));
  EXPECT_THAT(said, EndsWith("\r\n\r\n"));
}

TEST_F(WebServerTest, SpeaksToOldClients) {
  EXPECT_THAT(said_to("GET /stream/2 HTTP/1.0\r\n\r\n"), Not(HasSubstr("chunked")));
  EXPECT_THAT(said_to("GET /get HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), HasSubstr("Connection: keep-alive\r\n"));
  EXPECT_THAT(said_to("GET /stream/2 HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("\r\n0\r\n\r\n"));
}

TEST_F(WebServerTest, RefusesWhatIsNoRequestAndSaysWhy) {
  EXPECT_THAT(said_to("SSH-2.0-x\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(said_to("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
  options.body_bytes_max = 10;
  EXPECT_THAT(said_to("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n"), StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(counts.refused, 1u);
}

TEST_F(WebServerTest, LetsTheBodyComeThatWaitsToBeAskedFor) {
  play([&](Socket& socket) -> Task<void> {
    co_await send_all(io, socket,
                      bytes_of("POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    std::array<std::byte, go_on.size()> told;
    EXPECT_TRUE(co_await receive_exactly(io, socket, told));
    co_await send_all(io, socket, bytes_of("hi"));
    io.finish_sending(socket.handle());
    EXPECT_THAT(co_await read_all(io, socket), HasSubstr("\"data\":\"hi\""));
  });
}

TEST_F(WebServerTest, EndsAConnectionThatIsIdleForLong) {
  play([&](Socket& socket) -> Task<void> {
    const Instant began = io.now();
    co_await send_all(io, socket, bytes_of(simple));
    const std::string said = co_await read_all(io, socket);
    EXPECT_THAT(said, EndsWith("hi"));
    EXPECT_GE(io.now() - began, options.idle_timeout);
    EXPECT_LE(io.now() - began, options.idle_timeout + 5s);
  });
}

TEST_F(WebServerTest, GivesUpOnARequestThatNeverEnds) {
  play([&](Socket& socket) -> Task<void> {
    const Instant began = io.now();
    co_await send_all(io, socket, bytes_of("GET /get HTTP/1.1\r\nHost:"));
    EXPECT_THAT(co_await read_all(io, socket), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
    EXPECT_LE(io.now() - began, options.request_timeout + 5s);
  });
}

TEST_F(WebServerTest, DripsInTime) {
  play([&](Socket& socket) -> Task<void> {
    const Instant began = io.now();
    co_await send_all(
        io, socket,
        bytes_of("GET /drip?numbytes=4&duration=4&delay=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    EXPECT_THAT(co_await read_all(io, socket), EndsWith("\r\n\r\n****"));
    EXPECT_GE(io.now() - began, 4s);
    EXPECT_LE(io.now() - began, 4100ms);
  });
}

TEST_F(WebServerTest, ResetsAndStallsAsAsked) {
  play([&](Socket& socket) -> Task<void> {
    co_await send_all(io, socket, bytes_of("GET /hostile/reset/17 HTTP/1.1\r\nHost: x\r\n\r\n"));
    int error = 0;
    EXPECT_THAT(co_await read_all(io, socket, &error), StartsWith("HTTP/1.1 200 OK"));
    EXPECT_EQ(error, ECONNRESET);
  });
  play([&](Socket& socket) -> Task<void> {
    co_await send_all(io, socket, bytes_of("GET /hostile/stall HTTP/1.1\r\nHost: x\r\n\r\n"));
    std::array<std::byte, 1> room;
    EXPECT_EQ((co_await within(9min, receive(io, socket, room))).error().code, ETIMEDOUT);
  });
}

TEST_F(WebServerTest, LogsEachRequestOnceItIsAnswered) {
  char path[] = "/tmp/atonce-log-XXXXXX";
  const OwnedDescriptor file(::mkstemp(path));
  {
    RequestLog kept = RequestLog::open(path).value();
    log = &kept;
    said_to("GET /get HTTP/1.1\r\nHost: a\r\nX-Batch: b7\r\n\r\n" + std::string(simple));
  }
  std::ifstream read(path);
  const std::string text(std::istreambuf_iterator<char>(read), {});
  ::unlink(path);
  EXPECT_EQ(std::ranges::count(text, '\n'), 2);
  EXPECT_THAT(text, HasSubstr("\"connection\":1,\"request\":1,"));
  EXPECT_THAT(text, HasSubstr("\"target\":\"/get\",\"host\":\"a\",\"batch\":\"b7\",\"status\":200"));
  EXPECT_THAT(text, HasSubstr("\"request\":2,"));
}

TEST_F(WebServerTest, GoesOnWhenDescriptorsRunOut) {
  io.fail_next(OperationKind::accept, EMFILE, 5);
  EXPECT_THAT(said_to(simple), EndsWith("hi"));
}

/// What a client of HTTP/2 got.
struct Got final : Http2Answer {
  void head(ResponseHead& head) override { status = head.status; }
  void body(std::span<const std::byte> bytes) override {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void end() override { ended = true; }
  void broken(const Http2Break& why) override { fault = why.fault, ended = true; }
  std::uint16_t status = 0;
  std::string text;
  bool ended = false;
  Http2Fault fault = Http2Fault::none;
};

/// Sends and receives until every answer has ended.
Task<void> exchange(Io& io, Socket& socket, Http2Client& client, std::span<Got> answers) {
  std::array<std::byte, 4'096> room;
  const auto waits = [&] { return std::ranges::any_of(answers, [](const Got& got) { return !got.ended; }); };
  while (waits()) {
    std::string out;
    client.append_output(out);
    if (!out.empty()) co_await send_all(io, socket, bytes_of(out));
    const Result<std::size_t> size = co_await receive(io, socket, room);
    if (!size || *size == 0) {
      client.finish();
    } else {
      client.feed({reinterpret_cast<const char*>(room.data()), *size});
    }
  }
}

TEST_F(WebServerTest, AnswersManyRequestsOfHttp2AtOnce) {
  play([&](Socket& socket) -> Task<void> {
    Http2Client client;
    std::vector<Got> answers(20);
    const Instant began = io.now();
    Http2Text body("hello");
    for (std::size_t i = 0; i < answers.size(); ++i) {
      RequestHead head{
          .target = i == 0 ? "/delay/2" : "/drip?numbytes=3&duration=3", .authority = "x", .scheme = "http"};
      if (i == 1) head = {.method = "POST", .target = "/post", .authority = "x", .scheme = "http"};
      EXPECT_TRUE(client.submit(head, i == 1 ? &body : nullptr, answers[i]));
    }
    co_await exchange(io, socket, client, answers);
    EXPECT_LE(io.now() - began, 3s);
    for (const Got& got : answers) EXPECT_EQ(got.status, 200);
    EXPECT_THAT(answers[1].text, HasSubstr("\"data\":\"hello\""));
    EXPECT_EQ(answers[2].text, "***");
  });
  EXPECT_EQ(counts.requests, 20u);
}

TEST_F(WebServerTest, IsHostileOverHttp2) {
  for (const auto& [path, fault] : {std::pair{"/hostile/http2/goaway", Http2Fault::gone_away},
                                    std::pair{"/hostile/http2/ping-flood", Http2Fault::ping_flood},
                                    std::pair{"/hostile/http2/close-within", Http2Fault::closed}})
    play([&](Socket& socket) -> Task<void> {
      Http2Client client;
      std::vector<Got> answers(1);
      EXPECT_TRUE(client.submit({.target = path, .authority = "x", .scheme = "http"}, nullptr, answers[0]));
      co_await exchange(io, socket, client, answers);
      EXPECT_EQ(answers[0].fault, fault) << path;
    });
}

TEST_F(WebServerTest, AnswersTlsWithTheCertificateOfTheNameThatIsAskedFor) {
  Authority authority = Authority::make().value();
  options.tls = TlsContext::server({.choose = [&](std::string_view name) -> std::optional<TlsCredentials> {
                  return authority.issue_for(name).value();
                }}).value();
  const TlsContext trusting = TlsContext::client({.ca_pem = authority.certificate_pem(), .alpn = {"http/1.1"}}).value();
  play([&](Socket& socket) -> Task<void> {
    TlsSession session = TlsSession::client(trusting, "any.name.example", 443);
    std::string said;
    bool asked = false;
    while (true) {
      if (!session.established() && session.handshake() == TlsStep::failed) break;
      if (session.established() && !std::exchange(asked, true))
        session.write(bytes_of("GET /headers HTTP/1.1\r\nHost: any.name.example\r\nConnection: close\r\n\r\n"));
      std::array<std::byte, 16'384> plain;
      TlsRead got = session.established() ? session.read(plain) : TlsRead{};
      for (; got.kind == TlsRead::Kind::data; got = session.read(plain))
        said.append(reinterpret_cast<const char*>(plain.data()), got.bytes);
      if (got.kind == TlsRead::Kind::ended) break;
      const std::string out(reinterpret_cast<const char*>(session.output().data()), session.output().size());
      session.output_sent(out.size());
      if (!out.empty()) co_await send_all(io, socket, bytes_of(out));
      const Result<std::size_t> size = co_await receive(io, socket, plain);
      if (!size || *size == 0) break;
      session.feed(std::span(plain).first(*size));
    }
    EXPECT_THAT(said, HasSubstr("\"Host\":\"any.name.example\""));
    EXPECT_TRUE(session.facts().verified);
  });
  EXPECT_EQ(counts.handshakes, 1u);
}

TEST_F(WebServerTest, ClosesWhereTlsBeginsAndNoneIsServed) { EXPECT_EQ(said_to("\x16\x03\x01"), ""); }

TEST(WebServerOnLoopback, AnswersOverTheRealNetwork) {
  const std::unique_ptr<Io> io = make_epoll_io();
  const WebOptions options{.answer = answer_web_request};
  io->run([](Io& real, const WebOptions& how) -> Task<void> {
    WebShared shared{.io = real, .options = how};
    std::vector<Socket> listeners;
    listeners.push_back(listen(real, {*parse_address("127.0.0.1"), 0}).value());
    const Endpoint at = real.local_endpoint(listeners[0].handle()).value();
    co_await with_scope(real, [&](Scope& scope) -> Task<void> {
      scope.start(serve_web, std::ref(shared), std::span<const Socket>(listeners));
      Socket socket = (co_await connect(real, at)).value();
      co_await send_all(real, socket, bytes_of("GET /ip HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
      EXPECT_THAT(co_await read_all(real, socket), EndsWith("{\"origin\":\"127.0.0.1\"}\n"));
      scope.cancel();
    });
  }(*io, options));
}

}  // namespace
}  // namespace atonce
