#pragma once

#include <cstdint>
#include <string_view>

#include "atonce/results/journal.h"

namespace atonce {

/// The head of a frame, and what makes it this frame's: see journal.h.
struct FrameHead {
  std::uint32_t length = 0;  ///< of the payload
  std::uint32_t chain = 0;
  std::uint64_t checksum = 0;
};

inline constexpr std::uint32_t frame_mark = 0x0A46'4AA7;  ///< A7 "JF" and a line end: not UTF-8, not zeros
inline constexpr std::size_t frame_head_bytes = 20;
/// A writer ends a frame at the first record that reaches this: 20 bytes of head are nothing beside it.
inline constexpr std::size_t frame_payload_usual = 32 << 10;
/// No payload is longer: the longest record, behind almost a usual frame.
inline constexpr std::size_t frame_payload_max = 1 << 20;

inline constexpr std::string_view journal_magic =
    "\x89"
    "ATJRNL\n";
inline constexpr std::size_t header_fixed_bytes = 16;     ///< magic, format, length
inline constexpr std::size_t header_rest_max = 64 << 10;  ///< of any format to come

void store_u32(std::uint8_t* at, std::uint32_t value);
void store_u64(std::uint8_t* at, std::uint64_t value);
std::uint32_t load_u32(const char* at);
std::uint64_t load_u64(const char* at);

std::uint64_t frame_checksum(const RunId& run, std::uint64_t offset, std::uint32_t chain, std::string_view payload);
inline std::uint32_t chain_behind(std::uint64_t checksum) { return static_cast<std::uint32_t>(checksum); }

void store_head(std::uint8_t* at, const FrameHead& head);
/// The head at the beginning of `bytes`, at least `frame_head_bytes` of them; empty when no frame begins there.
std::optional<FrameHead> load_head(std::string_view bytes);

}  // namespace atonce
