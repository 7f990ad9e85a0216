#pragma once

#include <memory>

#include "atonce/protocols/tls/openssl.h"

namespace atonce {

/// OpenSSL's algorithms without those that no TLS client needs.
///
/// For each public key of each certificate OpenSSL 3.0 looks through all its decoders for those that might read it, and
/// through all pairs of these for chains: 1.5 million instructions, where the check of a P-256 signature takes 0.9
/// million. A client of TLS needs six of about a hundred, and among these alone the search is next to nothing. So this
/// is a library context of its own, whose one provider is OpenSSL's default provider with fewer decoders and key types
/// to choose from; what it computes is OpenSSL's. One for each `TlsContext`, so its locks are for nobody.
/// Source: x509_pubkey_ex_d2i_ex and ossl_decoder_ctx_setup_for_pkey of OpenSSL 3.0, provider(7).
class LeanLibrary {
 public:
  /// Where OpenSSL is set up to do without its default provider (openssl.cnf), it is left alone: all as it is there.
  LeanLibrary();

  /// Outlives whatever was made with it. Null stands for OpenSSL's own, as it does for OpenSSL.
  OSSL_LIB_CTX* get() const { return context_.get(); }

 private:
  std::unique_ptr<OSSL_LIB_CTX, ReleasedBy<&OSSL_LIB_CTX_free>> context_;
  std::unique_ptr<OSSL_PROVIDER, ReleasedBy<&OSSL_PROVIDER_unload>> provider_;
};

}  // namespace atonce
