#pragma once

#include <cstdint>
#include <string_view>

#include "atonce/model/verdict.h"

namespace atonce {

/// Why a TLS connection does not stand, or stands no more.
enum class TlsFault : std::uint8_t {
  none,
  failed,  ///< an alert, or what came is not TLS as it must be
  closed,  ///< the connection ended within the handshake
  cert_expired,
  cert_not_yet_valid,
  cert_name,       ///< for another host
  cert_untrusted,  ///< no trusted authority behind it
  cert_weak,       ///< a key or a signature is too weak
  cert_invalid,    ///< wrong in another way: usage, signature, encoding
};

Verdict verdict_of(TlsFault fault);  ///< `tls_failed` and so on; not for `none`

/// Which fault a result of certificate verification (X509_V_*, openssl-verification-options(1)) is; none for 0.
TlsFault fault_of_verify_code(int verify_code);

}  // namespace atonce
