#include <fmt/format.h>

#include <algorithm>

#include "atonce/world/web/echo.h"
#include "atonce/world/web/python_random.h"
#include "atonce/world/web/web_routes.h"
#include "atonce/world/web/words.h"

namespace atonce {
namespace {

constexpr std::uint64_t bytes_max = 1ull << 30;  // httpbin ends at 100 KiB; a client's caps want more than that.
constexpr std::uint64_t range_max = 100 * 1024;
constexpr std::uint64_t drip_max = 10 << 20;
constexpr std::uint64_t lines_max = 100;
constexpr std::uint64_t chunk_max = 1 << 20;
constexpr std::uint64_t chunk_usual = 10 * 1024;
constexpr double wait_max_s = 3'600;
constexpr std::string_view octets = "application/octet-stream";

Duration in_seconds(double length) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(std::clamp(length, 0.0, wait_max_s)));
}

/// A number of the query; `otherwise` where there is none or it is none.
template <class Number>
Number arg_or(const WebCall& call, std::string_view name, Number otherwise) {
  const auto text = call.arg(name);
  return text ? parse_web_number<Number>(*text).value_or(otherwise) : otherwise;
}

WebResponse not_a_number() { return complaint_response(404, "A whole number is wanted in the path."); }

WebPieces random_pieces(std::uint64_t seed, std::uint64_t count, std::uint64_t chunk) {
  return [random = PythonRandom(seed), left = count, chunk]() mutable -> std::optional<WebPiece> {
    if (left == 0) return std::nullopt;
    const std::uint64_t size = std::min(left, chunk);
    left -= size;
    return WebPiece{.bytes = random.bytes(size)};
  };
}

WebResponse answer_bytes(const WebCall& call) {
  const auto asked = parse_web_number<std::uint64_t>(call.variable(0));
  if (!asked) return not_a_number();
  const std::uint64_t count = std::min(*asked, bytes_max);
  WebResponse response{.pieces = random_pieces(arg_or(call, "seed", call.request.random), count, 16 * 1024),
                       .length = count};
  response.fields.add("Content-Type", octets);
  return response;
}

WebResponse answer_stream_bytes(const WebCall& call) {
  const auto asked = parse_web_number<std::uint64_t>(call.variable(0));
  if (!asked) return not_a_number();
  const std::uint64_t chunk = std::clamp(arg_or(call, "chunk_size", chunk_usual), std::uint64_t{1}, chunk_max);
  WebResponse response{
      .pieces = random_pieces(arg_or(call, "seed", call.request.random), std::min(*asked, bytes_max), chunk)};
  response.fields.add("Content-Type", octets);
  return response;
}

WebResponse answer_stream(const WebCall& call) {
  const auto asked = parse_web_number<std::uint64_t>(call.variable(0));
  if (!asked) return not_a_number();
  WebResponse response{.pieces = [line = echo(call, echo_get), id = std::uint64_t{0},
                                  count = std::min(*asked, lines_max)]() mutable -> std::optional<WebPiece> {
    if (id == count) return std::nullopt;
    line.insert_or_assign("id", WebJson(id++));
    return WebPiece{.bytes = write_spaced_json(line) + "\n"};
  }};
  response.fields.add("Content-Type", "application/json");
  return response;
}

WebResponse answer_drip(const WebCall& call) {
  const auto count = std::min(arg_or<std::uint64_t>(call, "numbytes", 10), drip_max);
  if (count == 0) return make_web_response(400, "text/html; charset=utf-8", "number of bytes must be positive");
  const auto status = arg_or<std::uint16_t>(call, "code", 200);
  if (status < 200 || status > 999) return complaint_response(400, "The code is a status code from 200 on.");
  const Duration pause = in_seconds(arg_or(call, "duration", 2.0)) / static_cast<std::int64_t>(count);
  WebResponse response{.status = status,
                       .pieces = [sent = std::uint64_t{0}, count, pause]() mutable -> std::optional<WebPiece> {
                         if (sent == count) return std::nullopt;
                         return WebPiece{.wait = sent++ == 0 ? Duration{} : pause, .bytes = "*"};
                       },
                       .length = count,
                       .delay = in_seconds(arg_or(call, "delay", 0.0))};
  response.fields.add("Content-Type", octets);
  return response;
}

struct ByteRange {
  std::uint64_t first, last;  ///< both are inside when the range can be satisfied
};

/// "bytes=3-5", "bytes=3-", "bytes=-2"; all of it for anything else: RFC 9110 14.1.2.
ByteRange parse_range(std::string_view field, std::uint64_t size) {
  const ByteRange whole{0, size - 1};
  constexpr std::string_view unit = "bytes=";
  const std::size_t dash = field.find('-');
  if (!field.starts_with(unit) || dash == field.npos) return whole;
  const auto first = parse_web_number<std::uint64_t>(field.substr(unit.size(), dash - unit.size()));
  const auto last = parse_web_number<std::uint64_t>(field.substr(dash + 1));
  if (first) return {*first, last.value_or(size - 1)};
  if (last) return {size - std::min(*last, size), size - 1};
  return whole;
}

WebPieces alphabet_pieces(ByteRange range, std::uint64_t chunk, Duration per_byte) {
  return [at = range.first, end = range.last + 1, chunk, per_byte]() mutable -> std::optional<WebPiece> {
    if (at == end) return std::nullopt;
    WebPiece piece;
    const std::uint64_t size = std::min(chunk, end - at);
    piece.wait = per_byte * static_cast<std::int64_t>(size);
    for (std::uint64_t i = 0; i < size; ++i) piece.bytes += static_cast<char>('a' + at++ % 26);
    return piece;
  };
}

WebResponse answer_range(const WebCall& call) {
  const auto size = parse_web_number<std::uint64_t>(call.variable(0));
  if (!size) return not_a_number();
  WebResponse response;
  if (*size == 0 || *size > range_max) {
    response = make_web_response(404, "text/html; charset=utf-8", "number of bytes must be in the range (0, 102400]");
    response.fields.add("ETag", fmt::format("range{}", *size));
    response.fields.add("Accept-Ranges", "bytes");
    return response;
  }
  const ByteRange range = parse_range(call.request.fields.find("Range").value_or(""), *size);
  const bool inside = range.first <= range.last && range.last < *size;
  if (inside) {
    const std::uint64_t chunk = std::clamp(arg_or(call, "chunk_size", chunk_usual), std::uint64_t{1}, chunk_max);
    const Duration per_byte = in_seconds(arg_or(call, "duration", 0.0)) / static_cast<std::int64_t>(*size);
    const bool whole = range.first == 0 && range.last == *size - 1;
    response = {.status = static_cast<std::uint16_t>(whole ? 200 : 206),
                .pieces = alphabet_pieces(range, chunk, per_byte),
                .length = range.last - range.first + 1};
    response.fields.add("Content-Type", octets);
    response.fields.add("Content-Range", fmt::format("bytes {}-{}/{}", range.first, range.last, *size));
  } else {
    response = make_web_response(416, "text/html; charset=utf-8", "");
    response.fields.add("Content-Range", fmt::format("bytes */{}", *size));
  }
  response.fields.add("ETag", fmt::format("range{}", *size));
  response.fields.add("Accept-Ranges", "bytes");
  return response;
}

constexpr std::array routes{
    WebRoute{"/bytes/{n}", "GET", "n random bytes, the same for one ?seed=, at most 1 GiB", answer_bytes},
    WebRoute{"/stream-bytes/{n}", "GET", "the same, chunked, in pieces of ?chunk_size=", answer_stream_bytes},
    WebRoute{"/stream/{n}", "GET", "n lines of JSON, chunked, at most 100", answer_stream},
    WebRoute{"/drip", "GET", "?numbytes= over ?duration= seconds after ?delay=, with status ?code=", answer_drip},
    WebRoute{"/range/{n}", "GET", "n letters, or the Range of them that is asked for", answer_range},
};

}  // namespace

std::span<const WebRoute> body_routes() { return routes; }

}  // namespace atonce
