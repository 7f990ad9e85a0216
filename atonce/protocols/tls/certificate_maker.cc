#include "atonce/protocols/tls/certificate_maker.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <ctime>

#include "atonce/protocols/tls/certificate_extensions.h"

namespace atonce {
namespace {

constexpr std::int64_t day_s = 86'400;
/// What browsers take at most: CA/Browser Forum, Baseline Requirements 6.3.2.
constexpr std::int64_t leaf_valid_s = 397 * day_s;
constexpr std::int64_t authority_valid_s = 3'650 * day_s;

const EVP_MD* hash_for(const CertificateOptions& options, const EVP_PKEY* signer) {
  if (EVP_PKEY_is_a(signer, "ED25519") == 1) return nullptr;  // It has its own: RFC 8410.
  switch (options.hash) {
    case SignatureHash::sha256: return EVP_sha256();
    case SignatureHash::sha384: return EVP_sha384();
    case SignatureHash::sha1: return EVP_sha1();
    case SignatureHash::md5: return EVP_md5();
  }
  return EVP_sha256();
}

bool set_serial(X509* certificate) {
  std::uint64_t serial = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial)) != 1) return false;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), (serial >> 1) | 1) == 1;
}

bool set_dates(X509* certificate, const CertificateOptions& options) {
  std::int64_t from = options.not_before;
  std::int64_t until = options.not_after;
  if (from == 0 && until == 0) {
    from = std::time(nullptr) - day_s;
    until = from + (options.is_authority ? authority_valid_s : leaf_valid_s);
  }
  return ASN1_TIME_set(X509_getm_notBefore(certificate), from) != nullptr &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), until) != nullptr;
}

bool set_names(X509* certificate, const CertificateOptions& options, X509* issuer) {
  X509_NAME* const subject = X509_get_subject_name(certificate);
  if (!options.common_name.empty() &&
      X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(options.common_name.data()),
                                 static_cast<int>(options.common_name.size()), -1, 0) != 1)
    return false;
  return X509_set_issuer_name(certificate, issuer != nullptr ? X509_get_subject_name(issuer) : subject) == 1;
}

/// The last byte of the encoding is the last one of the signature.
CertificatePtr with_broken_signature(X509* certificate) {
  unsigned char* encoded = nullptr;
  const int size = i2d_X509(certificate, &encoded);
  if (size <= 0) return nullptr;
  encoded[size - 1] ^= 1;
  const unsigned char* at = encoded;
  CertificatePtr broken(d2i_X509(nullptr, &at, size));
  OPENSSL_free(encoded);
  return broken;
}

KeyPtr generate(KeyKind kind) {
  switch (kind) {
    case KeyKind::p256: return KeyPtr(EVP_EC_gen("P-256"));
    case KeyKind::p384: return KeyPtr(EVP_EC_gen("P-384"));
    case KeyKind::ed25519: return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    case KeyKind::rsa1024: return KeyPtr(EVP_RSA_gen(1'024));
    case KeyKind::rsa2048: return KeyPtr(EVP_RSA_gen(2'048));
  }
  return nullptr;
}

}  // namespace

Parsed<KeyPtr> make_key(KeyKind kind) {
  KeyPtr key = generate(kind);
  if (!key) return complain(fmt::format("no key could be made: {}", take_error_text()));
  return key;
}

Parsed<CertificatePtr> make_certificate(const CertificateOptions& options, EVP_PKEY* key, Issuer issuer) {
  CertificatePtr certificate(X509_new());
  EVP_PKEY* const signer = issuer.key != nullptr ? issuer.key : key;
  constexpr long version_3 = 2;  // RFC 5280 4.1.2.1
  const bool made =
      certificate && X509_set_version(certificate.get(), version_3) == 1 && set_serial(certificate.get()) &&
      set_dates(certificate.get(), options) && set_names(certificate.get(), options, issuer.certificate) &&
      X509_set_pubkey(certificate.get(), key) == 1 && add_extensions(certificate.get(), options, issuer.certificate) &&
      X509_sign(certificate.get(), signer, hash_for(options, signer)) > 0;
  if (made && options.broken_signature) certificate = with_broken_signature(certificate.get());
  if (!made || !certificate)
    return complain(fmt::format("no certificate could be made for \"{}\": {}", options.common_name, take_error_text()));
  return certificate;
}

}  // namespace atonce
