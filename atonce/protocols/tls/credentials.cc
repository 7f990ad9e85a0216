#include "atonce/protocols/tls/credentials.h"

#include <fmt/format.h>

#include "atonce/protocols/tls/credentials_state.h"
#include "atonce/protocols/tls/pem_file.h"

namespace atonce {
namespace {

Parsed<TlsCredentials> make(std::string_view chain_pem, std::string_view chain_from, std::string_view key_pem,
                            std::string_view key_from) {
  std::vector<CertificatePtr> chain = read_certificates(chain_pem);
  if (chain.empty())
    return complain(fmt::format("{} holds no certificate in PEM format (-----BEGIN CERTIFICATE-----)", chain_from));
  KeyPtr key = read_key(key_pem);
  if (!key)
    return complain(
        fmt::format("{} holds no private key in PEM format, or one with a password; "
                    "remove the password with: openssl pkey -in KEY -out NEWKEY",
                    key_from));
  if (X509_check_private_key(chain.front().get(), key.get()) != 1) {
    ERR_clear_error();
    return complain(fmt::format("the key in {} is not that of the first certificate in {}", key_from, chain_from));
  }
  auto state = std::make_shared<TlsCredentials::State>();
  state->certificate = std::move(chain.front());
  state->key = std::move(key);
  for (auto above = chain.begin() + 1; above != chain.end(); ++above) state->above.push_back(std::move(*above));
  return TlsCredentials(std::move(state));
}

}  // namespace

Parsed<TlsCredentials> TlsCredentials::from_pem(std::string_view chain_pem, std::string_view key_pem) {
  return make(chain_pem, "the text of the certificate", key_pem, "the text of the key");
}

Parsed<TlsCredentials> TlsCredentials::from_files(const std::string& chain_file, const std::string& key_file) {
  const Parsed<std::string> chain = read_pem_file(chain_file, "certificate");
  if (!chain) return std::unexpected(chain.error());
  if (key_file.empty()) return make(*chain, chain_file, *chain, chain_file);
  const Parsed<std::string> key = read_pem_file(key_file, "key");
  if (!key) return std::unexpected(key.error());
  return make(*chain, chain_file, *key, key_file);
}

std::string TlsCredentials::chain_pem() const {
  std::string text = write_pem(state_->certificate.get());
  for (const CertificatePtr& above : state_->above) text += write_pem(above.get());
  return text;
}

std::string TlsCredentials::key_pem() const { return write_pem(state_->key.get()); }

}  // namespace atonce
