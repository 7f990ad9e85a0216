#include <fmt/format.h>

#include "atonce/world/web/hostile.h"
#include "atonce/world/web/words.h"

namespace atonce {
namespace {

/// An answer with these fields and bytes behind its status line.
template <HostileBytes rest>
WebResponse goes_on(const WebCall&) {
  return raw_answer("HTTP/1.1 200 OK\r\n" + std::string(rest.view()));
}

WebResponse http10_chunks(const WebCall&) {
  return raw_answer("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhi\n\r\n0\r\n\r\n");
}

WebResponse long_chunk_line(const WebCall&) {
  return raw_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;" + std::string(64 * 1'024, 'x') +
                    "\r\nhi\n\r\n0\r\n\r\n");
}

WebResponse endless_body(const WebCall&) {
  WebResponse response = raw_answer("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n");
  response.pieces = repeated(std::string(16 * 1'024, '*'));
  return response;
}

WebResponse endless_chunks(const WebCall&) {
  WebResponse response = raw_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  response.pieces = repeated("8\r\n********\r\n8\r\n********\r\n");
  return response;
}

WebResponse endless_trailers(const WebCall&) {
  WebResponse response = raw_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhi\n\r\n0\r\n");
  response.pieces = repeated("X-More: " + std::string(1'000, 'x') + "\r\n");
  return response;
}

constexpr std::string_view good = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n";

std::string good_answer() { return std::string(good) + std::string(1'000, '*'); }

WebResponse reset_at(const WebCall& call) {
  const auto at = parse_web_number<std::size_t>(call.variable(0));
  return raw_answer(good_answer().substr(0, std::min(at.value_or(0), good.size() + 999)), WebEnd::reset);
}

WebResponse close_at(const WebCall& call) {
  const auto at = parse_web_number<std::size_t>(call.variable(0));
  return raw_answer(good_answer().substr(0, std::min(at.value_or(0), good.size() + 999)), WebEnd::finish);
}

using enum HttpFault;

// clang-format off
constexpr std::array rows{
    HostileRow{"/hostile/both-lengths", "Content-Length and Transfer-Encoding", Verdict::bad_framing, both_lengths, goes_on<"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhi\n\r\n0\r\n\r\n">},
    HostileRow{"/hostile/two-lengths", "two Content-Lengths that differ", Verdict::bad_framing, two_lengths, goes_on<"Content-Length: 3\r\nContent-Length: 4\r\n\r\nhi\n!">},
    HostileRow{"/hostile/bad-length", "a Content-Length that is no number", Verdict::bad_framing, bad_length, goes_on<"Content-Length: three\r\n\r\nhi\n">},
    HostileRow{"/hostile/negative-length", "a Content-Length below zero", Verdict::bad_framing, bad_length, goes_on<"Content-Length: -3\r\n\r\nhi\n">},
    HostileRow{"/hostile/huge-length", "a Content-Length beyond 64 bits", Verdict::bad_framing, bad_length, goes_on<"Content-Length: 99999999999999999999\r\n\r\nhi\n">},
    HostileRow{"/hostile/unknown-transfer-coding", "Transfer-Encoding: cheese", Verdict::bad_framing, unknown_transfer_coding, goes_on<"Transfer-Encoding: cheese\r\n\r\nhi\n">},
    HostileRow{"/hostile/chunked-not-last", "Transfer-Encoding: chunked, gzip", Verdict::bad_framing, chunked_not_last, goes_on<"Transfer-Encoding: chunked, gzip\r\n\r\n3\r\nhi\n\r\n0\r\n\r\n">},
    HostileRow{"/hostile/chunked-in-http10", "chunks in HTTP/1.0", Verdict::bad_framing, chunked_in_http10, http10_chunks},
    HostileRow{"/hostile/bad-chunk-size", "a chunk whose size is no number", Verdict::bad_framing, bad_chunk_size, goes_on<"Transfer-Encoding: chunked\r\n\r\nthree\r\nhi\n\r\n0\r\n\r\n">},
    HostileRow{"/hostile/chunk-too-large", "a chunk whose size is beyond 64 bits", Verdict::bad_framing, chunk_too_large, goes_on<"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhi\n\r\n0\r\n\r\n">},
    HostileRow{"/hostile/chunk-line-too-long", "64 KiB of extensions of a chunk", Verdict::bad_framing, chunk_line_too_long, long_chunk_line},
    HostileRow{"/hostile/bad-chunk-end", "a chunk that is longer than it says", Verdict::bad_framing, bad_chunk_end, goes_on<"Transfer-Encoding: chunked\r\n\r\n3\r\nhi!\n\r\n0\r\n\r\n">},
    HostileRow{"/hostile/bad-trailer", "a field behind the last chunk that would frame the body anew", Verdict::bad_framing, bad_trailer, goes_on<"Transfer-Encoding: chunked\r\n\r\n3\r\nhi\n\r\n0\r\nContent-Length: 1000\r\n\r\n">},
    HostileRow{"/hostile/endless-trailers", "fields behind the last chunk, without an end", Verdict::head_too_large, head_too_large, endless_trailers},
    HostileRow{"/hostile/short-body", "closes before the Content-Length is reached", Verdict::partial, ended_in_body, goes_on<"Content-Length: 1000\r\n\r\nonly this">},
    HostileRow{"/hostile/long-body", "more bytes than the Content-Length says", Verdict::stray_bytes, stray_bytes, goes_on<"Content-Length: 3\r\n\r\nhi\nand a lot more than that">},
    HostileRow{"/hostile/ended-in-chunk", "closes within a chunk", Verdict::partial, ended_in_chunk, goes_on<"Transfer-Encoding: chunked\r\n\r\n10\r\nonly this">},
    HostileRow{"/hostile/no-last-chunk", "closes between two chunks", Verdict::partial, ended_in_chunk, goes_on<"Transfer-Encoding: chunked\r\n\r\n3\r\nhi\n\r\n">},
    HostileRow{"/hostile/endless-body", "a body without an end", Verdict::body_too_large, body_too_large, endless_body},
    HostileRow{"/hostile/endless-chunks", "chunks of eight bytes without an end", Verdict::body_too_large, body_too_large, endless_chunks},
    HostileRow{"/hostile/huge-body", "announces 1 TiB", Verdict::body_too_large, body_too_large, goes_on<"Content-Length: 1099511627776\r\n\r\nand there it begins">},
    HostileRow{"/hostile/reset/{n}", "RST behind n bytes of an answer of 1,000", Verdict::connection_reset, none, reset_at},
    HostileRow{"/hostile/close/{n}", "closes behind n bytes of an answer of 1,000", Verdict::partial, none, close_at},
};
// clang-format on

}  // namespace

std::span<const HostileRow> hostile_bodies() { return rows; }

}  // namespace atonce
