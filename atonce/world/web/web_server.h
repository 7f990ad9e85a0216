#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "atonce/model/address.h"
#include "atonce/protocols/tls/tls_context.h"
#include "atonce/runtime/requests.h"
#include "atonce/world/web/request_log.h"
#include "atonce/world/web/web_request.h"
#include "atonce/world/web/web_response.h"

namespace atonce {

/// How a server answers and how much it puts up with.
struct WebOptions {
  /// What is answered to a request; the table of routes unless told otherwise.
  std::function<WebResponse(const WebRequest&)> answer;
  std::optional<TlsContext> tls;  ///< none: a connection that begins TLS is closed
  bool plain = true;              ///< HTTP without TLS is answered; TLS is told by the first byte
  // Clients keep idle connections for a minute or two (curl 118 s, browsers 300 s); a server must not be the first.
  Duration idle_timeout = std::chrono::seconds(330);
  // From the first byte of a request to its last; a handshake counts as one.
  Duration request_timeout = std::chrono::seconds(60);
  // For one stretch of an answer to be taken by the peer.
  Duration send_timeout = std::chrono::seconds(120);
  // What a hostile answer that stalls keeps its connection for.
  Duration stall_timeout = std::chrono::minutes(10);
  std::uint64_t body_bytes_max = 64 << 20;
  // Descriptors left for files and the like; a connection beyond the rest waits in the kernel's queue.
  std::uint32_t connections_max = 1'000'000;
};

/// What was served so far.
struct WebCounts {
  std::uint64_t connections = 0;
  std::uint64_t requests = 0;    ///< answered, in whole or in part
  std::uint64_t refused = 0;     ///< of these, were no valid requests
  std::uint64_t handshakes = 0;  ///< of TLS, whole
  std::uint64_t bytes_sent = 0;  ///< of answers, before TLS

  WebCounts& operator+=(const WebCounts& other) {
    connections += other.connections;
    requests += other.requests;
    refused += other.refused;
    handshakes += other.handshakes;
    bytes_sent += other.bytes_sent;
    return *this;
  }
};

/// What the connections of one loop share. Lives as long as the server.
struct WebShared {
  Io& io;
  const WebOptions& options;
  RequestLog* log = nullptr;                      ///< null: none
  std::atomic<std::uint64_t>* numbers = nullptr;  ///< of the connections of all loops; null: this loop is alone
  WebCounts counts = {};
  std::uint32_t answering = 0;  ///< requests under way
  bool stopping = false;        ///< each connection ends with its next answer
};

/// Serves every connection of `listeners`, until the scope is cancelled; then it ends what is under way and returns.
/// Nothing that a client does ends it: a local shortage is waited out.
Task<void> serve_web(WebShared& shared, std::span<const Socket> listeners);

/// Serves one connection to its end.
Task<void> serve_web_connection(WebShared& shared, Socket socket, std::uint64_t number);

}  // namespace atonce
