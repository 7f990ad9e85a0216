#pragma once

#include "atonce/model/result.h"
#include "atonce/protocols/tls/authority.h"
#include "atonce/protocols/tls/openssl.h"

namespace atonce {

Parsed<KeyPtr> make_key(KeyKind kind);

/// Who signs: null for a certificate that signs itself.
struct Issuer {
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;
};

/// A certificate for `key`, signed by the issuer or by `key` itself.
Parsed<CertificatePtr> make_certificate(const CertificateOptions& options, EVP_PKEY* key, Issuer issuer);

}  // namespace atonce
