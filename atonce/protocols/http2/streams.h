#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "atonce/protocols/http/head.h"
#include "atonce/protocols/http2/fault.h"

namespace atonce {

using Http2StreamId = std::int32_t;

/// What a source has to say of the next piece of a body.
enum class Http2Supply : std::uint8_t {
  some,    ///< there is more behind it
  end,     ///< it is the last one, and may be empty
  later,   ///< nothing now; `resume` asks again
  failed,  ///< the stream is reset
};

struct Http2Piece {
  std::size_t bytes = 0;
  Http2Supply supply = Http2Supply::end;
};

/// Where the body of a request or an answer comes from. Asked only when there is room for it on the connection.
class Http2Source {
 public:
  virtual ~Http2Source() = default;
  /// Fills the front of `into`.
  virtual Http2Piece read(std::span<std::byte> into) = 0;
};

/// A body that lies in memory.
class Http2Text final : public Http2Source {
 public:
  Http2Text() = default;
  explicit Http2Text(std::string text) : text_(std::move(text)) {}
  Http2Piece read(std::span<std::byte> into) override;

 private:
  std::string text_;
  std::size_t at_ = 0;
};

/// How an exchange ended that did not end well.
struct Http2Break {
  Http2Fault fault = Http2Fault::none;
  std::uint32_t code = 0;    ///< of RST_STREAM or GOAWAY: RFC 9113 7
  bool unprocessed = false;  ///< The peer did nothing with the request: it is safe to send it again, whatever it is.
};

/// Whom a client's stream tells. Within its calls streams may be submitted, held and cancelled; the session itself must
/// neither be fed, nor asked for output, nor destroyed.
class Http2Answer {
 public:
  virtual ~Http2Answer() = default;
  /// A 1xx answer; not 101, which HTTP/2 does not have.
  virtual void interim(const ResponseHead&) {}
  /// The answer's head, once; may be moved from.
  virtual void head(ResponseHead& head) = 0;
  /// Not empty; gone after the call.
  virtual void body(std::span<const std::byte> bytes) = 0;
  /// The last call: the answer is complete.
  virtual void end() = 0;
  /// The last call, in place of `end`.
  virtual void broken(const Http2Break& why) = 0;
};

/// Whom a server's stream tells, from its request on.
class Http2Exchange {
 public:
  virtual ~Http2Exchange() = default;
  virtual void body(std::span<const std::byte> bytes) = 0;
  /// The request is complete.
  virtual void end() = 0;
  /// The last call: the answer has gone out, or (with a fault) will not.
  virtual void closed(const Http2Break& why) = 0;
};

/// Who serves the requests of a server's connection.
class Http2Service {
 public:
  virtual ~Http2Service() = default;
  /// A request's head; may be moved from. The exchange outlives the stream; null refuses it. It may be answered within
  /// the call.
  virtual Http2Exchange* request(Http2StreamId stream, RequestHead& head) = 0;
};

}  // namespace atonce
