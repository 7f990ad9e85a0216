#include <fmt/format.h>

#include <iterator>

#include "atonce/world/web/hostile.h"

namespace atonce {
namespace {

/// A good answer with one more line among its fields.
template <HostileBytes line>
WebResponse with_line(const WebCall&) {
  return raw_answer("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n" + std::string(line.view()) +
                    "Content-Length: 3\r\n\r\nhi\n");
}

WebResponse too_much_head(const WebCall&) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 301; ++i)
    fmt::format_to(std::back_inserter(head), "X-Field-{:03}: {}\r\n", i, std::string(1'024 - 15, 'x'));
  return raw_answer(head + "Content-Length: 0\r\n\r\n");
}

WebResponse endless_head(const WebCall&) {
  WebResponse response = raw_answer("HTTP/1.1 200 OK\r\n");
  response.pieces = repeated("X-More: " + std::string(1'000, 'x') + "\r\n");
  return response;
}

WebResponse many_fields(const WebCall&) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 5'001; ++i) fmt::format_to(std::back_inserter(head), "x{}: 1\r\n", i);
  return raw_answer(head + "Content-Length: 0\r\n\r\n");
}

WebResponse endless_interim(const WebCall&) {
  WebResponse response = raw_answer("");
  response.pieces = repeated("HTTP/1.1 100 Continue\r\n\r\n");
  return response;
}

WebResponse slow_interim(const WebCall&) {
  WebResponse response = raw_answer("HTTP/1.1 102 Processing\r\n\r\n");
  response.pieces = repeated("HTTP/1.1 102 Processing\r\n\r\n", std::chrono::seconds(1));
  return response;
}

/// Two whole answers to one request: the second one must not become the answer to the next.
WebResponse stray_answer(const WebCall&) {
  return raw_answer(
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi\n"
      "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npoison\n",
      WebEnd::stall);
}

/// The same, when the connection has long been idle.
WebResponse late_stray_answer(const WebCall&) {
  WebResponse response = raw_answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi\n", WebEnd::stall);
  response.pieces = [sent = false]() mutable -> std::optional<WebPiece> {
    if (std::exchange(sent, true)) return std::nullopt;
    return WebPiece{.wait = std::chrono::milliseconds(100),
                    .bytes = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npoison\n"};
  };
  return response;
}

using enum HttpFault;

// clang-format off
constexpr std::array rows{
    HostileRow{"/hostile/empty", "closes before the first byte of an answer", Verdict::empty_reply, empty_reply, sends<"">},
    HostileRow{"/hostile/not-http", "speaks another protocol", Verdict::bad_answer, not_http, sends<"SSH-2.0-OpenSSH_9.2\r\n">},
    HostileRow{"/hostile/http09", "a body without a head, as HTTP/0.9 had it", Verdict::bad_answer, not_http, sends<"<html><body>1991 wants its web back</body></html>\n">},
    HostileRow{"/hostile/bad-version", "HTTP/3.7", Verdict::bad_answer, bad_version, sends<"HTTP/3.7 200 OK\r\nContent-Length: 0\r\n\r\n">},
    HostileRow{"/hostile/bad-status-line", "a status that is no number", Verdict::bad_answer, bad_status_line, sends<"HTTP/1.1 OK 200\r\nContent-Length: 0\r\n\r\n">},
    HostileRow{"/hostile/ended-in-head", "closes within the head", Verdict::partial, ended_in_head, sends<"HTTP/1.1 200 OK\r\nContent-Le">},
    HostileRow{"/hostile/head-too-large", "301 KiB of fields", Verdict::head_too_large, head_too_large, too_much_head},
    HostileRow{"/hostile/endless-head", "fields without an end", Verdict::head_too_large, head_too_large, endless_head},
    HostileRow{"/hostile/too-many-fields", "5,001 fields", Verdict::too_many_fields, too_many_fields, many_fields},
    HostileRow{"/hostile/bare-lf", "a line of the head that ends in LF alone", Verdict::bad_answer, bare_lf, with_line<"X-Bare: lf\n">},
    HostileRow{"/hostile/bare-cr", "a CR within a field", Verdict::bad_answer, bare_cr, with_line<"X-Bare: c\rr\r\n">},
    HostileRow{"/hostile/nul-byte", "a NUL within a field", Verdict::bad_answer, nul_byte, with_line<"X-Nul: a\0b\r\n">},
    HostileRow{"/hostile/control-byte", "a control character within a field", Verdict::bad_answer, control_byte, with_line<"X-Bell: a\ab\r\n">},
    HostileRow{"/hostile/folded-field", "a Content-Length that goes on in the next line", Verdict::bad_answer, folded_field, sends<"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n 0\r\n\r\nhi\n">},
    HostileRow{"/hostile/space-before-colon", "a space between a name and its colon", Verdict::bad_answer, space_before_colon, with_line<"X-Space : here\r\n">},
    HostileRow{"/hostile/bad-field-name", "a field whose name is no token", Verdict::bad_answer, bad_field_name, with_line<"X(Name): 1\r\n">},
    HostileRow{"/hostile/endless-interim", "100 Continue without an end", Verdict::too_many_interim, too_many_interim, endless_interim},
    HostileRow{"/hostile/slow-interim", "102 Processing each second, for ever", Verdict::too_many_interim, too_many_interim, slow_interim},
    HostileRow{"/hostile/unasked-switch", "101 Switching Protocols that nobody asked for", Verdict::bad_answer, unasked_switch, sends<"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: poison\r\n\r\nhi\n">},
    HostileRow{"/hostile/stray-answer", "two answers to one request", Verdict::stray_bytes, stray_bytes, stray_answer},
    HostileRow{"/hostile/late-stray-answer", "a second answer, 100 ms later, on the idle connection", Verdict::ok, none, late_stray_answer},
};
// clang-format on

}  // namespace

std::span<const HostileRow> hostile_heads() { return rows; }

}  // namespace atonce
