#include "atonce/protocols/http2/frames.h"

namespace atonce {
namespace {

/// The lowest `bytes` bytes of `value`, highest first.
void append_number(std::string& out, std::uint64_t value, unsigned bytes) {
  for (unsigned shift = 8 * bytes; shift > 0; shift -= 8) out += static_cast<char>(value >> (shift - 8) & 0xff);
}

/// A string without Huffman coding: RFC 7541 5.1, 5.2.
void append_string(std::string& out, std::string_view text) {
  constexpr std::size_t prefix_max = 0x7f;
  if (text.size() < prefix_max) {
    out += static_cast<char>(text.size());
  } else {
    out += static_cast<char>(prefix_max);
    std::size_t rest = text.size() - prefix_max;
    for (; rest >= 0x80; rest >>= 7) out += static_cast<char>((rest & 0x7f) | 0x80);
    out += static_cast<char>(rest);
  }
  out += text;
}

}  // namespace

std::string http2_frame(Http2FrameType type, std::uint8_t flags, std::uint32_t stream, std::string_view payload) {
  std::string frame;
  frame.reserve(9 + payload.size());
  append_number(frame, payload.size(), 3);
  append_number(frame, static_cast<std::uint8_t>(type), 1);
  append_number(frame, flags, 1);
  append_number(frame, stream, 4);
  return frame += payload;
}

std::string http2_settings(std::span<const Http2Setting> settings) {
  std::string payload;
  for (const auto& [identifier, value] : settings) {
    append_number(payload, identifier, 2);
    append_number(payload, value, 4);
  }
  return http2_frame(Http2FrameType::settings, 0, 0, payload);
}

std::string http2_settings_ack() { return http2_frame(Http2FrameType::settings, http2_ack, 0); }

std::string http2_ping(std::uint64_t opaque, bool ack) {
  std::string payload;
  append_number(payload, opaque, 8);
  return http2_frame(Http2FrameType::ping, ack ? http2_ack : 0, 0, payload);
}

std::string http2_rst_stream(std::uint32_t stream, std::uint32_t code) {
  std::string payload;
  append_number(payload, code, 4);
  return http2_frame(Http2FrameType::rst_stream, 0, stream, payload);
}

std::string http2_goaway(std::uint32_t last_stream, std::uint32_t code, std::string_view debug) {
  std::string payload;
  append_number(payload, last_stream, 4);
  append_number(payload, code, 4);
  return http2_frame(Http2FrameType::goaway, 0, 0, payload.append(debug));
}

std::string http2_window_update(std::uint32_t stream, std::uint32_t increment) {
  std::string payload;
  append_number(payload, increment, 4);
  return http2_frame(Http2FrameType::window_update, 0, stream, payload);
}

std::string http2_field_block(const Fields& fields) {
  std::string block;
  for (const auto& [name, value] : fields) {
    block += '\0';  // literal, not indexed, with a new name
    append_string(block, name);
    append_string(block, value);
  }
  return block;
}

}  // namespace atonce
