#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/exchange.h"
#include "atonce/protocols/tls/openssl.h"

namespace atonce {

/// What a certificate says of itself, as far as rows tell it.
struct CertificateFacts {
  std::string subject;  ///< RFC 4514
  std::string issuer;
  std::vector<std::string> names;  ///< the first `TlsFacts::names_max`
  std::uint32_t names_total = 0;
  std::string
      serial;  ///< "0a:1b:...", as openssl-x509(1) and Hurl write it; at most 20 bytes of it (RFC 5280, 4.1.2.2)
  std::int64_t not_before = 0;  ///< seconds since 1970
  std::int64_t not_after = 0;
};

/// A name is cut at 1 KiB: a domain name has at most 253 bytes.
CertificateFacts read_certificate_facts(X509* certificate);

std::string subject_of(X509* certificate);
std::int64_t seconds_of(const ASN1_TIME* time);

/// Whether the certificate was issued for `host`, a name or the text of an address, as curl(1) judges it: by the
/// subject alternative names; by the subject's last common name only when there is no alternative name of a host.
bool is_for_host(X509* certificate, std::string_view host);

}  // namespace atonce
