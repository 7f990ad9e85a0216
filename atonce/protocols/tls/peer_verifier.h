#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "atonce/protocols/tls/certificate_facts.h"
#include "atonce/protocols/tls/openssl.h"

namespace atonce {

/// What was found out about the certificate of a peer.
struct PeerJudgement {
  int verify_code = X509_V_OK;
  std::string detail;  ///< what is wrong, for a person; empty when nothing is
  std::shared_ptr<const CertificateFacts> facts;
};

/// Judges chains of certificates: authorities, dates, usage, strength by OpenSSL, then the host's name.
///
/// A chain that was found good for a host is good for that host for `kept_s` more, or until one of its certificates
/// expires, without another look: as long as the configuration is the same, so is the answer. That saves the
/// signatures of the chain, which are half of what a handshake computes; that the host has the key is proven each time.
class PeerVerifier {
 public:
  static constexpr std::int64_t kept_s = 300;
  static constexpr std::size_t kept_max = 10'000;

  explicit PeerVerifier(std::optional<std::int64_t> at) : at_(at) {}

  /// `chain`: as set up by OpenSSL for the connection. `host` may be empty: then its name is nobody's concern. Leaves
  /// the verify code in `chain` too.
  PeerJudgement judge(X509_STORE_CTX* chain, std::string_view host);

  /// Chains that were not looked at, because they had been.
  std::uint64_t known() const { return known_; }

 private:
  using Fingerprint = std::array<unsigned char, 32>;
  struct HashFingerprint {
    std::size_t operator()(const Fingerprint& fingerprint) const;
  };
  struct Good {
    std::int64_t until = 0;
    std::shared_ptr<const CertificateFacts> facts;
  };

  std::int64_t now() const;
  std::optional<Fingerprint> fingerprint_of(X509_STORE_CTX* chain, std::string_view host);
  PeerJudgement look(X509_STORE_CTX* chain, std::string_view host) const;
  void keep(const Fingerprint& fingerprint, X509_STORE_CTX* chain, const PeerJudgement& judgement);

  std::optional<std::int64_t> at_;
  std::unordered_map<Fingerprint, Good, HashFingerprint> good_;
  std::uint64_t known_ = 0;
};

}  // namespace atonce
