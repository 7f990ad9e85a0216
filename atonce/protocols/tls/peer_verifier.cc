#include "atonce/protocols/tls/peer_verifier.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <ctime>

namespace atonce {
namespace {

std::string date_of(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) return "a date that cannot be read";
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fields);
}

std::string which(X509_STORE_CTX* chain) {
  if (X509_STORE_CTX_get_error_depth(chain) == 0) return "the certificate";
  X509* const certificate = X509_STORE_CTX_get_current_cert(chain);
  return fmt::format("the certificate of the authority \"{}\"",
                     certificate != nullptr ? subject_of(certificate) : "unknown");
}

std::string name_detail(const CertificateFacts& facts, std::string_view host) {
  if (facts.names.empty()) return fmt::format("the certificate names no host; its subject is \"{}\"", facts.subject);
  const std::string more = facts.names_total > 1 ? fmt::format(" and {} more", facts.names_total - 1) : "";
  return fmt::format("the certificate is for {}{}, not for {}", facts.names.front(), more, host);
}

std::string detail_of(int code, X509_STORE_CTX* chain) {
  X509* const current = X509_STORE_CTX_get_current_cert(chain);
  const char* const text = X509_verify_cert_error_string(code);
  switch (code) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      if (current == nullptr) break;
      return fmt::format("{} expired on {}", which(chain), date_of(X509_get0_notAfter(current)));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      if (current == nullptr) break;
      return fmt::format("{} is valid from {} on", which(chain), date_of(X509_get0_notBefore(current)));
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return fmt::format("nobody we trust has issued {}, nor does the host show who did", which(chain));
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return "the certificate is signed by itself alone";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return fmt::format("{} is the last of the chain, and we do not trust it", which(chain));
    default: break;
  }
  return fmt::format("{}: {}", which(chain), text);
}

void digest(EVP_MD_CTX* context, X509* certificate) {
  unsigned char* encoded = nullptr;
  const int size = i2d_X509(certificate, &encoded);
  if (size > 0) EVP_DigestUpdate(context, encoded, static_cast<std::size_t>(size));
  OPENSSL_free(encoded);
}

using DigestPtr = std::unique_ptr<EVP_MD_CTX, ReleasedBy<&EVP_MD_CTX_free>>;

}  // namespace

std::size_t PeerVerifier::HashFingerprint::operator()(const Fingerprint& fingerprint) const {
  std::size_t hash = 0;  // Any part of a hash that nobody can choose is one too.
  std::memcpy(&hash, fingerprint.data(), sizeof(hash));
  return hash;
}

std::int64_t PeerVerifier::now() const { return at_.value_or(std::time(nullptr)); }

std::optional<PeerVerifier::Fingerprint> PeerVerifier::fingerprint_of(X509_STORE_CTX* chain, std::string_view host) {
  const DigestPtr context(EVP_MD_CTX_new());
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) return std::nullopt;
  EVP_DigestUpdate(context.get(), host.data(), host.size());
  EVP_DigestUpdate(context.get(), "", 1);  // No host name holds a NUL: where it ends is part of the hash.
  digest(context.get(), X509_STORE_CTX_get0_cert(chain));
  const STACK_OF(X509)* const above = X509_STORE_CTX_get0_untrusted(chain);
  for (int i = 0; i < sk_X509_num(above); ++i) digest(context.get(), sk_X509_value(above, i));
  Fingerprint fingerprint{};
  if (EVP_DigestFinal_ex(context.get(), fingerprint.data(), nullptr) != 1) return std::nullopt;
  return fingerprint;
}

PeerJudgement PeerVerifier::judge(X509_STORE_CTX* chain, std::string_view host) {
  const std::optional<Fingerprint> fingerprint = fingerprint_of(chain, host);
  if (fingerprint) {
    const auto found = good_.find(*fingerprint);
    if (found != good_.end() && now() < found->second.until) {
      ++known_;
      X509_STORE_CTX_set_error(chain, X509_V_OK);
      return {.facts = found->second.facts};
    }
  }
  PeerJudgement judgement = look(chain, host);
  X509_STORE_CTX_set_error(chain, judgement.verify_code);
  if (judgement.verify_code == X509_V_OK && fingerprint) keep(*fingerprint, chain, judgement);
  return judgement;
}

PeerJudgement PeerVerifier::look(X509_STORE_CTX* chain, std::string_view host) const {
  PeerJudgement judgement;
  X509* const certificate = X509_STORE_CTX_get0_cert(chain);
  judgement.facts = std::make_shared<const CertificateFacts>(read_certificate_facts(certificate));
  const bool good = X509_verify_cert(chain) == 1;
  judgement.verify_code = X509_STORE_CTX_get_error(chain);
  if (!good && judgement.verify_code == X509_V_OK) judgement.verify_code = X509_V_ERR_UNSPECIFIED;
  if (judgement.verify_code != X509_V_OK) {
    judgement.detail = detail_of(judgement.verify_code, chain);
  } else if (!host.empty() && !is_for_host(certificate, host)) {
    judgement.verify_code = X509_V_ERR_HOSTNAME_MISMATCH;
    judgement.detail = name_detail(*judgement.facts, host);
  }
  ERR_clear_error();
  return judgement;
}

void PeerVerifier::keep(const Fingerprint& fingerprint, X509_STORE_CTX* chain, const PeerJudgement& judgement) {
  Good good{.until = now() + kept_s, .facts = judgement.facts};
  const STACK_OF(X509)* const built = X509_STORE_CTX_get0_chain(chain);
  for (int i = 0; i < sk_X509_num(built); ++i)
    good.until = std::min(good.until, seconds_of(X509_get0_notAfter(sk_X509_value(built, i))));
  if (good_.size() >= kept_max) good_.clear();
  good_.insert_or_assign(fingerprint, std::move(good));
}

}  // namespace atonce
