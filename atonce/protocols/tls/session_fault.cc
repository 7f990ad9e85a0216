#include "atonce/protocols/tls/session_fault.h"

#include <fmt/format.h>
#include <openssl/sslerr.h>

namespace atonce {
namespace {

/// Reason codes of alerts that came are 1000 and the alert's number: ssl/record/rec_layer_s3.c.
constexpr int alert_reason_first = SSL_AD_REASON_OFFSET;
constexpr int alert_reason_last = alert_reason_first + 255;

std::string_view peer_of(const TlsSession::State& state) {
  return state.context->is_server ? "the client" : "the host";
}

bool is_alert(unsigned long error) {
  const int reason = ERR_GET_REASON(error);
  return ERR_GET_LIB(error) == ERR_LIB_SSL && reason >= alert_reason_first && reason <= alert_reason_last;
}

/// The bytes of a certificate, or its key, make no sense: OpenSSL finds that out before it judges the chain.
bool is_of_certificate(unsigned long error) {
  const int library = ERR_GET_LIB(error);
  if (library == ERR_LIB_ASN1 || library == ERR_LIB_X509) return true;
  if (library != ERR_LIB_SSL) return false;
  const int reason = ERR_GET_REASON(error);
  return reason == SSL_R_CERT_LENGTH_MISMATCH || reason == SSL_R_UNABLE_TO_FIND_PUBLIC_KEY_PARAMETERS ||
         reason == SSL_R_UNKNOWN_CERTIFICATE_TYPE || reason == SSL_R_WRONG_CERTIFICATE_TYPE;
}

bool is_no_tls(unsigned long error) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return false;
  const int reason = ERR_GET_REASON(error);
  return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST;
}

std::string text_of(unsigned long error) {
  const char* const reason = error != 0 ? ERR_reason_error_string(error) : nullptr;
  return reason != nullptr ? reason : "unknown error";
}

/// Those of TLS 1.3 that OpenSSL 3.0 has no words for: RFC 8446 6.2, RFC 7301 3.2.
std::string_view words_for(int alert) {
  switch (alert) {
    case SSL_AD_MISSING_EXTENSION: return "missing extension";
    case SSL_AD_CERTIFICATE_REQUIRED: return "certificate required";
    case SSL_AD_NO_APPLICATION_PROTOCOL: return "no application protocol";
    default: return SSL_alert_desc_string_long(alert);
  }
}

std::string alert_text(unsigned long error) {
  const int alert = ERR_GET_REASON(error) - alert_reason_first;
  return fmt::format("{} (TLS alert {})", words_for(alert), alert);
}

void fail(TlsSession::State& state, TlsFault fault, std::string detail) {
  state.fault = fault;
  state.detail = std::move(detail);
  ERR_clear_error();
}

}  // namespace

void note_handshake_failure(TlsSession::State& state) {
  const unsigned long first = ERR_peek_error();
  if (state.verify_code != X509_V_OK && (state.context->is_server || !state.context->insecure))
    return fail(state, fault_of_verify_code(state.verify_code), state.verify_detail);
  if (is_alert(first))
    return fail(state, TlsFault::failed,
                fmt::format("{} refused the TLS handshake: {}", peer_of(state), alert_text(first)));
  if (is_of_certificate(first))
    return fail(state, TlsFault::cert_invalid, fmt::format("the certificate cannot be read: {}", text_of(first)));
  if (is_no_tls(first))
    return fail(state, TlsFault::failed, fmt::format("what {} sent is not TLS: perhaps it is HTTP", peer_of(state)));
  fail(state, TlsFault::failed, fmt::format("the TLS handshake failed: {}", text_of(first)));
}

void note_failure(TlsSession::State& state) {
  const unsigned long first = ERR_peek_error();
  if (is_alert(first))
    return fail(state, TlsFault::failed,
                fmt::format("{} ended the TLS connection: {}", peer_of(state), alert_text(first)));
  fail(state, TlsFault::failed, fmt::format("the TLS connection failed: {}", text_of(first)));
}

void note_closed(TlsSession::State& state) {
  fail(state, TlsFault::closed, fmt::format("{} closed the connection within the TLS handshake", peer_of(state)));
}

}  // namespace atonce
