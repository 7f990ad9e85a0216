#include "atonce/protocols/http2/frames.h"
#include "atonce/world/web/hostile.h"

namespace atonce {
namespace {

using enum Http2FrameType;

// RFC 9113 7.
constexpr std::uint32_t protocol_error = 0x1;
constexpr std::uint32_t refused_stream = 0x7;
constexpr std::uint32_t enhance_your_calm = 0xb;
constexpr std::uint32_t http11_required = 0xd;

WebResponse frames(std::string bytes, WebEnd end = WebEnd::stall) {
  WebResponse response = raw_answer(std::move(bytes), end);
  response.raw = WebRaw::http2;
  return response;
}

WebResponse flood(std::string first, std::string repeated_frames) {
  WebResponse response = frames(std::move(first));
  response.pieces = repeated(std::move(repeated_frames));
  return response;
}

std::string many(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

std::string head(const WebCall& call, const Fields& fields, std::uint8_t flags = http2_end_headers) {
  return http2_frame(headers, flags, call.request.stream, http2_field_block(fields));
}

std::string good_head(const WebCall& call) { return head(call, {{":status", "200"}, {"content-type", "text/plain"}}); }

std::string body(const WebCall& call, std::string_view bytes, std::uint8_t flags = http2_end_stream) {
  return http2_frame(data, flags, call.request.stream, bytes);
}

WebResponse go_away(const WebCall&) { return frames(http2_goaway(0, 0), WebEnd::finish); }
WebResponse go_away_angrily(const WebCall&) {
  return frames(http2_goaway(0, enhance_your_calm, "too much"), WebEnd::finish);
}
/// The stream is below the last one that counts, and yet the connection ends.
WebResponse go_away_within(const WebCall& call) {
  return frames(good_head(call) + body(call, "half of", 0) + http2_goaway(call.request.stream, 0), WebEnd::finish);
}
WebResponse reset(const WebCall& call) { return frames(http2_rst_stream(call.request.stream, protocol_error)); }
WebResponse reset_within(const WebCall& call) {
  return frames(good_head(call) + body(call, "half of", 0) + http2_rst_stream(call.request.stream, protocol_error));
}
WebResponse refuse(const WebCall& call) { return frames(http2_rst_stream(call.request.stream, refused_stream)); }
WebResponse want_http11(const WebCall& call) { return frames(http2_rst_stream(call.request.stream, http11_required)); }
WebResponse close(const WebCall&) { return frames("", WebEnd::finish); }
WebResponse close_within(const WebCall& call) {
  return frames(good_head(call) + body(call, "half of", 0), WebEnd::finish);
}

WebResponse stall(const WebCall&) { return frames(""); }
WebResponse stall_after_head(const WebCall& call) { return frames(good_head(call)); }
/// All good, but from now on no request on this connection may have a body.
WebResponse no_window(const WebCall& call) {
  constexpr std::uint16_t initial_window_size = 0x4;
  const std::array none{Http2Setting{initial_window_size, 0}};
  return frames(http2_settings(none) + good_head(call) + body(call, "hi\n"));
}
WebResponse drip(const WebCall& call) {
  WebResponse response = frames(good_head(call));
  response.pieces = repeated(body(call, "*", 0), std::chrono::seconds(1));
  return response;
}

WebResponse flood_continuations(const WebCall& call) {
  return flood(head(call, {{":status", "200"}}, 0),
               http2_frame(continuation, 0, call.request.stream, http2_field_block({{"x-more", "and more"}})));
}
WebResponse flood_settings(const WebCall&) { return flood("", many(http2_settings(), 64)); }
WebResponse flood_pings(const WebCall&) { return flood("", many(http2_ping(7), 64)); }
WebResponse flood_resets(const WebCall& call) {
  return flood(http2_rst_stream(call.request.stream, refused_stream),
               many(http2_rst_stream(call.request.stream, refused_stream), 64));
}
WebResponse flood_empty_data(const WebCall& call) { return flood(good_head(call), many(body(call, "", 0), 64)); }
WebResponse flood_windows(const WebCall&) { return flood("", many(http2_window_update(0, 1), 64)); }
WebResponse flood_interim(const WebCall& call) { return flood("", head(call, {{":status", "103"}})); }

WebResponse large_head(const WebCall& call) {
  constexpr std::size_t frame_max = 16'384;
  Fields fields{{":status", "200"}};
  for (int i = 0; i < 70; ++i) fields.add("x-large-" + std::to_string(i), std::string(1'000, 'x'));
  std::string block = http2_field_block(fields);
  std::string bytes = http2_frame(headers, 0, call.request.stream, block.substr(0, frame_max));
  for (std::size_t at = frame_max; at < block.size(); at += frame_max)
    bytes += http2_frame(continuation, at + frame_max >= block.size() ? http2_end_headers : 0, call.request.stream,
                         block.substr(at, frame_max));
  return frames(bytes);
}

WebResponse short_body(const WebCall& call) {
  return frames(head(call, {{":status", "200"}, {"content-length", "1000"}}) + body(call, "only this"));
}
WebResponse long_body(const WebCall& call) {
  return frames(head(call, {{":status", "200"}, {"content-length", "3"}}) + body(call, "hi\nand more"));
}
WebResponse large_frame(const WebCall& call) { return frames(good_head(call) + body(call, std::string(100'000, '*'))); }
WebResponse bad_compression(const WebCall& call) {
  return frames(http2_frame(headers, http2_end_headers, call.request.stream, "\x80"));
}
WebResponse body_before_head(const WebCall& call) { return frames(body(call, "hi\n")); }
WebResponse unknown_stream(const WebCall& call) {
  return frames(http2_frame(data, 0, call.request.stream + 200, "poison"));
}
WebResponse no_status(const WebCall& call) { return frames(head(call, {{"content-type", "text/plain"}})); }
WebResponse upper_case(const WebCall& call) { return frames(head(call, {{":status", "200"}, {"X-Upper", "case"}})); }
WebResponse line_break(const WebCall& call) {
  return frames(head(call, {{":status", "200"}, {"x-broken", "a\r\nset-cookie: stolen=1"}}));
}
WebResponse promise(const WebCall& call) {
  std::string payload("\0\0\0\2", 4);
  payload += http2_field_block({{":method", "GET"}, {":path", "/poison"}, {":scheme", "http"}, {":authority", "x"}});
  return frames(http2_frame(push_promise, http2_end_headers, call.request.stream, payload));
}
WebResponse large_window(const WebCall&) {
  return frames(http2_window_update(0, 0x7fff'ffff) + http2_window_update(0, 0x7fff'ffff));
}
WebResponse not_http2(const WebCall&) {
  return frames("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi\n", WebEnd::finish);
}

constexpr HttpFault none = HttpFault::none;
using Fault = Http2Fault;

// clang-format off
constexpr std::array rows{
    HostileRow{"/hostile/http2/goaway", "GOAWAY in place of an answer", Verdict::http2_refused, none, go_away, Fault::gone_away},
    HostileRow{"/hostile/http2/goaway-calm", "GOAWAY with ENHANCE_YOUR_CALM", Verdict::http2_refused, none, go_away_angrily, Fault::gone_away},
    HostileRow{"/hostile/http2/goaway-within", "half an answer, GOAWAY, and the end", Verdict::partial, none, go_away_within, Fault::closed},
    HostileRow{"/hostile/http2/reset", "RST_STREAM in place of an answer", Verdict::http2_error, none, reset, Fault::reset},
    HostileRow{"/hostile/http2/reset-within", "RST_STREAM within an answer", Verdict::http2_error, none, reset_within, Fault::reset},
    HostileRow{"/hostile/http2/refused", "RST_STREAM with REFUSED_STREAM", Verdict::http2_refused, none, refuse, Fault::refused},
    HostileRow{"/hostile/http2/http11-required", "RST_STREAM with HTTP_1_1_REQUIRED", Verdict::http2_error, none, want_http11, Fault::http11_required},
    HostileRow{"/hostile/http2/close", "closes in place of an answer", Verdict::partial, none, close, Fault::closed},
    HostileRow{"/hostile/http2/close-within", "closes within an answer", Verdict::partial, none, close_within, Fault::closed},
    HostileRow{"/hostile/http2/stall", "takes the request and says nothing", Verdict::answer_timeout, none, stall},
    HostileRow{"/hostile/http2/stall-after-head", "stops behind the head", Verdict::idle_timeout, none, stall_after_head},
    HostileRow{"/hostile/http2/no-window", "answers, and lets no body of a later request come", Verdict::ok, none, no_window},
    HostileRow{"/hostile/http2/drip", "a byte a second for ever", Verdict::total_timeout, none, drip},
    HostileRow{"/hostile/http2/continuation-flood", "CONTINUATION without an end", Verdict::http2_flood, none, flood_continuations, Fault::continuation_flood},
    HostileRow{"/hostile/http2/settings-flood", "SETTINGS without an end", Verdict::http2_flood, none, flood_settings, Fault::settings_flood},
    HostileRow{"/hostile/http2/ping-flood", "PING without an end", Verdict::http2_flood, none, flood_pings, Fault::ping_flood},
    HostileRow{"/hostile/http2/reset-flood", "RST_STREAM without an end", Verdict::http2_refused, none, flood_resets, Fault::refused},
    HostileRow{"/hostile/http2/empty-data-flood", "empty DATA without an end", Verdict::http2_flood, none, flood_empty_data, Fault::empty_frame_flood},
    HostileRow{"/hostile/http2/window-flood", "WINDOW_UPDATE without an end", Verdict::http2_flood, none, flood_windows, Fault::empty_frame_flood},
    HostileRow{"/hostile/http2/interim-flood", "103 Early Hints without an end", Verdict::too_many_interim, none, flood_interim, Fault::too_many_interim},
    HostileRow{"/hostile/http2/large-head", "70 KB of fields", Verdict::head_too_large, none, large_head, Fault::head_too_large},
    HostileRow{"/hostile/http2/short-body", "less than the Content-Length", Verdict::bad_framing, none, short_body, Fault::wrong_length},
    HostileRow{"/hostile/http2/long-body", "more than the Content-Length", Verdict::bad_framing, none, long_body, Fault::wrong_length},
    HostileRow{"/hostile/http2/large-frame", "a frame larger than was agreed", Verdict::http2_error, none, large_frame, Fault::broken_frame},
    HostileRow{"/hostile/http2/bad-compression", "fields that no HPACK reads", Verdict::http2_error, none, bad_compression, Fault::broken_compression},
    HostileRow{"/hostile/http2/body-before-head", "DATA before HEADERS", Verdict::http2_error, none, body_before_head, Fault::broken_frame},
    HostileRow{"/hostile/http2/unknown-stream", "DATA of a stream that nobody opened", Verdict::http2_error, none, unknown_stream, Fault::broken_frame},
    HostileRow{"/hostile/http2/no-status", "a head without :status", Verdict::http2_error, none, no_status, Fault::broken_message},
    HostileRow{"/hostile/http2/upper-case", "a field's name in upper case", Verdict::http2_error, none, upper_case, Fault::broken_message},
    HostileRow{"/hostile/http2/line-break", "CR and LF within a field", Verdict::http2_error, none, line_break, Fault::bad_field},
    HostileRow{"/hostile/http2/push", "PUSH_PROMISE that nobody wants", Verdict::http2_error, none, promise, Fault::broken_frame},
    HostileRow{"/hostile/http2/large-window", "a window beyond 2 GiB", Verdict::http2_error, none, large_window, Fault::broken_flow_control},
    HostileRow{"/hostile/http2/not-http2", "an answer of HTTP/1.1 among the frames", Verdict::http2_error, none, not_http2, Fault::broken_frame},
};
// clang-format on

}  // namespace

std::span<const HostileRow> hostile_frames() { return rows; }

}  // namespace atonce
