#pragma once

#include "atonce/model/exchange.h"

namespace atonce {

/// For tests: something in every field but the instants.
inline Exchange sample_exchange() {
  return {.method = "GET",
          .url = "https://example.org/b",
          .status_code = 200,
          .reason = "OK",
          .version = HttpVersion::http11,
          .content_type = "text/html; charset=utf-8",
          .content_encoding = "gzip, br",
          .head_bytes = 311,
          .wire_body_bytes = 1'000'000'000'000,
          .body_bytes = ~std::uint64_t{0},
          .redirects = {{301, "https://example.org/a"}, {302, "https://example.org/b"}},
          .redirects_cut = 3,
          .tls = TlsFacts{.version = "TLSv1.3",
                          .cipher = "TLS_AES_256_GCM_SHA384",
                          .alpn = "http/1.1",
                          .subject = "CN=example.org",
                          .issuer = "CN=An authority",
                          .names = {"example.org", "www.example.org"},
                          .names_total = 2,
                          .serial = "0a:1b",
                          .not_before = -1,
                          .not_after = 1'900'000'000,
                          .verify_code = 10,
                          .verify_text = "certificate has expired",
                          .verified = true,
                          .resumed = true},
          .insecure = true,
          .reused = true,
          .truncated = true,
          .detail = "why",
          .hash = "sha256:00",
          .title = "A title",
          .saved_as = "example.org/b.html",
          .matched = false,
          .line = 12,
          .batch_end = BatchEnd::failed,
          .batch_took = std::chrono::microseconds(1'234'567),
          .sent = true};
}

}  // namespace atonce
