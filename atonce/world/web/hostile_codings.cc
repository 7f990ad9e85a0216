#include "atonce/protocols/http/content_coding.h"
#include "atonce/world/web/hostile.h"
#include "atonce/world/web/python_random.h"

namespace atonce {
namespace {

constexpr std::string_view plain = "text/plain";
constexpr std::string_view text = "This was compressed, and then something happened to it on its way to you.\n";
constexpr std::uint64_t bomb_bytes = 16 << 20;  // Made once, and at once: clients stop at 1 MiB.
constexpr std::uint64_t large_bytes = 80 << 20;

WebResponse coded(std::string_view codings, std::string body) {
  WebResponse response = make_web_response(200, plain, std::move(body));
  response.fields.add("Content-Encoding", codings);
  return response;
}

/// Zeros, more of them than a client with our limits takes.
template <ContentCoding coding>
WebResponse bomb(const WebCall&) {
  static const std::string body = encode_content(coding, std::string(bomb_bytes, '\0'));
  return coded(name_of(coding), body);
}

/// Frames of zstd, one behind the other, that hardly compress: too much when they are decoded, though nothing expands.
WebResponse large(const WebCall& call) {
  constexpr std::uint64_t frame_bytes = 64 * 1'024;
  WebResponse response;
  response.fields.add("Content-Type", "application/octet-stream");
  response.fields.add("Content-Encoding", "zstd");
  response.pieces = [random = PythonRandom(call.request.random),
                     left = large_bytes / frame_bytes]() mutable -> std::optional<WebPiece> {
    if (left-- == 0) return std::nullopt;
    // A quarter of it is chance, so that it is below every other cap on the wire.
    return WebPiece{.bytes = encode_content(ContentCoding::zstd,
                                            random.bytes(frame_bytes / 4) + std::string(frame_bytes / 4 * 3, 'a'))};
  };
  return response;
}

/// A bomb within a bomb: small on the wire at first, and far above any cap after the second coding.
WebResponse nested_bomb(const WebCall&) {
  const std::string inner = encode_content(ContentCoding::gzip, std::string(16 << 20, '\0'));
  return coded("gzip, gzip", encode_content(ContentCoding::gzip, inner));
}

WebResponse six_codings(const WebCall&) {
  std::string body(text);
  std::string codings;
  for (int i = 0; i < 6; ++i) {
    body = encode_content(ContentCoding::gzip, body);
    codings += i == 0 ? "gzip" : ", gzip";
  }
  return coded(codings, std::move(body));
}

WebResponse unknown(const WebCall&) { return coded("cheese", std::string(text)); }

template <ContentCoding coding>
WebResponse corrupt(const WebCall&) {
  std::string body = encode_content(coding, text);
  for (std::size_t i = body.size() / 2; i < body.size(); ++i) body[i] = static_cast<char>(~body[i]);
  return coded(name_of(coding), std::move(body));
}

WebResponse bad_checksum(const WebCall&) {
  std::string body = encode_content(ContentCoding::gzip, text);
  // RFC 1952 2.3.1: CRC-32 and length are the last eight bytes.
  body[body.size() - 8] = static_cast<char>(~body[body.size() - 8]);
  return coded("gzip", std::move(body));
}

template <ContentCoding coding>
WebResponse truncated(const WebCall&) {
  std::string body = encode_content(coding, text);
  body.resize(body.size() - 5);
  return coded(name_of(coding), std::move(body));
}

WebResponse leftover(const WebCall&) { return coded("gzip", encode_content(ContentCoding::gzip, text) + "and more"); }

WebResponse not_coded(const WebCall&) { return coded("gzip", std::string(text)); }

/// A zstd frame that asks for a window of 1 GiB, with one raw block: RFC 8878 3.1.1.
WebResponse huge_window(const WebCall&) {
  std::string body = "\x28\xb5\x2f\xfd";
  body += '\0';    // neither a single segment nor a checksum
  body += '\xa0';  // window: 2^(10 + 20)
  body += "\x19";  // last block, raw, three bytes
  body.append(2, '\0');
  return coded("zstd", body + "hi\n");
}

using enum HttpFault;

// clang-format off
constexpr std::array rows{
    HostileRow{"/hostile/six-codings", "gzip, six times over", Verdict::too_many_codings, too_many_codings, six_codings},
    HostileRow{"/hostile/unknown-coding", "Content-Encoding: cheese", Verdict::bad_encoding, unknown_coding, unknown},
    HostileRow{"/hostile/corrupt-gzip", "gzip, the second half of it garbled", Verdict::bad_encoding, corrupt_coding, corrupt<ContentCoding::gzip>},
    HostileRow{"/hostile/corrupt-deflate", "the same of deflate", Verdict::bad_encoding, corrupt_coding, corrupt<ContentCoding::deflate>},
    HostileRow{"/hostile/corrupt-brotli", "the same of brotli", Verdict::bad_encoding, corrupt_coding, corrupt<ContentCoding::brotli>},
    HostileRow{"/hostile/corrupt-zstd", "the same of zstd", Verdict::bad_encoding, corrupt_coding, corrupt<ContentCoding::zstd>},
    HostileRow{"/hostile/bad-checksum", "gzip with a wrong CRC", Verdict::bad_encoding, corrupt_coding, bad_checksum},
    HostileRow{"/hostile/not-gzip", "plain text that says it is gzip", Verdict::bad_encoding, corrupt_coding, not_coded},
    HostileRow{"/hostile/truncated-gzip", "gzip without its end", Verdict::bad_encoding, truncated_coding, truncated<ContentCoding::gzip>},
    HostileRow{"/hostile/truncated-deflate", "deflate without its end", Verdict::bad_encoding, truncated_coding, truncated<ContentCoding::deflate>},
    HostileRow{"/hostile/truncated-brotli", "brotli without its end", Verdict::bad_encoding, truncated_coding, truncated<ContentCoding::brotli>},
    HostileRow{"/hostile/truncated-zstd", "zstd without its end", Verdict::bad_encoding, truncated_coding, truncated<ContentCoding::zstd>},
    HostileRow{"/hostile/coding-leftover", "bytes behind the end of gzip", Verdict::bad_encoding, coding_leftover, leftover},
    HostileRow{"/hostile/huge-window", "zstd that asks for a window of 1 GiB", Verdict::bad_encoding, window_too_large, huge_window},
    HostileRow{"/hostile/gzip-bomb", "16 MiB of zeros in 16 KiB of gzip", Verdict::expansion_limit, expansion, bomb<ContentCoding::gzip>},
    HostileRow{"/hostile/deflate-bomb", "the same of deflate", Verdict::expansion_limit, expansion, bomb<ContentCoding::deflate>},
    HostileRow{"/hostile/brotli-bomb", "the same of brotli, in a few bytes", Verdict::expansion_limit, expansion, bomb<ContentCoding::brotli>},
    HostileRow{"/hostile/zstd-bomb", "the same of zstd, in a KiB or two", Verdict::expansion_limit, expansion, bomb<ContentCoding::zstd>},
    HostileRow{"/hostile/nested-bomb", "16 MiB of zeros in gzip in gzip", Verdict::expansion_limit, expansion, nested_bomb},
    HostileRow{"/hostile/large-zstd", "80 MiB in 20 MiB of zstd", Verdict::expansion_limit, decoded_too_large, large},
};
// clang-format on

}  // namespace

std::span<const HostileRow> hostile_codings() { return rows; }

}  // namespace atonce
