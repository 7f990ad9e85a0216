#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/model/result.h"
#include "atonce/protocols/http/head.h"
#include "atonce/protocols/http2/settings.h"
#include "atonce/protocols/http2/streams.h"

namespace atonce {

/// A GOAWAY that came.
struct Http2GoAway {
  Http2StreamId last_stream = 0;  ///< streams above were not processed
  std::uint32_t code = 0;         ///< RFC 9113 7
};

class Http2Core;

/// One side of an HTTP/2 connection, without I/O: what came is fed, what is to go out is asked for. Both parts below
/// share it.
///
/// Windows are opened again by themselves, the connection's at once and a stream's unless it is held. After a fault,
/// every open stream has been told; the last output (a GOAWAY) may still be sent. Source: RFC 9113, RFC 7541.
class Http2Session {
 public:
  Http2Session(Http2Session&&) noexcept;
  Http2Session& operator=(Http2Session&&) noexcept;
  ~Http2Session();

  /// Takes in everything; false when the connection is of no more use: see `fault`.
  bool feed(std::string_view bytes);
  /// The connection ends, whoever ended it: every open stream is told `closed`, and no more comes.
  void finish();

  /// Puts what is to be sent behind `out`, until it has about `bytes_max` (a frame more at most). Nothing is put
  /// when there is nothing, or only bodies that wait for their sources or for a window.
  void append_output(std::string& out, std::size_t bytes_max = 64 << 10);
  /// True when `append_output` may have something.
  bool wants_output() const;
  /// Nothing is expected any more: both sides have said goodbye and every stream has ended, or there was a fault.
  bool is_over() const;

  /// Of the connection; `none` while it works.
  Http2Fault fault() const;
  /// The peer's first SETTINGS have come: it does speak HTTP/2.
  bool is_settled() const;
  std::optional<Http2GoAway> gone_away() const;

  std::uint32_t streams_open() const;

  /// A source that had nothing has something.
  void resume(Http2StreamId stream);
  /// While a stream is held its window is not opened again: at most `stream_window_bytes` and a frame come. Nested
  /// calls do not count; a stream that has ended is left alone.
  void hold(Http2StreamId stream);
  void release(Http2StreamId stream);
  /// Resets the stream; nobody is told any more, and its source is not asked again.
  void cancel(Http2StreamId stream);
  /// Says goodbye: no new streams from the peer; open ones go on.
  void go_away();

 protected:
  explicit Http2Session(std::unique_ptr<Http2Core> core);
  std::unique_ptr<Http2Core> core_;
};

class Http2Client : public Http2Session {
 public:
  explicit Http2Client(const Http2Settings& settings = {});

  /// Begins a request. `authority` and `scheme` must be set; fields that belong to HTTP/1.1 connections (Connection, TE
  /// other than "trailers", Transfer-Encoding, ...) are left out. A null `source` means no body. `answer` and `source`
  /// must live until `end`, `broken` or `cancel`; after `end` the rest of the request's body is not asked for.
  ///
  /// Complains, in a sentence without bytes of the input, of what must not go out. Only when `can_submit`.
  Parsed<Http2StreamId> submit(const RequestHead& head, Http2Source* source, Http2Answer& answer);

  /// There is room for one more stream: the peer's limit (100 until it says one) and ours, and nobody said goodbye.
  bool can_submit() const;
  /// How many streams may be open at once.
  std::uint32_t streams_max() const;
};

class Http2Server : public Http2Session {
 public:
  /// `service` outlives the session.
  explicit Http2Server(Http2Service& service, const Http2Settings& settings = {});

  /// Answers the request of `stream`; `source` must live until its exchange is `closed`. A null one means no body.
  /// Complains like `submit`; nothing happens when the stream has ended meanwhile.
  Parsed<void> respond(Http2StreamId stream, const ResponseHead& head, Http2Source* source);
  /// A 1xx answer before it.
  Parsed<void> respond_interim(Http2StreamId stream, const ResponseHead& head);
  /// Ends the stream with an error code of RFC 9113 7; its exchange is told `closed`.
  void reset(Http2StreamId stream, std::uint32_t code);
};

}  // namespace atonce
