#include "atonce/protocols/tls/matrix_builder.h"

#include <fmt/format.h>

namespace atonce {
namespace {

constexpr const char* root_name = "matrix root";
constexpr const char* host = "www.example.test";

const CertificateOptions leaf{.common_name = host, .names = {host}};
const CertificateOptions between{.common_name = "matrix authority", .is_authority = true};

/// The same certificate and key with other certificates behind it.
Parsed<TlsCredentials> with_chain(const TlsCredentials& credentials, std::string_view chain_pem) {
  const std::string whole = credentials.chain_pem();
  constexpr std::string_view end = "-----END CERTIFICATE-----\n";
  const std::string own = whole.substr(0, whole.find(end) + end.size());
  return TlsCredentials::from_pem(own + std::string(chain_pem), credentials.key_pem());
}

}  // namespace

std::vector<std::string> numbered_names(int count, std::string last) {
  std::vector<std::string> names;
  for (int i = 1; i <= count; ++i) names.push_back(fmt::format("n{}.example.test", i));
  names.push_back(std::move(last));
  return names;
}

Parsed<MatrixBuilder> MatrixBuilder::make() {
  Parsed<Authority> root = Authority::make({.common_name = root_name});
  if (!root) return std::unexpected(root.error());
  Parsed<Authority> below = root->below(between);
  if (!below) return std::unexpected(below.error());
  return MatrixBuilder(std::move(*root), std::move(*below));
}

void MatrixBuilder::add(std::string name, std::string meaning, std::string asked, CertificateOptions options,
                        TlsFault expected) {
  keep(std::move(name), std::move(meaning), std::move(asked), between_.issue(options), root_.certificate_pem(),
       expected);
}

void MatrixBuilder::add_below(std::string name, std::string meaning, CertificateOptions authority,
                              CertificateOptions options, TlsFault expected) {
  const Parsed<Authority> below = root_.below(authority);
  keep(std::move(name), std::move(meaning), host, below ? below->issue(options) : std::unexpected(below.error()),
       root_.certificate_pem(), expected);
}

void MatrixBuilder::add_root(std::string name, std::string meaning, CertificateOptions root, CertificateOptions options,
                             TlsFault expected) {
  const Parsed<Authority> other = Authority::make(std::move(root));
  keep(std::move(name), std::move(meaning), host, other ? other->issue(options) : std::unexpected(other.error()),
       other ? other->certificate_pem() : std::string(), expected);
}

void MatrixBuilder::add_deep(std::string name, std::string meaning, std::optional<int> path_length, int depth,
                             TlsFault expected) {
  CertificateOptions options{.common_name = "authority 1", .is_authority = true, .path_length = path_length};
  Parsed<Authority> last = root_.below(options);
  for (int i = 2; last && i <= depth; ++i)
    last = last->below({.common_name = fmt::format("authority {}", i), .is_authority = true});
  keep(std::move(name), std::move(meaning), host, last ? last->issue(leaf) : std::unexpected(last.error()),
       root_.certificate_pem(), expected);
}

void MatrixBuilder::add_chain(std::string name, std::string meaning, Chain chain, TlsFault expected) {
  Parsed<Shown> shown = show(chain);
  if (!shown) return keep(std::move(name), std::move(meaning), host, std::unexpected(shown.error()), {}, expected);
  keep(std::move(name), std::move(meaning), host, shown->credentials, shown->trusted_pem, expected);
}

Parsed<MatrixBuilder::Shown> MatrixBuilder::show(Chain chain) const {
  switch (chain) {
    case Chain::self_signed:
    case Chain::self_signed_trusted:
    case Chain::unknown_root:
    case Chain::unknown_root_shown:
    case Chain::same_name_root: return show_of_other_root(chain);
    default: return show_changed_chain(chain);
  }
}

Parsed<MatrixBuilder::Shown> MatrixBuilder::show_of_other_root(Chain chain) const {
  const bool itself = chain == Chain::self_signed || chain == Chain::self_signed_trusted;
  CertificateOptions options = itself ? leaf : CertificateOptions{.common_name = "unknown root"};
  options.key_usage = !itself;  // That of an authority may not be used by a host.
  if (chain == Chain::same_name_root) options.common_name = root_name;
  Parsed<Authority> other = Authority::make(options);
  if (!other) return std::unexpected(other.error());
  const std::string trusted = chain == Chain::self_signed_trusted ? other->certificate_pem() : root_.certificate_pem();
  Parsed<TlsCredentials> credentials =
      itself ? TlsCredentials::from_pem(other->certificate_pem(), other->key_pem()) : other->issue(leaf);
  if (credentials && chain == Chain::unknown_root_shown)
    credentials = with_chain(*credentials, other->certificate_pem());
  if (!credentials) return std::unexpected(credentials.error());
  return Shown{std::move(*credentials), trusted};
}

Parsed<MatrixBuilder::Shown> MatrixBuilder::show_changed_chain(Chain chain) const {
  const Parsed<Authority> second = between_.below({.common_name = "second authority", .is_authority = true});
  if (!second) return std::unexpected(second.error());
  const Parsed<TlsCredentials> credentials = second->issue(leaf);
  if (!credentials) return std::unexpected(credentials.error());
  const std::string first_pem = between_.certificate_pem();
  const std::string second_pem = second->certificate_pem();
  std::string trusted = root_.certificate_pem();
  std::string shown = second_pem + first_pem;
  if (chain == Chain::root_shown) shown += root_.certificate_pem();
  if (chain == Chain::missing_intermediate) shown = second_pem;
  if (chain == Chain::intermediate_trusted) trusted = first_pem;
  if (chain == Chain::wrong_order) shown = first_pem + second_pem;
  if (chain == Chain::strangers_shown) {
    const Parsed<Authority> stranger = Authority::make({.common_name = "stranger"});
    if (!stranger) return std::unexpected(stranger.error());
    shown = stranger->certificate_pem() + shown;
  }
  Parsed<TlsCredentials> changed = with_chain(*credentials, shown);
  if (!changed) return std::unexpected(changed.error());
  return Shown{std::move(*changed), std::move(trusted)};
}

void MatrixBuilder::keep(std::string name, std::string meaning, std::string asked, Parsed<TlsCredentials> credentials,
                         std::string trusted_pem, TlsFault expected) {
  if (!credentials) {
    if (!complaint_) complaint_ = Complaint{fmt::format("case {}: {}", name, credentials.error().text)};
    return;
  }
  cases_.push_back({std::move(name), std::move(meaning), std::move(asked), std::move(*credentials),
                    std::move(trusted_pem), expected});
}

Parsed<std::vector<CertificateCase>> MatrixBuilder::take() {
  if (complaint_) return std::unexpected(*complaint_);
  return std::move(cases_);
}

}  // namespace atonce
