#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "atonce/model/plan.h"
#include "atonce/protocols/http/fields.h"
#include "atonce/protocols/http/head.h"
#include "atonce/protocols/url/url.h"
#include "atonce/runtime/scope.h"

namespace atonce {

class TlsContext;
struct Proxy;

/// A request's body that is made while it is sent.
class BodySource {
 public:
  virtual ~BodySource() = default;
  /// How many bytes there will be; nothing when nobody knows (it then goes out chunked, or as HTTP/2 frames).
  virtual std::optional<std::uint64_t> size() const = 0;
  /// The next bytes, at least one; 0 at the end. Errors end the exchange: `local_file`, with the error's code.
  virtual Task<Result<std::size_t>> read(std::span<std::byte> into) = 0;
  /// Begins again, for a redirect or a retry; false when it cannot.
  virtual bool rewind() { return false; }
};

/// One request. Fields go out in their order and spelling, behind what the client adds where they do not say it
/// themselves: Host, User-Agent, Accept, Accept-Encoding, Content-Length, Authorization (of the URL's userinfo).
/// A field with an empty value takes one of ours away, as in curl.
struct HttpRequest {
  std::string method = "GET";
  Url url;
  Fields fields;
  std::string body;
  BodySource* source = nullptr;  ///< in place of `body`; outlives the exchange
};

/// What a sink wants next.
enum class Appetite : std::uint8_t {
  more,
  settle,  ///< nothing more before `settled` was awaited
  enough,  ///< nothing more at all: the exchange ends well, and its connection with it where bytes are left
};

/// Where an answer goes, piece by piece, as it comes.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// The head of the answer, before any of its body. Interim ones (1xx) are not shown.
  virtual Appetite head(const ResponseHead&) { return Appetite::more; }
  /// Some of the body, decoded where decoding was asked for. The bytes are gone after the call.
  virtual Appetite body(std::span<const std::byte> bytes) = 0;
  /// Awaited after `settle`. Errors end the exchange: `local_file`, with the error's code.
  virtual Task<Result<void>> settled() { co_return Result<void>(); }
};

/// A sink that keeps the first bytes of a body in memory.
class KeptBody final : public BodySink {
 public:
  explicit KeptBody(std::size_t bytes_max = std::size_t{1} << 20) : bytes_max_(bytes_max) {}
  Appetite head(const ResponseHead&) override;
  Appetite body(std::span<const std::byte> bytes) override;

  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }
  /// There was more than is kept.
  bool truncated() const { return truncated_; }

 private:
  std::size_t bytes_max_;
  std::string bytes_;
  bool truncated_ = false;
};

/// Where redirects are followed to. Methods change as in curl: after 303 anything but HEAD becomes GET, after 301 and
/// 302 POST does; 307 and 308 change nothing.
struct RedirectPolicy {
  unsigned redirects_max = 10;
  bool keep_method = false;    ///< as curl with -X: only the body goes
  bool keep_post_301 = false;  ///< curl's --post301 and so on
  bool keep_post_302 = false;
  bool keep_post_303 = false;
  bool trusted = false;  ///< credentials go on to other origins: --location-trusted
};

class CookieJar;

/// Asked each time right before the first byte of a request leaves: who must know what was sent writes it down here.
class SendGate {
 public:
  virtual ~SendGate() = default;
  /// Errors end the exchange, and nothing is sent: `local_file`, with the error's code.
  virtual Result<void> about_to_send() = 0;
};

/// How one request is made.
struct RequestOptions {
  FetchTimeouts timeouts;
  bool decode = false;      ///< ask for content codings, unless the request does, and undo them
  bool idempotent = false;  ///< may be sent again although its method does not say so
  bool fresh = false;       ///< on a connection of its own, which is closed afterwards
  std::optional<RedirectPolicy> follow;
  std::int64_t now_s = 0;                    ///< the wall clock, seconds since 1970: what cookies' ages are judged by
  SendGate* gate = nullptr;                  ///< outlives the exchange
  CookieJar* cookies = nullptr;              ///< sent from and kept in; outlives the exchange
  const TlsContext* tls = nullptr;           ///< other than the client's; outlives the client
  std::optional<HttpVersionChoice> version;  ///< other than the client's; `tls` offers it
  const Proxy* proxy = nullptr;              ///< other than the client's; outlives the exchange
  bool direct = false;                       ///< through no proxy at all
};

}  // namespace atonce
