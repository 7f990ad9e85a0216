#pragma once

#include <memory>
#include <string>

#include "atonce/protocols/tls/byte_buffer.h"
#include "atonce/protocols/tls/certificate_facts.h"
#include "atonce/protocols/tls/context_state.h"
#include "atonce/protocols/tls/openssl.h"
#include "atonce/protocols/tls/tls_session.h"

namespace atonce {

struct TlsSession::State {
  std::shared_ptr<TlsContext::State> context;
  ByteBuffer input;
  ByteBuffer output;
  SslPtr ssl;  ///< after what its BIO looks at, so that it ends before
  std::string host;
  std::string cache_key;  ///< host and port
  TlsSessionCache* sessions = nullptr;
  std::string server_name;
  bool input_ended = false;
  bool established = false;
  bool close_said = false;
  TlsFault fault = TlsFault::none;
  std::string detail;
  int verify_code = X509_V_OK;
  std::string verify_detail;
  std::shared_ptr<const CertificateFacts> certificate;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  /// A connection that just ends says nothing against its session; OpenSSL would never resume it again.
  ~State() {
    if (ssl && fault == TlsFault::none) SSL_set_shutdown(ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }

  static State& of(SSL* connection) { return *static_cast<State*>(SSL_get_app_data(connection)); }
};

/// What `SSL_CTX_set_cert_verify_callback` is given: the peer's chain is judged and remembered in the session.
int judge_peer(X509_STORE_CTX* chain, void* nothing);
/// What `SSL_CTX_sess_set_new_cb` is given: the session goes into the cache, if there is one.
int keep_session(SSL* connection, SSL_SESSION* session);

}  // namespace atonce
