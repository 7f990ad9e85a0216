#include "atonce/protocols/tls/tls_context.h"

#include <fmt/format.h>

#include <new>

#include "atonce/protocols/tls/context_state.h"
#include "atonce/protocols/tls/credentials_state.h"
#include "atonce/protocols/tls/session_state.h"
#include "atonce/protocols/tls/trust_store.h"

namespace atonce {
namespace {

/// AES-128 first, as browsers have it: AES-256 and its SHA-384 cost more and stop nobody who is stopped here.
constexpr const char* suites_tls13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
/// X25519 is the one for which a client makes a key: a third of what P-256 costs.
constexpr const char* groups = "X25519:P-256:P-384:P-521";
constexpr std::size_t alpn_name_max = 255;

Parsed<std::string> write_alpn(const std::vector<std::string>& names) {
  std::string wire;
  for (const std::string& name : names) {
    if (name.empty() || name.size() > alpn_name_max)
      return complain(fmt::format("an ALPN name has 1 to {} bytes, not {}", alpn_name_max, name.size()));
    wire += static_cast<char>(name.size());
    wire += name;
  }
  return wire;
}

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

ContextPtr make_context(const SSL_METHOD* method, int security_level, OSSL_LIB_CTX* library) {
  ContextPtr ssl(SSL_CTX_new_ex(library, nullptr, method));
  if (!ssl) throw std::bad_alloc();
  SSL_CTX_set_min_proto_version(ssl.get(), TLS1_2_VERSION);
  SSL_CTX_set_security_level(ssl.get(), security_level);
  SSL_CTX_set_options(ssl.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(ssl.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_ciphersuites(ssl.get(), suites_tls13);
  SSL_CTX_set1_groups_list(ssl.get(), groups);
  SSL_CTX_set_read_ahead(ssl.get(), 1);
  return ssl;
}

Parsed<void> use_client_certificate(SSL_CTX* ssl, const TlsClientOptions& options) {
  if (options.certificate_file.empty()) {
    if (options.key_file.empty()) return {};
    return complain("a key file is of no use without a certificate: name one with --cert");
  }
  const Parsed<TlsCredentials> ours = TlsCredentials::from_files(options.certificate_file, options.key_file);
  if (!ours) return std::unexpected(ours.error());
  const TlsCredentials::State& state = ours->state();
  bool taken =
      SSL_CTX_use_certificate(ssl, state.certificate.get()) == 1 && SSL_CTX_use_PrivateKey(ssl, state.key.get()) == 1;
  for (const CertificatePtr& above : state.above) taken = taken && SSL_CTX_add1_chain_cert(ssl, above.get()) == 1;
  if (taken) return {};
  return complain(fmt::format("the certificate in {} cannot be used: {}", options.certificate_file, take_error_text()));
}

int take_alpn(SSL* connection, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
              unsigned offered_size, void*) {
  const std::string& ours = TlsSession::State::of(connection).context->alpn;
  unsigned char* from_ours = nullptr;
  const int found = SSL_select_next_proto(&from_ours, chosen_size, raw(ours), static_cast<unsigned>(ours.size()),
                                          offered, offered_size);
  *chosen = from_ours;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

bool show(SSL* connection, const TlsCredentials& credentials) {
  const TlsCredentials::State& state = credentials.state();
  if (SSL_use_certificate(connection, state.certificate.get()) != 1) return false;
  if (SSL_use_PrivateKey(connection, state.key.get()) != 1) return false;
  SSL_clear_chain_certs(connection);
  for (const CertificatePtr& above : state.above)
    if (SSL_add1_chain_cert(connection, above.get()) != 1) return false;
  return true;
}

int choose_certificate(SSL* connection, void*) try {
  TlsSession::State& session = TlsSession::State::of(connection);
  const char* const name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
  session.server_name = lower_case(name != nullptr ? name : "");
  const TlsContext::State& context = *session.context;
  std::optional<TlsCredentials> credentials;
  if (context.choose) credentials = context.choose(session.server_name);
  if (!credentials) credentials = context.credentials;
  return credentials && show(connection, *credentials) ? 1 : 0;
} catch (...) {
  return 0;  // Nothing may be thrown through OpenSSL's frames.
}

Parsed<void> ask_for_client_certificates(SSL_CTX* ssl, const std::string& ca_pem) {
  if (ca_pem.empty()) return {};
  Parsed<StorePtr> store = load_trust_store({}, ca_pem);
  if (!store) return std::unexpected(store.error());
  for (const CertificatePtr& certificate : read_certificates(ca_pem)) SSL_CTX_add_client_CA(ssl, certificate.get());
  SSL_CTX_set_cert_store(ssl, store->release());
  SSL_CTX_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(ssl, judge_peer, nullptr);
  constexpr std::string_view id = "atonce";
  SSL_CTX_set_session_id_context(ssl, raw(id), static_cast<unsigned>(id.size()));
  return {};
}

}  // namespace

Parsed<TlsContext> TlsContext::client(const TlsClientOptions& options) {
  const Parsed<std::string> alpn = write_alpn(options.alpn);
  if (!alpn) return std::unexpected(alpn.error());
  auto state = std::make_shared<State>();
  OSSL_LIB_CTX* const library = state->library.emplace().get();
  Parsed<StorePtr> store = load_trust_store(options.ca_file, options.ca_pem, library);
  if (!store && !options.insecure) return std::unexpected(store.error());

  constexpr int security_level = 2;
  ContextPtr ssl = make_context(TLS_client_method(), security_level, library);
  if (store) SSL_CTX_set_cert_store(ssl.get(), store->release());
  // As curl does: an authority of the user's is trusted whether or not its own root is known.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ssl.get()), X509_V_FLAG_PARTIAL_CHAIN);
  if (options.at) X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(ssl.get()), *options.at);
  SSL_CTX_set_verify(ssl.get(), options.insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(ssl.get(), judge_peer, nullptr);
  SSL_CTX_set_session_cache_mode(ssl.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(ssl.get(), keep_session);
  if (!alpn->empty()) SSL_CTX_set_alpn_protos(ssl.get(), raw(*alpn), static_cast<unsigned>(alpn->size()));
  if (const Parsed<void> used = use_client_certificate(ssl.get(), options); !used) return std::unexpected(used.error());

  state->ssl = std::move(ssl);
  state->insecure = options.insecure;
  state->verifier = PeerVerifier(options.at);
  return TlsContext(std::move(state));
}

Parsed<TlsContext> TlsContext::server(const TlsServerOptions& options) {
  Parsed<std::string> alpn = write_alpn(options.alpn);
  if (!alpn) return std::unexpected(alpn.error());
  if (!options.credentials && !options.choose) return complain("a TLS server needs a certificate and its key");

  constexpr int security_level = 0;
  ContextPtr ssl = make_context(TLS_server_method(), security_level, nullptr);
  SSL_CTX_set_session_cache_mode(ssl.get(), SSL_SESS_CACHE_OFF);
  if (!options.tickets) {
    SSL_CTX_set_options(ssl.get(), SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(ssl.get(), 0);
  }
  if (options.tls12_only) SSL_CTX_set_max_proto_version(ssl.get(), TLS1_2_VERSION);
  SSL_CTX_set_cert_cb(ssl.get(), choose_certificate, nullptr);
  if (!alpn->empty()) SSL_CTX_set_alpn_select_cb(ssl.get(), take_alpn, nullptr);
  if (const Parsed<void> asked = ask_for_client_certificates(ssl.get(), options.client_ca_pem); !asked)
    return std::unexpected(asked.error());

  auto state = std::make_shared<State>();
  state->ssl = std::move(ssl);
  state->is_server = true;
  state->credentials = options.credentials;
  state->choose = options.choose;
  state->alpn = std::move(*alpn);
  return TlsContext(std::move(state));
}

}  // namespace atonce
