#pragma once

#include <optional>

#include "atonce/protocols/tls/lean_library.h"
#include "atonce/protocols/tls/openssl.h"
#include "atonce/protocols/tls/peer_verifier.h"
#include "atonce/protocols/tls/tls_context.h"

namespace atonce {

struct TlsContext::State {
  std::optional<LeanLibrary> library;  ///< of a client; first, so that it ends last
  ContextPtr ssl;
  bool is_server = false;
  bool insecure = false;
  PeerVerifier verifier{std::nullopt};

  // Of a server.
  std::optional<TlsCredentials> credentials;
  std::function<std::optional<TlsCredentials>(std::string_view)> choose;
  std::string alpn;  ///< as the wire has it: each name behind its length
};

}  // namespace atonce
