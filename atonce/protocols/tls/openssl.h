#pragma once

// For the files of this folder alone: OpenSSL's types, owned.

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace atonce {

template <auto release>
struct ReleasedBy {
  template <class T>
  void operator()(T* pointer) const {
    release(pointer);
  }
};

using BioPtr = std::unique_ptr<BIO, ReleasedBy<&BIO_free_all>>;
using CertificatePtr = std::unique_ptr<X509, ReleasedBy<&X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, ReleasedBy<&EVP_PKEY_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, ReleasedBy<&SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, ReleasedBy<&SSL_free>>;
using SslSessionPtr = std::unique_ptr<SSL_SESSION, ReleasedBy<&SSL_SESSION_free>>;
using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, ReleasedBy<&GENERAL_NAMES_free>>;

/// Another owner of the same.
CertificatePtr share(X509* certificate);
KeyPtr share(EVP_PKEY* key);

/// All certificates of a PEM text, in order; what stands between them is skipped. Empty when one of them is broken.
/// Each stays with `library`, which reads its key and checks its signatures.
std::vector<CertificatePtr> read_certificates(std::string_view pem, OSSL_LIB_CTX* library = nullptr);
/// A private key without a password; null when there is none.
KeyPtr read_key(std::string_view pem);
std::string write_pem(X509* certificate);
std::string write_pem(EVP_PKEY* key);

/// The reason of the oldest error of this thread's queue, as OpenSSL words it, and an empty queue.
std::string take_error_text();

inline std::string_view bytes_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

}  // namespace atonce
