#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "atonce/protocols/http/fields.h"

namespace atonce {

/// Frames made by hand, right or wrong: for tests, and for a server that misbehaves on purpose. Source: RFC 9113 4, 6.
enum class Http2FrameType : std::uint8_t {
  data = 0,
  headers = 1,
  priority = 2,
  rst_stream = 3,
  settings = 4,
  push_promise = 5,
  ping = 6,
  goaway = 7,
  window_update = 8,
  continuation = 9,
};

inline constexpr std::uint8_t http2_end_stream = 0x1;  ///< of DATA and HEADERS
inline constexpr std::uint8_t http2_ack = 0x1;         ///< of SETTINGS and PING
inline constexpr std::uint8_t http2_end_headers = 0x4;

inline constexpr std::string_view http2_preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A frame's nine bytes and its payload, whatever they are.
std::string http2_frame(Http2FrameType type, std::uint8_t flags, std::uint32_t stream, std::string_view payload = {});

/// SETTINGS of pairs of identifier and value; empty ones and acknowledgements, too.
struct Http2Setting {
  std::uint16_t identifier;
  std::uint32_t value;
};
std::string http2_settings(std::span<const Http2Setting> settings = {});
std::string http2_settings_ack();
std::string http2_ping(std::uint64_t opaque, bool ack = false);
std::string http2_rst_stream(std::uint32_t stream, std::uint32_t code);
std::string http2_goaway(std::uint32_t last_stream, std::uint32_t code, std::string_view debug = {});
std::string http2_window_update(std::uint32_t stream, std::uint32_t increment);

/// Fields as HPACK literals that use no table: names and values go out byte for byte. Source: RFC 7541 6.2.2.
std::string http2_field_block(const Fields& fields);

}  // namespace atonce
