#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "atonce/protocols/http/event.h"
#include "atonce/protocols/http/fault.h"
#include "atonce/protocols/http/framing.h"
#include "atonce/protocols/http/head.h"
#include "atonce/protocols/http/limits.h"

namespace atonce {

/// Reads the answers of one HTTP/1.1 connection, one after another. No I/O, no clock; the events are the same however
/// the bytes are cut into pieces, but for the cuts of bodies.
///
///     reader.begin("GET");                       // before the first byte of the request leaves
///     std::string_view input = received;
///     for (;;) switch (reader.next(input)) { ... case HttpEvent::more: receive, or at the end of the stream finish() }
///
/// Bytes that come while no answer is awaited are the fault `stray_bytes`: give `next` whatever is left after `end`,
/// and what comes while the connection is idle. After `end`, `begin` starts the next answer if `keep_alive` allows it.
/// Source: RFC 9112, read strictly; docs/http.md says what is refused.
class ResponseReader {
 public:
  explicit ResponseReader(const HttpLimits& limits = {});
  ~ResponseReader();
  ResponseReader(ResponseReader&&) noexcept;
  ResponseReader& operator=(ResponseReader&&) noexcept;

  /// An answer to a request with this method is awaited. `may_switch`: 101 was asked for.
  void begin(std::string_view method, bool may_switch = false);

  /// Reads on until something is to be told; takes what it read off the front of `input`.
  HttpEvent next(std::string_view& input);
  /// The peer ends the stream: `end` of a body that lasts until then, a `fault`, or `more` when nothing was awaited.
  HttpEvent finish();

  /// Valid from `head` or `interim` to the next `begin`, or the head behind an interim one.
  const ResponseHead& head() const;
  /// Gives the head away; `head` is empty then.
  ResponseHead take_head();
  /// Points into what `next` was given.
  std::string_view body() const;
  /// After `end`: the fields behind a chunked body. They are never part of the head.
  const Fields& trailers() const;
  HttpFault fault() const;

  /// After `head`: how the end of the body is known, and its length where it was announced.
  BodyFraming framing() const;
  /// After `end`: another request may be sent on this connection.
  bool keep_alive() const;
  /// After `end` of a 101, or of a 2xx to CONNECT: what follows is not HTTP, and `next` leaves it alone.
  bool switched() const;
  /// A byte of the awaited answer came.
  bool answered() const;
  std::uint64_t head_bytes() const;  ///< interim heads and trailers too
  std::uint64_t body_bytes() const;  ///< of the body so far, without the framing of chunks
  std::uint64_t wire_bytes() const;  ///< of the body so far, with the framing of chunks

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace atonce
