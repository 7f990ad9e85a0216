#pragma once

#include "atonce/protocols/tls/authority.h"
#include "atonce/protocols/tls/openssl.h"

namespace atonce {

/// Writes what the options ask for into a certificate that has its names and its key; `issuer` is null for one that
/// signs itself. False when that cannot be: OpenSSL's queue knows why. Source: RFC 5280 4.2.1.
bool add_extensions(X509* certificate, const CertificateOptions& options, X509* issuer);

}  // namespace atonce
