#include "atonce/protocols/tls/lean_library.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <vector>

#include "atonce/protocols/tls/pem_file.h"

namespace atonce {
namespace {

using ::testing::ElementsAreArray;

constexpr const char* bundle = "/etc/ssl/certs/ca-certificates.crt";

std::vector<std::string> suites_of(OSSL_LIB_CTX* library) {
  const ContextPtr context(SSL_CTX_new_ex(library, nullptr, TLS_client_method()));
  const SslPtr connection(SSL_new(context.get()));
  std::vector<std::string> names;
  const STACK_OF(SSL_CIPHER)* const suites = SSL_get_ciphers(connection.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(suites); ++i)
    names.emplace_back(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(suites, i)));
  return names;
}

bool all_groups_are_known(OSSL_LIB_CTX* library) {
  const ContextPtr context(SSL_CTX_new_ex(library, nullptr, TLS_client_method()));
  return SSL_CTX_set1_groups_list(context.get(), "X25519:P-256:X448:P-521:P-384:ffdhe2048:ffdhe8192") == 1;
}

TEST(LeanLibrary, IsAContextOfItsOwn) {
  const LeanLibrary one;
  const LeanLibrary other;
  EXPECT_NE(one.get(), nullptr);
  EXPECT_NE(one.get(), other.get());
}

TEST(LeanLibrary, OffersTheSameSuitesAndGroupsAsAllOfOpenSsl) {
  const LeanLibrary lean;
  EXPECT_THAT(suites_of(lean.get()), ElementsAreArray(suites_of(nullptr)));
  EXPECT_TRUE(all_groups_are_known(lean.get()));
}

TEST(LeanLibrary, ReadsTheKeysOfTheSystemsAuthoritiesAndChecksTheirSignatures) {
  if (!std::filesystem::exists(bundle)) GTEST_SKIP() << "there is no " << bundle;
  const LeanLibrary lean;
  const std::string pem = read_pem_file(bundle, "authority").value();
  const std::vector<CertificatePtr> roots = read_certificates(pem, lean.get());
  EXPECT_GT(roots.size(), 10U);
  for (const CertificatePtr& root : roots) {
    EVP_PKEY* const key = X509_get0_pubkey(root.get());
    ASSERT_NE(key, nullptr);
    EXPECT_EQ(X509_verify(root.get(), key), 1);
  }
}

TEST(LeanLibrary, ReadsAllThatOpenSslReadsAsKeysOfCertificates) {
  const LeanLibrary lean;
  for (const char* const kind : {"RSA", "RSA-PSS", "EC", "ED25519", "ED448"}) {
    SCOPED_TRACE(kind);
    const std::unique_ptr<EVP_PKEY_CTX, ReleasedBy<&EVP_PKEY_CTX_free>> maker(
        EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
    EVP_PKEY* made = nullptr;
    ASSERT_EQ(EVP_PKEY_keygen_init(maker.get()), 1);
    if (std::string_view(kind) == "EC") EVP_PKEY_CTX_set_group_name(maker.get(), "P-521");
    ASSERT_EQ(EVP_PKEY_generate(maker.get(), &made), 1);
    const KeyPtr key(made);
    unsigned char* encoded = nullptr;
    const int size = i2d_PUBKEY(key.get(), &encoded);
    const unsigned char* at = encoded;
    const KeyPtr read(d2i_PUBKEY_ex(nullptr, &at, size, lean.get(), nullptr));
    OPENSSL_free(encoded);
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(EVP_PKEY_eq(read.get(), key.get()), 1);
  }
}

}  // namespace
}  // namespace atonce
