#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/model/duration.h"
#include "atonce/model/shared.h"

namespace atonce {

enum class HttpVersion : std::uint8_t { unknown, http09, http10, http11, http2 };

/// "HTTP/1.1", "HTTP/2"; empty for unknown.
std::string_view name_of(HttpVersion version);
/// Reads the same back; `unknown` for anything else.
HttpVersion parse_http_version(std::string_view name);

/// A step on the way to the answer.
struct Redirect {
  std::uint16_t status = 0;
  std::string url;  ///< where it led: absolute, without userinfo

  friend bool operator==(const Redirect&, const Redirect&) = default;
};

/// What a TLS handshake agreed upon, and the certificate that was shown.
struct TlsFacts {
  static constexpr std::size_t names_max = 100;

  std::string version;  ///< "TLSv1.3"
  std::string cipher;   ///< as OpenSSL names it: "TLS_AES_256_GCM_SHA384"
  std::string alpn;     ///< "h2", "http/1.1"; empty when none was agreed upon
  std::string subject;  ///< RFC 4514
  std::string issuer;
  std::vector<std::string> names;  ///< subject alternative names, the first `names_max`
  std::uint32_t names_total = 0;
  std::string serial;           ///< "0a:1b:..."
  std::int64_t not_before = 0;  ///< seconds since 1970
  std::int64_t not_after = 0;
  int verify_code = 0;      ///< X509_V_*; 0: good
  std::string verify_text;  ///< OpenSSL's words for it
  bool verified = false;    ///< checked and found good; false when nobody checked (`--insecure`)
  bool resumed = false;     ///< the session of an earlier connection

  friend bool operator==(const TlsFacts&, const TlsFacts&) = default;
};

/// What is kept of an exchange at most: text of a peer has no bound of its own. Bytes, where nothing else is said.
struct ExchangeCaps {
  static constexpr std::size_t url = 8 << 10;  // RFC 9110, 4.1: at least 8,000 are to be expected.
  static constexpr std::size_t words = 256;    // A reason phrase, a content type, a hash, a cipher.
  static constexpr std::size_t sentence = 1 << 10;
  static constexpr std::size_t path = 4 << 10;  // PATH_MAX
  static constexpr std::size_t name = 255;      // RFC 1035, 2.3.4
  static constexpr std::size_t redirects = 64;  // how many
  static constexpr std::size_t redirect_bytes = 64 << 10;
};

/// What became of a batch, told with its last request. Failed: one of its requests was neither ok nor left out by its
/// own options.
enum class BatchEnd : std::uint8_t { none, completed, failed };

/// What an HTTP request came to: the last one of a chain of redirects. Text is as the peer sent it, and to be escaped
/// wherever it is shown.
struct Exchange {
  std::string method;
  std::string url;                ///< effective: absolute, without userinfo; empty: the target's own
  std::uint16_t status_code = 0;  ///< 0: no answer
  std::string reason;             ///< the phrase behind the code; HTTP/2 has none
  HttpVersion version = HttpVersion::unknown;
  std::string content_type;
  std::string content_encoding;
  std::uint64_t head_bytes = 0;       ///< of the answer: status line and fields
  std::uint64_t wire_body_bytes = 0;  ///< of the body, as it came
  std::uint64_t body_bytes = 0;       ///< of the body, decoded
  std::vector<Redirect> redirects;
  std::uint32_t redirects_cut = 0;  ///< steps beyond what is kept
  Shared<TlsFacts> tls;
  bool insecure = false;                ///< certificates were not checked, by wish
  bool reused = false;                  ///< the connection had served before
  bool truncated = false;               ///< the body went on beyond what is kept
  Instant secured{};                    ///< TLS stood: curl's appconnect; the epoch when not reached, as the next two
  Instant requested{};                  ///< about to send the request: curl's pretransfer
  Instant answered{};                   ///< first byte of the answer: curl's starttransfer
  std::string detail;                   ///< why the verdict is what it is, for a person
  std::string hash;                     ///< of the decoded body, "sha256:..."; empty when not asked for
  std::string title;                    ///< of an HTML page; empty when not asked for
  std::string saved_as;                 ///< file the body went to
  bool matched = true;                  ///< false: what was asked for (`--match`, `--filter`) leaves it out of the rows
  std::uint64_t line = 0;               ///< of a request of a batch: where it stands; 0: where its batch does
  BatchEnd batch_end = BatchEnd::none;  ///< of the last request of a batch; of all others none
  Duration batch_took{};                ///< with it: since the first request was due; whole microseconds
  bool sent = false;  ///< a request that must not be repeated has left us: nothing tries this target again

  friend bool operator==(const Exchange&, const Exchange&) = default;
};

/// Cuts everything in `exchange` to its cap, at a character's border, and takes userinfo out of its URLs. Doing it
/// again changes nothing.
void bound(Exchange& exchange);

/// `url` with "***" in place of what stands before the "@" of its authority; as it is where nothing does. Works for any
/// text, also without a scheme.
std::string hide_userinfo(std::string_view url);
bool has_userinfo(std::string_view url);

}  // namespace atonce
