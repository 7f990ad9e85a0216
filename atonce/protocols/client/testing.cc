#include "atonce/protocols/client/testing.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace atonce {
namespace {

std::size_t length_of_body(std::string_view head) {
  constexpr std::string_view name = "\r\nContent-Length: ";
  const std::size_t at = head.find(name);
  std::size_t length = 0;
  if (at != head.npos) std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
  return length;
}

/// Counts how many are held at once.
class TestPlace {
 public:
  explicit TestPlace(int& held) : held_(&held) { ++held; }
  TestPlace(TestPlace&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  ~TestPlace() {
    if (held_ != nullptr) --*held_;
  }

 private:
  int* held_;
};

}  // namespace

Task<bool> Peer::secure(const TlsContext& context) {
  co_return (co_await stream.secure(TlsSession::server(context))).has_value();
}

Task<bool> Peer::hear() {
  std::array<std::byte, 16'384> buffer;
  const Result<std::size_t> count =
      stream.tls() != nullptr ? co_await stream.receive_tls(buffer) : co_await receive(io, stream.socket(), buffer);
  if (count.value_or(0) == 0) co_return false;
  inbox.append(reinterpret_cast<const char*>(buffer.data()), *count);
  co_return true;
}

Task<std::string> Peer::request() {
  while (true) {
    const std::size_t end = inbox.find("\r\n\r\n");
    if (end != inbox.npos) {
      const std::size_t size = end + 4 + length_of_body(std::string_view(inbox).substr(0, end + 2));
      if (inbox.size() >= size) co_return co_await next(size);
    }
    if (!co_await hear()) co_return "";
  }
}

Task<std::string> Peer::next(std::size_t count) {
  while (inbox.size() < count && co_await hear()) {
  }
  std::string bytes = inbox.substr(0, count);
  inbox.erase(0, count);
  co_return bytes;
}

Task<void> Peer::say(std::string text) { (void)co_await stream.send_all(std::as_bytes(std::span(text))); }

Task<void> Peer::hang_up() {
  io.finish_sending(stream.socket().handle());
  while (co_await hear()) {
  }
}

Task<void> Peer::serve_http2(Http2Server& server) {
  do {
    if (!server.feed(std::exchange(inbox, {}))) break;
    while (server.wants_output()) {
      std::string out;
      server.append_output(out);
      if (out.empty()) break;
      co_await say(std::move(out));
    }
  } while (!server.is_over() && co_await hear());
  server.finish();
}

DialPlace TestDialer::take_place() {
  DialPlace place = DialPlace::holding(TestPlace(places));
  places_most = std::max(places_most, places);
  return place;
}

Task<Dialed> TestDialer::dial(DialRequest request) {
  dialed.push_back(fmt::format("{}:{}", request.host, request.port));
  Dialed result{.place = take_place(), .address = to_.address, .resolved = io_.now()};
  Result<Socket> socket = co_await within(request.connect_timeout, connect(io_, to_));
  result.connected = io_.now();
  result.error = socket ? 0 : socket.error().code;
  result.verdict = socket ? Verdict::open : verdict_of_connect(socket.error());
  if (socket) result.socket = std::move(*socket);
  co_return result;
}

std::optional<DialPlace> TestDialer::try_admit(const IpAddress&) { return take_place(); }

std::optional<Verdict> TestDialer::objection_to(const DialRequest& request) {
  if (std::ranges::find(refused_hosts, request.host) == refused_hosts.end()) return std::nullopt;
  return Verdict::special_use;
}

const std::vector<ClientWorld>& client_worlds() {
  static const std::vector<ClientWorld> worlds{
      {"Sim", [] -> std::unique_ptr<Io> { return std::make_unique<SimIo>(Seed{7}); }, true},
      {"SimInPieces",
       [] -> std::unique_ptr<Io> {
         auto io = std::make_unique<SimIo>(Seed{11});
         io->short_transfers(true);
         return io;
       },
       true},
      {"Epoll", [] { return make_epoll_io(); }},
      {"Ring",
       [] -> std::unique_ptr<Io> {
         Parsed<std::unique_ptr<Io>> made = make_ring_io();
         return made ? std::move(*made) : nullptr;
       }},
      {"Blocking", [] { return make_blocking_io(); }},
  };
  return worlds;
}

std::ostream& operator<<(std::ostream& out, const ClientWorld& world) { return out << world.name; }

Task<void> with_script(Io& io, bool simulated, Script script, std::function<Task<void>(TestDialer&)> body) {
  Socket listener = listen(io, simulated ? at("192.0.2.1", 80) : at("127.0.0.1", 0)).value();
  TestDialer dialer(io, io.local_endpoint(listener.handle()).value());
  co_await with_scope(io, [&](Scope& scope) -> Task<void> {
    scope.start([&]() -> Task<void> {
      for (int number = 0;; ++number) {
        Result<Socket> accepted = co_await accept(io, listener);
        if (!accepted) co_return;
        scope.start(
            [&](Socket socket, int connection) -> Task<void> {
              Peer peer(io, std::move(socket));
              co_await script(peer, connection);
            },
            std::move(*accepted), number);
      }
    });
    co_await body(dialer);
    scope.cancel();
  });
}

Task<void> hello(Peer& peer, int) {
  while (!(co_await peer.request()).empty()) co_await peer.say(answer("hello", "Content-Type: text/plain\r\n"));
}

void ClientTest::play(Script script, std::function<Task<void>(HttpClient&, TestDialer&)> body) {
  io().run(with_script(io(), GetParam().simulated, std::move(script), [&](TestDialer& dialer) -> Task<void> {
    co_await with_client(io(), dialer, settings_, [&](HttpClient& client) -> Task<void> {
      co_await body(client, dialer);
      counts_ = client.counts();
    });
    EXPECT_EQ(dialer.places, 0);
    dialed_ = dialer.dialed;
  }));
  if (auto* sim = dynamic_cast<SimIo*>(io_.get())) EXPECT_EQ(sim->open_handles(), 0U);
}

Fetched ClientTest::fetch_one(Script script, RequestOptions options, HttpRequest request) {
  Fetched fetched;
  KeptBody body;
  play(std::move(script),
       [&](HttpClient& client, TestDialer&) -> Task<void> { fetched = co_await client.fetch(request, body, options); });
  body_ = body.take();
  return fetched;
}

std::string answer(std::string_view body, std::string_view fields) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{}\r\n{}", body.size(), fields, body);
}

HttpRequest request_to(std::string_view url, std::string method) {
  return {.method = std::move(method), .url = parse_url(url).value()};
}

}  // namespace atonce
