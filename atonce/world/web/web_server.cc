#include "atonce/world/web/web_server.h"

#include <chrono>

#include "atonce/protocols/http2/frames.h"
#include "atonce/runtime/limiter.h"
#include "atonce/runtime/sleep.h"
#include "atonce/world/web/http2_connection.h"
#include "atonce/world/web/web_connection.h"

namespace atonce {
namespace {

constexpr char tls_handshake_record = 0x16;  // RFC 8446 5.1
// A shortage of descriptors or memory goes by; the kernel keeps who waits.
constexpr Duration shortage_pause = std::chrono::milliseconds(10);

bool may_go_by(int error) {
  switch (error) {
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    // The connection went before it was accepted, or its network did: accept(2).
    case ECONNABORTED:
    case ECONNRESET:
    case EINTR:
    case EPERM:
    case EPROTO:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTUNREACH:
    case ETIMEDOUT: return true;
    default: return false;
  }
}

Task<void> accept_all(WebShared& shared, const Socket& listener, Scope& connections, Limiter& places) {
  while (true) {
    Result<Permit> place = co_await places.acquire();
    if (!place) co_return;
    Result<Socket> socket = co_await accept(shared.io, listener);
    if (!socket) {
      if (!may_go_by(socket.error().code) || !co_await sleep_for(shared.io, shortage_pause)) co_return;
      continue;
    }
    ++shared.counts.connections;
    const std::uint64_t number = shared.numbers == nullptr ? shared.counts.connections : ++*shared.numbers;
    // The child's frame keeps the place until it ends.
    connections.start([](WebShared* all, Socket accepted, std::uint64_t counted,
                         Permit&&) { return serve_web_connection(*all, std::move(accepted), counted); },
                      &shared, std::move(*socket), number, std::move(*place));
  }
}

std::int64_t wall_clock_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Task<void> serve_web(WebShared& shared, std::span<const Socket> listeners) {
  Limiter places(shared.io, shared.options.connections_max);
  co_await with_scope(shared.io, [&](Scope& scope) -> Task<void> {
    for (const Socket& listener : listeners)
      scope.start(accept_all, std::ref(shared), std::cref(listener), std::ref(scope), std::ref(places));
    co_return;
  });
}

Task<void> serve_web_connection(WebShared& shared, Socket socket, std::uint64_t number) {
  WebStream stream(shared.io, std::move(socket));
  WebConnection connection{.shared = shared, .stream = stream, .number = number};
  Result<std::string_view> first = co_await stream.read(shared.options.idle_timeout);
  if (!first || first->empty()) co_return;
  if (const Result<Endpoint> peer = stream.peer()) connection.peer = peer->address;
  std::string begun(*first);
  const bool wants_tls = first->front() == tls_handshake_record;
  if (wants_tls ? !shared.options.tls : !shared.options.plain) co_return;
  if (wants_tls) {
    if (!co_await stream.begin_tls(*shared.options.tls, *first, shared.options.request_timeout)) co_return;
    ++shared.counts.handshakes;
    begun.clear();
  }
  bool http2 = stream.alpn() == "h2";
  // Without ALPN the client says so by its first bytes: RFC 9113 3.3.
  while (!http2 && http2_preface.starts_with(begun.substr(0, http2_preface.size()))) {
    http2 = begun.size() >= http2_preface.size();
    if (http2) break;
    first = co_await stream.read(begun.empty() ? shared.options.idle_timeout : shared.options.request_timeout);
    if (!first || first->empty()) break;
    begun += *first;
  }
  if (http2) {
    co_await serve_http2(connection, std::move(begun));
  } else if (!begun.empty()) {
    co_await serve_http1(connection, std::move(begun));
  }
  shared.counts.bytes_sent += stream.bytes_sent();
}

void complete(WebRequest& request, const WebConnection& connection) {
  request.secure = connection.stream.secure();
  request.peer = connection.peer;
  request.now = wall_clock_seconds();
  request.random = connection.shared.io.random();
}

void account(WebConnection& connection, const WebRequest& request, std::uint16_t status, Instant begun) {
  WebShared& shared = connection.shared;
  ++shared.counts.requests;
  ++connection.requests;
  if (shared.log == nullptr) return;
  shared.log->add({.connection = connection.number,
                   .request = connection.requests,
                   .begun = begun,
                   .ended = shared.io.now(),
                   .method = request.method,
                   .target = request.target,
                   .host = request.host,
                   .batch = request.fields.find("X-Batch").value_or(""),
                   .status = status,
                   .body_bytes = request.body.size()});
}

}  // namespace atonce
