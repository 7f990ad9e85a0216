#pragma once

#include <cstddef>
#include <cstdint>

namespace atonce {

/// What a side of an HTTP/2 connection offers, and what it puts up with.
struct Http2Settings {
  // As much as a slow reader can make us hold for each stream; 2 MiB over 50 ms are 40 MB/s, for one stream.
  std::uint32_t stream_window_bytes = 2 << 20;
  // Given back as soon as bytes arrive, so this bounds no memory: it only has to be more than any path holds.
  std::uint32_t connection_window_bytes = 256 << 20;
  // What a server allows its client, and what a client puts on one connection, where the other side allows as much.
  std::uint32_t streams_max = 100;
  // Names and values with 32 bytes for each field: RFC 9113 6.5.2.
  std::size_t header_list_bytes_max = 64 << 10;
  // As many as nghttp2 and nginx put up with; a head of 64 KiB needs three.
  unsigned continuations_max = 8;
  unsigned interim_max = 16;
  // Frames that bring nothing (PING, SETTINGS, RST_STREAM, WINDOW_UPDATE, empty DATA, ...) beyond those that do; each
  // useful frame, sent or received, pays for four. nghttp2 stops at 1,000 unanswered ones.
  unsigned idle_frames_max = 1'000;
};

}  // namespace atonce
