#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "atonce/model/verdict.h"
#include "atonce/protocols/http/fault.h"
#include "atonce/protocols/http2/fault.h"
#include "atonce/world/web/web_routes.h"

namespace atonce {

/// A row of the family of misbehaviours: what a server may do wrong, under a path that does it.
struct HostileRow {
  std::string_view path;  ///< "/hostile/both-lengths"
  std::string_view help;
  Verdict verdict;  ///< what a client with our limits makes of a GET of it
  HttpFault fault;  ///< which fault of HTTP/1.1 that is; none for what is seen elsewhere
  WebResponse (*answer)(const WebCall& call);
  Http2Fault http2 = Http2Fault::none;  ///< which fault of HTTP/2 that is, for what is done over HTTP/2 alone
};

std::span<const HostileRow> hostile_heads();   ///< what is wrong before the body
std::span<const HostileRow> hostile_bodies();  ///< in the body and its framing
std::span<const HostileRow> hostile_codings();
std::span<const HostileRow> hostile_ways();    ///< redirects, delays, ends
std::span<const HostileRow> hostile_frames();  ///< of HTTP/2
std::span<const std::span<const HostileRow>> all_hostile_rows();

/// A literal, NULs and all, that a function can be made for: so each row of bytes is one line of the table.
template <std::size_t Size>
struct HostileBytes {
  char text[Size]{};
  consteval HostileBytes(const char (&from)[Size]) { std::copy_n(from, Size, text); }
  constexpr std::string_view view() const { return {text, Size - 1}; }
};

/// What goes over the connection as it is.
WebResponse raw_answer(std::string bytes, WebEnd end = WebEnd::finish);
/// An answer of exactly these bytes; then the connection ends.
template <HostileBytes bytes>
WebResponse sends(const WebCall&) {
  return raw_answer(std::string(bytes.view()));
}
/// The same piece for ever, as long as the client takes it.
WebPieces repeated(std::string bytes, Duration wait = {});
/// The same piece `count` times.
WebPieces repeated(std::string bytes, std::uint64_t count);

}  // namespace atonce
