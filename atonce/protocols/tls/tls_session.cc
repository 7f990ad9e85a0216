#include "atonce/protocols/tls/tls_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <climits>
#include <new>

#include "atonce/model/address.h"
#include "atonce/protocols/tls/memory_bio.h"
#include "atonce/protocols/tls/session_cache_state.h"
#include "atonce/protocols/tls/session_fault.h"
#include "atonce/protocols/tls/session_state.h"

namespace atonce {
namespace {

/// A pooled connection that is never used again has nothing but small things in its buffers.
constexpr std::size_t read_max = 16'384;

std::unique_ptr<TlsSession::State> make_state(const TlsContext& context) {
  auto state = std::make_unique<TlsSession::State>();
  state->context = context.state();
  state->ssl.reset(SSL_new(state->context->ssl.get()));
  if (!state->ssl) throw std::bad_alloc();
  SSL_set_app_data(state->ssl.get(), state.get());
  BIO* const bio = make_memory_bio(state->input, state->output).release();
  SSL_set_bio(state->ssl.get(), bio, bio);
  return state;
}

std::string_view without_last_dot(std::string_view host) {
  if (host.size() > 1 && host.ends_with('.')) host.remove_suffix(1);
  return host;
}

void offer_session(TlsSession::State& state) {
  if (state.sessions == nullptr) return;
  ResumableSession kept = state.sessions->state().take(state.context, state.cache_key);
  if (!kept.session || SSL_set_session(state.ssl.get(), kept.session.get()) != 1) return;
  state.certificate = std::move(kept.certificate);
}

void forget_sessions(TlsSession::State& state) {
  if (state.sessions != nullptr) state.sessions->state().forget(state.context, state.cache_key);
}

}  // namespace

TlsSession::TlsSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsSession::~TlsSession() = default;
TlsSession::TlsSession(TlsSession&&) noexcept = default;
TlsSession& TlsSession::operator=(TlsSession&&) noexcept = default;

TlsSession TlsSession::client(const TlsContext& context, std::string_view host, std::uint16_t port,
                              TlsSessionCache* sessions) {
  std::unique_ptr<State> state = make_state(context);
  state->host = without_last_dot(host);
  state->cache_key = fmt::format("{}:{}", state->host, port);
  state->sessions = sessions;
  SSL_set_connect_state(state->ssl.get());
  // A name that is too long for SNI is too long for the DNS: nobody gets here with one.
  if (!parse_address(state->host)) SSL_set_tlsext_host_name(state->ssl.get(), state->host.c_str());
  offer_session(*state);
  ERR_clear_error();
  return TlsSession(std::move(state));
}

TlsSession TlsSession::server(const TlsContext& context) {
  std::unique_ptr<State> state = make_state(context);
  SSL_set_accept_state(state->ssl.get());
  return TlsSession(std::move(state));
}

void TlsSession::feed(std::span<const std::byte> ciphertext) {
  state_->input.append(ciphertext.data(), ciphertext.size());
}
std::span<std::byte> TlsSession::input_space(std::size_t bytes) { return state_->input.space(bytes); }
void TlsSession::input_came(std::size_t bytes) { state_->input.added(bytes); }
void TlsSession::input_ended() { state_->input_ended = true; }
std::size_t TlsSession::input_left() const { return state_->input.size(); }
bool TlsSession::is_hungry() const {
  const State& state = *state_;
  return state.established && state.fault == TlsFault::none && !state.input_ended && state.input.size() == 0 &&
         SSL_has_pending(state.ssl.get()) == 0;
}

void TlsSession::release_buffers() {
  SSL_free_buffers(state_->ssl.get());  // Refuses by itself where a record is half read or half written.
  state_->input.release_if_empty();
  state_->output.release_if_empty();
}

TlsStep TlsSession::handshake() {
  State& state = *state_;
  if (state.fault != TlsFault::none) return TlsStep::failed;
  if (state.established) return TlsStep::done;
  ERR_clear_error();
  const int result = SSL_do_handshake(state.ssl.get());
  if (result == 1) {
    state.established = true;
    return TlsStep::done;
  }
  const bool hungry = SSL_get_error(state.ssl.get(), result) == SSL_ERROR_WANT_READ;
  if (hungry && !state.input_ended) return TlsStep::needs_input;
  if (hungry)
    note_closed(state);
  else
    note_handshake_failure(state);
  forget_sessions(state);
  return TlsStep::failed;
}

TlsRead TlsSession::read(std::span<std::byte> into) {
  State& state = *state_;
  if (state.fault != TlsFault::none) return {TlsRead::Kind::failed};
  if (into.empty()) return {TlsRead::Kind::needs_input};
  ERR_clear_error();
  std::size_t bytes = 0;
  const int result = SSL_read_ex(state.ssl.get(), into.data(), std::min(into.size(), read_max), &bytes);
  if (result == 1) return {TlsRead::Kind::data, bytes};
  switch (SSL_get_error(state.ssl.get(), result)) {
    case SSL_ERROR_WANT_READ: return {state.input_ended ? TlsRead::Kind::cut : TlsRead::Kind::needs_input};
    case SSL_ERROR_ZERO_RETURN: return {TlsRead::Kind::ended};
    default: break;
  }
  note_failure(state);
  return {TlsRead::Kind::failed};
}

bool TlsSession::write(std::span<const std::byte> plaintext) {
  State& state = *state_;
  if (state.fault != TlsFault::none || state.close_said) return false;
  ERR_clear_error();
  while (!plaintext.empty()) {
    std::size_t bytes = 0;
    if (SSL_write_ex(state.ssl.get(), plaintext.data(), plaintext.size(), &bytes) != 1) {
      note_failure(state);
      return false;
    }
    plaintext = plaintext.subspan(bytes);
  }
  return true;
}

void TlsSession::close_notify() {
  State& state = *state_;
  if (state.close_said || !state.established || state.fault != TlsFault::none) return;
  state.close_said = true;
  SSL_shutdown(state.ssl.get());
  ERR_clear_error();
}

std::span<const std::byte> TlsSession::output() const { return state_->output.bytes(); }
void TlsSession::output_sent(std::size_t bytes) { state_->output.remove(bytes); }

bool TlsSession::established() const { return state_->established; }

std::string_view TlsSession::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(state_->ssl.get(), &name, &size);
  return name == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(name), size);
}

bool TlsSession::resumed() const { return SSL_session_reused(state_->ssl.get()) == 1; }
std::string_view TlsSession::server_name() const { return state_->server_name; }
TlsFault TlsSession::fault() const { return state_->fault; }
const std::string& TlsSession::detail() const { return state_->detail; }

TlsFacts TlsSession::facts() const {
  const State& state = *state_;
  TlsFacts facts{.alpn = std::string(alpn()), .verify_code = state.verify_code, .resumed = resumed()};
  if (const SSL_CIPHER* const cipher = SSL_get_current_cipher(state.ssl.get())) {
    facts.version = SSL_get_version(state.ssl.get());
    facts.cipher = SSL_CIPHER_get_name(cipher);
  }
  if (state.certificate) {
    const CertificateFacts& certificate = *state.certificate;
    facts.subject = certificate.subject;
    facts.issuer = certificate.issuer;
    facts.names = certificate.names;
    facts.names_total = certificate.names_total;
    facts.serial = certificate.serial;
    facts.not_before = certificate.not_before;
    facts.not_after = certificate.not_after;
    if (facts.resumed) facts.verify_code = static_cast<int>(SSL_get_verify_result(state.ssl.get()));
    facts.verify_text = X509_verify_cert_error_string(facts.verify_code);
    facts.verified = facts.verify_code == X509_V_OK && !state.context->insecure;
  }
  return facts;
}

int judge_peer(X509_STORE_CTX* chain, void*) try {
  auto* const connection = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  TlsSession::State& session = TlsSession::State::of(connection);
  PeerJudgement judgement = session.context->verifier.judge(chain, session.host);
  session.verify_code = judgement.verify_code;
  session.verify_detail = std::move(judgement.detail);
  session.certificate = std::move(judgement.facts);
  return session.verify_code == X509_V_OK ? 1 : 0;
} catch (...) {
  X509_STORE_CTX_set_error(chain, X509_V_ERR_OUT_OF_MEM);  // Nothing may be thrown through OpenSSL's frames.
  return 0;
}

int keep_session(SSL* connection, SSL_SESSION* session) try {
  TlsSession::State& state = TlsSession::State::of(connection);
  if (state.sessions == nullptr) return 0;
  SSL_SESSION_up_ref(session);
  state.sessions->state().put(state.context, state.cache_key, {SslSessionPtr(session), state.certificate});
  return 0;
} catch (...) {
  return 0;
}

}  // namespace atonce
