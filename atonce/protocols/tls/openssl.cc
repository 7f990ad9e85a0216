#include "atonce/protocols/tls/openssl.h"

#include <climits>

namespace atonce {
namespace {

BioPtr reader_of(std::string_view text) {
  if (text.size() > INT_MAX) return nullptr;
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string text_of(BIO* memory) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  return size > 0 ? std::string(bytes, static_cast<std::size_t>(size)) : std::string();
}

/// Nobody is asked for a password: a key that has one is refused.
int no_password(char*, int, int, void*) { return -1; }

}  // namespace

CertificatePtr share(X509* certificate) {
  if (certificate != nullptr) X509_up_ref(certificate);
  return CertificatePtr(certificate);
}

KeyPtr share(EVP_PKEY* key) {
  if (key != nullptr) EVP_PKEY_up_ref(key);
  return KeyPtr(key);
}

std::vector<CertificatePtr> read_certificates(std::string_view pem, OSSL_LIB_CTX* library) {
  std::vector<CertificatePtr> certificates;
  const BioPtr reader = reader_of(pem);
  if (!reader) return certificates;
  while (true) {
    X509* certificate = X509_new_ex(library, nullptr);
    if (PEM_read_bio_X509(reader.get(), &certificate, no_password, nullptr) == nullptr) {
      X509_free(certificate);
      break;
    }
    certificates.emplace_back(certificate);
  }
  const bool all_read = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!all_read) certificates.clear();
  return certificates;
}

KeyPtr read_key(std::string_view pem) {
  const BioPtr reader = reader_of(pem);
  KeyPtr key(reader ? PEM_read_bio_PrivateKey(reader.get(), nullptr, no_password, nullptr) : nullptr);
  ERR_clear_error();
  return key;
}

std::string write_pem(X509* certificate) {
  const BioPtr memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), certificate);
  return text_of(memory.get());
}

std::string write_pem(EVP_PKEY* key) {
  const BioPtr memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(memory.get());
}

std::string take_error_text() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  const char* const reason = error != 0 ? ERR_reason_error_string(error) : nullptr;
  return reason != nullptr ? reason : "unknown error";
}

}  // namespace atonce
