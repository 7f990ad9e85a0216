#pragma once

#include <cstddef>
#include <cstdint>

namespace atonce {

/// What a peer can make us read and hold. Each bound has its own HttpFault.
struct HttpLimits {
  // curl's MAX_HTTP_RESP_HEADER_SIZE: start line and fields, of interim answers and trailers too.
  std::size_t head_bytes_max = 300 << 10;
  // curl's MAX_HTTP_RESP_HEADER_COUNT.
  std::size_t fields_max = 5'000;
  // One 100 and one 103 are usual; a server that announces progress (102) sends a few more.
  unsigned interim_max = 16;
  // nginx and Apache take 8 KiB by default: RFC 9112 3 asks for 8,000 octets at least.
  std::size_t target_bytes_max = 16 << 10;
  // Size and extensions of one chunk. Nobody uses extensions; nginx and Node allow 16 KiB for all of them.
  std::size_t chunk_line_bytes_max = 4 << 10;
  // As it comes over the wire; `--max-body`.
  std::uint64_t body_bytes_max = 64 << 20;
  // curl's MAX_ENCODE_STACK.
  unsigned codings_max = 5;
  // What a body may become, at every stage of its codings.
  std::uint64_t decoded_bytes_max = 64 << 20;
  // Text and HTML come to 20; logs and tables to 200. DEFLATE ends at 1,032, brotli and zstandard nowhere.
  std::uint64_t expansion_max = 400;
  // So much is always allowed: small bodies of one repeated byte are harmless.
  std::uint64_t expansion_free_bytes = 1 << 20;
  // RFC 8878 3.1.1.1.2 recommends 8 MiB as what every decoder should have; browsers refuse more.
  unsigned zstd_window_log_max = 23;
};

}  // namespace atonce
