#pragma once

#include <string>
#include <string_view>

#include "atonce/model/result.h"
#include "atonce/protocols/http/framing.h"
#include "atonce/protocols/http/head.h"

namespace atonce {

/// The head of an HTTP/1.1 request, up to and with the empty line; the body follows as `framing` says. Host comes from
/// `authority`, Content-Length and Transfer-Encoding from `framing`, unless `fields` have them; what they say must
/// agree.
///
/// Complains, in a sentence without bytes of the input, of what must not go over the wire: CR, LF, NUL and other
/// control bytes, methods that are no token, targets with white space, broken field names, two lengths. Source: RFC
/// 9112 3 and 5.
Parsed<std::string> write_request(const RequestHead& head, BodyFraming framing = {});
/// The same behind `out`; a complaint leaves `out` as it was.
Parsed<void> append_request(std::string& out, const RequestHead& head, BodyFraming framing = {});

/// The head of an answer. An empty reason becomes the registered one. `until_close` adds "Connection: close".
Parsed<std::string> write_response(const ResponseHead& head, BodyFraming framing = {});
Parsed<void> append_response(std::string& out, const ResponseHead& head, BodyFraming framing = {});

/// What keeps a name and a value from being a field of a request or an answer; empty text: nothing does. Also for
/// HTTP/2.
std::string complaint_about_field(std::string_view name, std::string_view value);
std::string complaint_about_method(std::string_view method);
std::string complaint_about_target(std::string_view target);

/// A token of RFC 9110 5.6.2.
bool is_token(std::string_view text);

/// A piece of a chunked body; nothing for an empty piece, which would be the end.
void append_chunk(std::string& out, std::string_view piece);
/// What stands before and after a piece that is sent from where it lies: "1f4\r\n", "\r\n".
std::string chunk_header(std::uint64_t bytes);
inline constexpr std::string_view chunk_end = "\r\n";
/// The end of a chunked body.
inline constexpr std::string_view last_chunk = "0\r\n\r\n";
Parsed<void> append_last_chunk(std::string& out, const Fields& trailers);

}  // namespace atonce
