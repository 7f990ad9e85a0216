#include "atonce/protocols/tls/authority.h"

#include <unordered_map>

#include "atonce/protocols/tls/certificate_maker.h"
#include "atonce/protocols/tls/credentials_state.h"

namespace atonce {

struct Authority::State {
  CertificatePtr certificate;
  KeyPtr key;
  std::vector<CertificatePtr> chain;  ///< its own and those above, without the root; empty for a root
  KeyPtr leaf_key;                    ///< of all that `issue_for` makes
  std::unordered_map<std::string, TlsCredentials> kept;

  Issuer issuer() const { return {certificate.get(), key.get()}; }

  Parsed<TlsCredentials> sign(const CertificateOptions& options, KeyPtr leaf) const {
    Parsed<CertificatePtr> made = make_certificate(options, leaf.get(), issuer());
    if (!made) return std::unexpected(made.error());
    auto credentials = std::make_shared<TlsCredentials::State>();
    credentials->certificate = std::move(*made);
    credentials->key = std::move(leaf);
    for (const CertificatePtr& above : chain) credentials->above.push_back(share(above.get()));
    return TlsCredentials(std::move(credentials));
  }
};

Authority::Authority(std::unique_ptr<State> state) : state_(std::move(state)) {}
Authority::~Authority() = default;
Authority::Authority(Authority&&) noexcept = default;
Authority& Authority::operator=(Authority&&) noexcept = default;

Parsed<Authority> Authority::make(CertificateOptions options) {
  options.is_authority = true;
  Parsed<KeyPtr> key = make_key(options.key);
  if (!key) return std::unexpected(key.error());
  Parsed<CertificatePtr> certificate = make_certificate(options, key->get(), {});
  if (!certificate) return std::unexpected(certificate.error());
  auto state = std::make_unique<State>();
  state->certificate = std::move(*certificate);
  state->key = std::move(*key);
  return Authority(std::move(state));
}

Parsed<Authority> Authority::from_pem(std::string_view certificate_pem, std::string_view key_pem) {
  const Parsed<TlsCredentials> own = TlsCredentials::from_pem(certificate_pem, key_pem);
  if (!own) return std::unexpected(own.error());
  if (X509_check_ca(own->state().certificate.get()) == 0)
    return complain("the certificate is not that of an authority: it may not sign others");
  auto state = std::make_unique<State>();
  state->certificate = share(own->state().certificate.get());
  state->key = share(own->state().key.get());
  return Authority(std::move(state));
}

Parsed<Authority> Authority::below(const CertificateOptions& options) const {
  Parsed<KeyPtr> key = make_key(options.key);
  if (!key) return std::unexpected(key.error());
  Parsed<CertificatePtr> certificate = make_certificate(options, key->get(), state_->issuer());
  if (!certificate) return std::unexpected(certificate.error());
  auto state = std::make_unique<State>();
  state->chain.push_back(share(certificate->get()));
  for (const CertificatePtr& above : state_->chain) state->chain.push_back(share(above.get()));
  state->certificate = std::move(*certificate);
  state->key = std::move(*key);
  return Authority(std::move(state));
}

Parsed<TlsCredentials> Authority::issue(const CertificateOptions& options) const {
  Parsed<KeyPtr> key = make_key(options.key);
  if (!key) return std::unexpected(key.error());
  return state_->sign(options, std::move(*key));
}

Parsed<TlsCredentials> Authority::issue_for(std::string_view host) {
  std::string name(host);
  if (const auto found = state_->kept.find(name); found != state_->kept.end()) return found->second;
  if (!state_->leaf_key) {
    Parsed<KeyPtr> key = make_key(KeyKind::p256);
    if (!key) return std::unexpected(key.error());
    state_->leaf_key = std::move(*key);
  }
  constexpr std::size_t common_name_max = 64;  // ub-common-name: RFC 5280 A.1
  CertificateOptions options;
  if (host.size() <= common_name_max) options.common_name = host;
  if (const std::optional<IpAddress> address = parse_address(host))
    options.addresses.push_back(*address);
  else
    options.names.push_back(name);
  Parsed<TlsCredentials> made = state_->sign(options, share(state_->leaf_key.get()));
  if (!made) return made;
  if (state_->kept.size() >= kept_max) state_->kept.clear();
  state_->kept.emplace(std::move(name), *made);
  return made;
}

std::string Authority::certificate_pem() const { return write_pem(state_->certificate.get()); }
std::string Authority::key_pem() const { return write_pem(state_->key.get()); }

std::string Authority::chain_pem() const {
  std::string text;
  for (const CertificatePtr& certificate : state_->chain) text += write_pem(certificate.get());
  return text;
}

}  // namespace atonce
