#pragma once

#include <string>

#include "atonce/model/result.h"
#include "atonce/protocols/tls/openssl.h"

namespace atonce {

using StorePtr = std::unique_ptr<X509_STORE, ReleasedBy<&X509_STORE_free>>;

/// The authorities of a PEM file and of a PEM text, either may be empty. With both empty those of the system:
/// SSL_CERT_FILE, or else SSL_CERT_DIR, or else Debian's bundle. Source: openssl-env(7), update-ca-certificates(8).
Parsed<StorePtr> load_trust_store(const std::string& ca_file, const std::string& ca_pem,
                                  OSSL_LIB_CTX* library = nullptr);

}  // namespace atonce
