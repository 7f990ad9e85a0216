#pragma once

#include <vector>

#include "atonce/protocols/tls/credentials.h"
#include "atonce/protocols/tls/openssl.h"

namespace atonce {

struct TlsCredentials::State {
  CertificatePtr certificate;
  std::vector<CertificatePtr> above;  ///< who issued it, and so on
  KeyPtr key;
};

}  // namespace atonce
