#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/result.h"
#include "atonce/protocols/tls/credentials.h"

namespace atonce {

struct TlsClientOptions {
  bool insecure = false;            ///< certificates are looked at, and what is wrong with them stops nothing
  std::string ca_file;              ///< PEM; in place of the system's authorities
  std::string ca_pem;               ///< the same as text; both may be given
  std::string certificate_file;     ///< ours, PEM; empty: none
  std::string key_file;             ///< its key; empty: stands in the same file
  std::vector<std::string> alpn{};  ///< offered, first best: {"h2", "http/1.1"}; empty: none is offered
  std::optional<std::int64_t> at;   ///< when certificates are judged, seconds since 1970; none: now, by the system
};

struct TlsServerOptions {
  std::optional<TlsCredentials> credentials;  ///< shown where `choose` has none
  /// For the name a client asks for (lower case; empty: it named none). Called within `TlsSession::handshake`.
  std::function<std::optional<TlsCredentials>(std::string_view server_name)> choose;
  std::vector<std::string> alpn{"h2", "http/1.1"};  ///< the first of ours that the client offers is taken
  std::string client_ca_pem;                        ///< clients must show a certificate of these; empty: not asked for
  bool tickets = true;                              ///< sessions may be resumed
  bool tls12_only = false;
};

/// What all connections of one configuration share: authorities, keys, settings. Make one for each loop: OpenSSL's
/// locks are for nobody then. A cheap copy; sessions keep it alive. TLS 1.2 and 1.3; security level 2 for clients (keys
/// of 112 bits, no SHA-1), like Debian's curl; any level for servers, whose certificates are for clients to judge.
class TlsContext {
 public:
  struct State;  ///< of this library's own

  /// The system's authorities are those of SSL_CERT_FILE or else of SSL_CERT_DIR or else of Debian's bundle; all are
  /// read here, so that no handshake reads a file. Takes some 6 ms.
  static Parsed<TlsContext> client(const TlsClientOptions& options);
  static Parsed<TlsContext> server(const TlsServerOptions& options);

  const std::shared_ptr<State>& state() const { return state_; }

 private:
  explicit TlsContext(std::shared_ptr<State> state) : state_(std::move(state)) {}

  std::shared_ptr<State> state_;
};

}  // namespace atonce
