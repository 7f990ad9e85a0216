#pragma once

#include <string>
#include <vector>

#include "atonce/model/result.h"
#include "atonce/protocols/tls/credentials.h"
#include "atonce/protocols/tls/tls_fault.h"

namespace atonce {

/// One way a server may show a certificate, right or wrong.
struct CertificateCase {
  std::string name;            ///< "wildcard_two_labels_deep": one word, fit for a path
  std::string meaning;         ///< in words
  std::string host;            ///< to be asked for: a name or the text of an address
  TlsCredentials credentials;  ///< what the server shows
  std::string trusted_pem;     ///< the authorities that the client knows, as for curl --cacert
  TlsFault expected = TlsFault::none;
};

/// All of them, made anew: takes about 100 ms. Each is judged at the present time.
Parsed<std::vector<CertificateCase>> make_certificate_matrix();

}  // namespace atonce
