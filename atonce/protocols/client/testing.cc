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

Task<std::string> Peer::request() {
  std::array<std::byte, 4'096> buffer;
  while (true) {
    const std::size_t end = inbox.find("\r\n\r\n");
    if (end != inbox.npos) {
      const std::size_t size = end + 4 + length_of_body(std::string_view(inbox).substr(0, end + 2));
      if (inbox.size() >= size) {
        std::string request = inbox.substr(0, size);
        inbox.erase(0, size);
        co_return request;
      }
    }
    const Result<std::size_t> count = co_await receive(io, socket, buffer);
    if (count.value_or(0) == 0) co_return "";
    inbox.append(reinterpret_cast<const char*>(buffer.data()), *count);
  }
}

Task<void> Peer::say(std::string text) { (void)co_await send_all(io, socket, std::as_bytes(std::span(text))); }

Task<void> Peer::hang_up() {
  io.finish_sending(socket.handle());
  std::array<std::byte, 4'096> buffer;
  while ((co_await receive(io, socket, buffer)).value_or(0) > 0) {
  }
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

std::string answer(std::string_view body, std::string_view fields) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{}\r\n{}", body.size(), fields, body);
}

HttpRequest request_to(std::string_view url, std::string method) {
  return {.method = std::move(method), .url = parse_url(url).value()};
}

}  // namespace atonce
