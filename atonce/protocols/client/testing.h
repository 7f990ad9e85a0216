#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "atonce/protocols/client/client.h"
#include "atonce/protocols/client/stream.h"
#include "atonce/protocols/http2/session.h"
#include "atonce/protocols/tls/authority.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/testing.h"

namespace atonce {

/// A server's end of a connection, for scripts.
class Peer {
 public:
  Peer(Io& io, Socket socket) : io(io), stream(io, std::move(socket)) {}

  /// The server's side of a TLS handshake; false when it fails.
  Task<bool> secure(const TlsContext& context);

  /// The next request with its body, as its Content-Length says; empty when the stream ended first.
  Task<std::string> request();
  Task<void> say(std::string text);
  /// Sends a FIN and waits until the other end has closed, too.
  Task<void> hang_up();
  /// Some bytes into the inbox; false at the end of the stream.
  Task<bool> hear();
  /// The next `count` bytes, or what there is before the end of the stream.
  Task<std::string> next(std::size_t count);
  /// Speaks HTTP/2 until the client hangs up.
  Task<void> serve_http2(Http2Server& server);

  Io& io;
  ByteStream stream;
  std::string inbox;
};

/// What a scripted server does with its connection of this number, from 0. The connection ends with it.
using Script = std::function<Task<void>(Peer&, int number)>;

/// Connects everything to one endpoint, whatever its name; counts.
class TestDialer final : public Dialer {
 public:
  TestDialer(Io& io, Endpoint to) : io_(io), to_(to) {}
  Task<Dialed> dial(DialRequest request) override;
  std::optional<DialPlace> try_admit(const IpAddress&) override;
  Task<Result<DialPlace>> admit(IpAddress) override { co_return DialPlace(); }
  std::optional<Verdict> objection_to(const DialRequest& request) override;

  std::vector<std::string> dialed;  ///< "host:port"
  std::vector<std::string> refused_hosts;
  int places = 0;  ///< held now
  int places_most = 0;

 private:
  DialPlace take_place();

  Io& io_;
  Endpoint to_;
};

/// An engine and a server on it: simulated, or on loopback.
struct ClientWorld {
  std::string name;
  std::function<std::unique_ptr<Io>()> make;  ///< null where this machine has none
  bool simulated = false;
};
const std::vector<ClientWorld>& client_worlds();
std::ostream& operator<<(std::ostream& out, const ClientWorld& world);

/// Runs a script for each connection while `body(dialer)` runs.
Task<void> with_script(Io& io, bool simulated, Script script, std::function<Task<void>(TestDialer&)> body);

/// Answers every request of every connection with "hello".
Task<void> hello(Peer& peer, int number);

/// Plays scripts against a client on each engine in turn, and sees to it that nothing is left open.
class ClientTest : public ::testing::TestWithParam<ClientWorld> {
 protected:
  void SetUp() override {
    io_ = GetParam().make();
    if (io_ == nullptr) GTEST_SKIP() << "this machine has no io_uring for us";
  }
  Io& io() { return *io_; }

  /// Runs `body(client, dialer)` against a scripted server.
  void play(Script script, std::function<Task<void>(HttpClient&, TestDialer&)> body);
  /// One request and what came of it; its body is in `body_`.
  Fetched fetch_one(Script script, RequestOptions options, HttpRequest request);

  std::unique_ptr<Io> io_;
  ClientSettings settings_{.user_agent = "test"};
  ClientCounts counts_;  ///< at the end of the last play
  std::string body_;
  std::vector<std::string> dialed_;
};
#define ON_EVERY_ENGINE(Suite)                                              \
  INSTANTIATE_TEST_SUITE_P(Io, Suite, ::testing::ValuesIn(client_worlds()), \
                           [](const auto& info) { return info.param.name; })

/// "HTTP/1.1 200 OK", a length and the body.
std::string answer(std::string_view body, std::string_view fields = "");
HttpRequest request_to(std::string_view url, std::string method = "GET");

}  // namespace atonce
