#include "atonce/protocols/tls/tls_fault.h"

#include <openssl/x509_vfy.h>

namespace atonce {

Verdict verdict_of(TlsFault fault) {
  switch (fault) {
    case TlsFault::none:
    case TlsFault::failed: return Verdict::tls_failed;
    case TlsFault::closed: return Verdict::tls_closed;
    case TlsFault::cert_expired: return Verdict::cert_expired;
    case TlsFault::cert_not_yet_valid: return Verdict::cert_not_yet_valid;
    case TlsFault::cert_name: return Verdict::cert_name;
    case TlsFault::cert_untrusted: return Verdict::cert_untrusted;
    case TlsFault::cert_weak: return Verdict::cert_weak;
    case TlsFault::cert_invalid: return Verdict::cert_invalid;
  }
  return Verdict::tls_failed;
}

TlsFault fault_of_verify_code(int verify_code) {
  switch (verify_code) {
    case X509_V_OK: return TlsFault::none;
    case X509_V_ERR_CERT_HAS_EXPIRED: return TlsFault::cert_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID: return TlsFault::cert_not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return TlsFault::cert_name;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
    case X509_V_ERR_CERT_UNTRUSTED: return TlsFault::cert_untrusted;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK: return TlsFault::cert_weak;
    default: return TlsFault::cert_invalid;
  }
}

}  // namespace atonce
