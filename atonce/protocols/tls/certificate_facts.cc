#include "atonce/protocols/tls/certificate_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>

#include "atonce/model/address.h"
#include "atonce/protocols/tls/host_match.h"

namespace atonce {
namespace {

constexpr std::size_t name_bytes_max = 1'024;
constexpr std::size_t subject_bytes_max = 4'096;

std::string serial_of(const X509* certificate) {
  constexpr int bytes_max = 20;
  const ASN1_INTEGER* const serial = X509_get0_serialNumber(certificate);
  std::string text;
  for (int i = 0; i < std::min(ASN1_STRING_length(serial), bytes_max); ++i)
    fmt::format_to(std::back_inserter(text), "{}{:02x}", i == 0 ? "" : ":", ASN1_STRING_get0_data(serial)[i]);
  return text;
}

std::string text_of(X509_NAME* name) {
  const BioPtr memory(BIO_new(BIO_s_mem()));
  // RFC 2253 is RFC 4514 without UTF-8 as it is; bytes over 127 are not for us to escape.
  X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &bytes);
  if (size <= 0) return {};
  return {bytes, std::min(static_cast<std::size_t>(size), subject_bytes_max)};
}

std::optional<IpAddress> address_of(std::string_view bytes) {
  IpAddress address;
  if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
  address.family = bytes.size() == 4 ? Family::v4 : Family::v6;
  std::memcpy(address.bytes.data(), bytes.data(), bytes.size());
  return address;
}

GeneralNamesPtr alternative_names(X509* certificate) {
  return GeneralNamesPtr(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
}

std::string written(const GENERAL_NAME* name) {
  int type = 0;
  const void* const value = GENERAL_NAME_get0_value(name, &type);
  if (value == nullptr) return "(empty)";
  switch (type) {
    case GEN_DNS:
    case GEN_URI: return std::string(bytes_of(static_cast<const ASN1_STRING*>(value)).substr(0, name_bytes_max));
    case GEN_EMAIL:
      return fmt::format("email:{}", bytes_of(static_cast<const ASN1_STRING*>(value)).substr(0, name_bytes_max));
    case GEN_IPADD: {
      const std::optional<IpAddress> address = address_of(bytes_of(static_cast<const ASN1_STRING*>(value)));
      return address ? write_address(*address) : "(an address of a wrong length)";
    }
    default: return "(another kind of name)";
  }
}

/// The last of the subject, in UTF-8, as curl takes it; none when it holds a NUL, for then it is a forgery.
std::optional<std::string> common_name(X509* certificate) {
  const X509_NAME* const subject = X509_get_subject_name(certificate);
  int last = -1;
  for (int next = -1; (next = X509_NAME_get_index_by_NID(subject, NID_commonName, last)) >= 0;) last = next;
  if (last < 0) return std::nullopt;
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
  if (size < 0) return std::nullopt;
  std::string name(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  if (name.contains('\0')) return std::nullopt;
  return name;
}

enum class Found { match, other_hosts, no_hosts };

Found look_for(const GENERAL_NAMES* names, std::string_view host) {
  const std::optional<IpAddress> address = parse_address(host);
  bool hosts = false;
  for (int i = 0; i < sk_GENERAL_NAME_num(names); ++i) {
    int type = 0;
    const void* const value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &type);
    if (value == nullptr || (type != GEN_DNS && type != GEN_IPADD)) continue;
    hosts = true;
    const std::string_view bytes = bytes_of(static_cast<const ASN1_STRING*>(value));
    if (type == GEN_DNS && !address && !bytes.contains('\0') && name_matches(bytes, host)) return Found::match;
    if (type == GEN_IPADD && address && address_of(bytes) == address) return Found::match;
  }
  return hosts ? Found::other_hosts : Found::no_hosts;
}

}  // namespace

std::string subject_of(X509* certificate) { return text_of(X509_get_subject_name(certificate)); }

std::int64_t seconds_of(const ASN1_TIME* time) {
  int days = 0;
  int seconds = 0;
  const std::unique_ptr<ASN1_TIME, ReleasedBy<&ASN1_TIME_free>> epoch(ASN1_TIME_set(nullptr, 0));
  if (ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return 0;
  return std::int64_t{86'400} * days + seconds;
}

CertificateFacts read_certificate_facts(X509* certificate) {
  CertificateFacts facts{.subject = subject_of(certificate),
                         .issuer = text_of(X509_get_issuer_name(certificate)),
                         .serial = serial_of(certificate),
                         .not_before = seconds_of(X509_get0_notBefore(certificate)),
                         .not_after = seconds_of(X509_get0_notAfter(certificate))};
  if (const GeneralNamesPtr names = alternative_names(certificate)) {
    const int total = sk_GENERAL_NAME_num(names.get());
    facts.names_total = static_cast<std::uint32_t>(total);
    const int kept = std::min(total, static_cast<int>(TlsFacts::names_max));
    facts.names.reserve(static_cast<std::size_t>(kept));
    for (int i = 0; i < kept; ++i) facts.names.push_back(written(sk_GENERAL_NAME_value(names.get(), i)));
  }
  ERR_clear_error();
  return facts;
}

bool is_for_host(X509* certificate, std::string_view host) {
  const GeneralNamesPtr names = alternative_names(certificate);
  const Found found = names ? look_for(names.get(), host) : Found::no_hosts;
  if (found != Found::no_hosts) return found == Found::match;
  const std::optional<std::string> name = common_name(certificate);
  if (!name) return false;
  return parse_address(host) ? *name == host : name_matches(*name, host);
}

}  // namespace atonce
