#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atonce/model/plan.h"
#include "atonce/model/result.h"
#include "atonce/protocols/http/limits.h"

namespace atonce {

class TlsContext;

enum class ProxyKind : std::uint8_t { http, socks5 };

/// Somebody in between, who resolves the names that are asked for through him.
struct Proxy {
  ProxyKind kind = ProxyKind::http;
  std::string host;
  std::uint16_t port = 1'080;
  std::string user;  ///< decoded; a secret, as the next
  std::string password;

  friend bool operator==(const Proxy&, const Proxy&) = default;
};

/// "http://host:port", "socks5://user:password@host:port"; without a scheme http is meant, without a port 1080, as in
/// curl. "socks5" and "socks5h" are the same here: the proxy resolves. Complaints have no byte of user or password.
Parsed<Proxy> parse_proxy(std::string_view text);

/// How a client is, for all of its requests.
struct ClientSettings {
  /// Of the pool: as browsers and servers bound it; a place of the dialer's bounds it further.
  std::uint32_t connections_per_host_max = 256;
  std::uint32_t connections_max = 65'536;
  /// Kept open although nobody uses them; the one idle for longest is closed for a new one.
  std::uint32_t idle_max = 1'024;
  Duration idle_timeout = std::chrono::seconds(15);
  /// Streams at once on an HTTP/2 connection, where the server allows as many.
  std::uint32_t streams_max = 100;

  /// `automatic`: by ALPN, and HTTP/1.1 without TLS. `http2`: HTTP/2 alone, also without TLS (prior knowledge).
  HttpVersionChoice version = HttpVersionChoice::automatic;
  HttpLimits limits;                ///< what an answer can make us read and hold
  const TlsContext* tls = nullptr;  ///< outlives the client; null: https is refused
  std::optional<Proxy> proxy;
  std::vector<std::string> no_proxy;                  ///< hosts and domains (".example.org") that are asked directly
  std::string user_agent = "atonce/" ATONCE_VERSION;  ///< empty: no such field
};

}  // namespace atonce
