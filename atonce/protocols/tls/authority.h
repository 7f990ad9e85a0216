#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/address.h"
#include "atonce/model/result.h"
#include "atonce/protocols/tls/credentials.h"

namespace atonce {

enum class KeyKind : std::uint8_t { p256, p384, ed25519, rsa1024, rsa2048 };
enum class SignatureHash : std::uint8_t { sha256, sha384, sha1, md5 };
enum class CertificateUse : std::uint8_t {
  server,
  client,
  code_signing,
  any
};  ///< extended key usage; any: no extension

/// Everything that can be asked of a certificate, right or wrong.
struct CertificateOptions {
  std::string common_name;           ///< any bytes; empty: none
  std::vector<std::string> names;    ///< DNS names of the subject alternative name, any bytes, wildcards too
  std::vector<IpAddress> addresses;  ///< the same for addresses
  std::vector<std::string> emails;   ///< the same for mail addresses
  std::int64_t not_before = 0;       ///< seconds since 1970; both 0: from yesterday on for 397 days (of a CA: 10 years)
  std::int64_t not_after = 0;
  KeyKind key = KeyKind::p256;
  SignatureHash hash = SignatureHash::sha256;  ///< of the signature that the issuer makes
  CertificateUse use = CertificateUse::server;
  bool key_usage = true;           ///< with the extension that fits; an authority may be made without the right to sign
  bool may_sign = true;            ///< of an authority: key usage has keyCertSign
  bool basic_constraints = true;   ///< with the extension; false: an authority of X.509 version 1 style
  bool is_authority = false;       ///< its CA bit
  std::optional<int> path_length;  ///< how many authorities may stand below
  std::vector<std::string> permitted_names;  ///< name constraints: subtrees of DNS names
  std::string unknown_critical_extension;    ///< an OID, "1.2.3.4": a critical extension that nobody knows
  bool broken_signature = false;             ///< the last byte is flipped
};

/// Makes certificates: a root, authorities below it, leaves. For the built-in server, worlds and tests; nothing here
/// is kept secret well enough for more.
class Authority {
 public:
  /// Names whose certificates are kept, for `issue_for`.
  static constexpr std::size_t kept_max = 20'000;

  /// A root that signs itself. What cannot be is complained about.
  static Parsed<Authority> make(CertificateOptions options = {.common_name = "atonce authority"});
  /// One that was made before: `certificate_pem` and `key_pem`.
  static Parsed<Authority> from_pem(std::string_view certificate_pem, std::string_view key_pem);
  ~Authority();
  Authority(Authority&&) noexcept;
  Authority& operator=(Authority&&) noexcept;

  /// An authority below this one, whose chains have its certificate too; with `is_authority`, or it is a false one.
  Parsed<Authority> below(const CertificateOptions& options) const;
  /// A certificate with a key of its own, and the authorities between it and the root.
  Parsed<TlsCredentials> issue(const CertificateOptions& options) const;
  /// For a host name or an address, any: valid, with one P-256 key shared by all names, so some 50 µs the first time;
  /// kept.
  Parsed<TlsCredentials> issue_for(std::string_view host);

  std::string certificate_pem() const;  ///< its own: what clients of a root have to trust, as for curl --cacert
  std::string key_pem() const;
  std::string chain_pem() const;  ///< its own and those above it up to the root, without that one; empty for a root

  struct State;  ///< of this library's own

 private:
  explicit Authority(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace atonce
