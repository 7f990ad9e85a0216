#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/protocols/http/fault.h"
#include "atonce/protocols/http/limits.h"

namespace atonce {

enum class ContentCoding : std::uint8_t { identity, gzip, deflate, brotli, zstd };

/// "gzip", "br", ...
std::string_view name_of(ContentCoding coding);
/// As curl has it for `--compressed`: "deflate, gzip, br, zstd".
inline constexpr std::string_view accept_encoding_all = "deflate, gzip, br, zstd";

/// Reads a Content-Encoding field (all of them as one list), in the order they were applied; without identity.
/// Faults: unknown_coding, too_many_codings. Source: RFC 9110 8.4.1.
std::expected<std::vector<ContentCoding>, HttpFault> parse_content_encoding(
    std::string_view field, unsigned codings_max = HttpLimits{}.codings_max);

/// Undoes the codings of one body, piece by piece, in bounded memory: a window for each coding (32 KiB, brotli 16 MiB
/// at most, zstd 8 MiB) and 16 KiB of output. No I/O.
///
///     while (!(piece = decoder.next(input)).empty()) use(piece);   // then input is used up, or fault() is set
///     at the end of the body: decoder.finish()
///
/// A body without codings is passed through without a copy. gzip is one member, as curl has it; deflate is zlib's
/// format, or raw as some servers send it; zstd is any number of frames. An empty body is a body. What stands behind
/// the end is a fault. Source: RFC 1950, 1951, 1952, 7932, 8878.
class ContentDecoder {
 public:
  ContentDecoder();
  ~ContentDecoder();
  ContentDecoder(ContentDecoder&&) noexcept;
  ContentDecoder& operator=(ContentDecoder&&) noexcept;

  /// `field`: of Content-Encoding; empty: none.
  static std::expected<ContentDecoder, HttpFault> make(std::string_view field, const HttpLimits& limits = {});

  /// A piece of what the front of `wire` decodes to, never larger than `decoded_bytes_max` in all; valid until the next
  /// call. Empty: `wire` is used up, or there is a fault.
  std::string_view next(std::string_view& wire);
  /// The body is over: true when its codings are too.
  bool finish();
  HttpFault fault() const;
  bool identity() const;  ///< nothing is undone
  std::uint64_t wire_bytes() const;
  std::uint64_t decoded_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A whole body, coded. Source: as above.
std::string encode_content(ContentCoding coding, std::string_view body);

}  // namespace atonce
