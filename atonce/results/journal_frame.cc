#include "atonce/results/journal_frame.h"

#include <bit>
#include <cstring>

#include "atonce/results/digest.h"

namespace atonce {

static_assert(std::endian::native == std::endian::little, "numbers of fixed size are copied as they are");

void store_u32(std::uint8_t* at, std::uint32_t value) { std::memcpy(at, &value, sizeof value); }
void store_u64(std::uint8_t* at, std::uint64_t value) { std::memcpy(at, &value, sizeof value); }

std::uint32_t load_u32(const char* at) {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::uint64_t load_u64(const char* at) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

std::uint64_t frame_checksum(const RunId& run, std::uint64_t offset, std::uint32_t chain, std::string_view payload) {
  std::array<std::uint8_t, 32> place{};
  std::memcpy(place.data(), run.bytes.data(), run.bytes.size());
  store_u64(place.data() + 16, offset);
  store_u32(place.data() + 24, static_cast<std::uint32_t>(payload.size()));
  store_u32(place.data() + 28, chain);
  const std::uint64_t seed = digest_of({reinterpret_cast<const char*>(place.data()), place.size()});
  return digest_of(payload, seed);
}

void store_head(std::uint8_t* at, const FrameHead& head) {
  store_u32(at, frame_mark);
  store_u32(at + 4, head.length);
  store_u32(at + 8, head.chain);
  store_u64(at + 12, head.checksum);
}

std::optional<FrameHead> load_head(std::string_view bytes) {
  if (load_u32(bytes.data()) != frame_mark) return std::nullopt;
  const FrameHead head{.length = load_u32(bytes.data() + 4),
                       .chain = load_u32(bytes.data() + 8),
                       .checksum = load_u64(bytes.data() + 12)};
  return head.length == 0 || head.length > frame_payload_max ? std::nullopt : std::optional(head);
}

}  // namespace atonce
