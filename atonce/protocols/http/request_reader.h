#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "atonce/protocols/http/response_reader.h"

namespace atonce {

/// Reads the requests of one HTTP/1.1 connection of a server, one after another: events `head`, `body`, `end`, `more`,
/// `fault`. Pipelined requests are read one by one: `next` leaves what is behind an `end` alone until `begin`. No I/O.
/// Source: RFC 9112, read strictly; docs/http.md says what is refused.
class RequestReader {
 public:
  explicit RequestReader(const HttpLimits& limits = {});
  ~RequestReader();
  RequestReader(RequestReader&&) noexcept;
  RequestReader& operator=(RequestReader&&) noexcept;

  /// After `end`: the next request is awaited. A new reader awaits one.
  void begin();
  HttpEvent next(std::string_view& input);
  /// The peer ends the stream: `more` between two requests, or a `fault`.
  HttpEvent finish();

  const RequestHead& head() const;
  RequestHead take_head();
  std::string_view body() const;  ///< points into what `next` was given
  const Fields& trailers() const;
  HttpFault fault() const;  ///< `row_of(fault()).status` is what to answer

  BodyFraming framing() const;
  /// After `head`: the client waits for "100 Continue" before it sends the body (RFC 9110 10.1.1).
  bool expects_continue() const;
  /// After `head`: the client takes another answer on this connection.
  bool keep_alive() const;
  /// A byte of a request came, and its end did not.
  bool in_message() const;
  std::uint64_t body_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace atonce
