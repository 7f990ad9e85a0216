#include "atonce/protocols/tls/trust_store.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <optional>

#include "atonce/protocols/tls/pem_file.h"

namespace atonce {
namespace {

namespace fs = std::filesystem;

struct Store {
  X509_STORE* certificates;
  OSSL_LIB_CTX* library;
};

constexpr const char* bundle = "/etc/ssl/certs/ca-certificates.crt";

std::optional<std::string> environment(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

Parsed<void> add_text(const Store& store, std::string_view pem, std::string_view from) {
  const std::vector<CertificatePtr> certificates = read_certificates(pem, store.library);
  if (certificates.empty())
    return complain(fmt::format(
        "{} holds no certificate of an authority in PEM format (-----BEGIN CERTIFICATE-----), or a broken one", from));
  for (const CertificatePtr& certificate : certificates) X509_STORE_add_cert(store.certificates, certificate.get());
  ERR_clear_error();
  return {};
}

Parsed<void> add_file(const Store& store, const std::string& path) {
  const Parsed<std::string> pem = read_pem_file(path, "authority");
  return pem ? add_text(store, *pem, path) : std::unexpected(pem.error());
}

/// What of a folder is a certificate; other files are passed over. As OpenSSL does, for files may come and go there.
Parsed<void> add_folder(const Store& store, const std::string& path) {
  std::error_code error;
  std::size_t found = 0;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code unreadable;
    if (!entry->is_regular_file(unreadable)) continue;
    const Parsed<std::string> pem = read_pem_file(entry->path().string(), "authority");
    if (pem && add_text(store, *pem, entry->path().string())) ++found;
  }
  if (error) return complain(fmt::format("cannot read the folder of authorities {}: {}", path, error.message()));
  if (found == 0) return complain(fmt::format("the folder of authorities {} holds no certificate", path));
  return {};
}

Parsed<void> add_system(const Store& store) {
  if (const auto file = environment("SSL_CERT_FILE")) return add_file(store, *file);
  if (const auto folder = environment("SSL_CERT_DIR")) return add_folder(store, *folder);
  std::error_code ignored;
  if (!fs::exists(bundle, ignored))
    return complain(
        fmt::format("this system has no authorities to trust ({} is not there): install the package "
                    "ca-certificates, or name a file with --cacert or SSL_CERT_FILE",
                    bundle));
  return add_file(store, bundle);
}

}  // namespace

Parsed<StorePtr> load_trust_store(const std::string& ca_file, const std::string& ca_pem, OSSL_LIB_CTX* library) {
  StorePtr certificates(X509_STORE_new());
  const Store store{certificates.get(), library};
  Parsed<void> added;
  if (ca_file.empty() && ca_pem.empty()) added = add_system(store);
  if (!ca_file.empty()) added = add_file(store, ca_file);
  if (added && !ca_pem.empty()) added = add_text(store, ca_pem, "the text of the authorities");
  if (!added) return std::unexpected(added.error());
  return certificates;
}

}  // namespace atonce
