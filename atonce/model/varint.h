#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace atonce {

inline constexpr std::size_t varint_bytes_max = 10;

/// Seven bits of a number in each byte, the lowest first; the top bit says that more follow. Returns behind the last
/// byte. Source: DWARF 5, 7.6 (LEB128).
template <class Byte, class Output>
Output put_varint(Output at, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) *at++ = static_cast<Byte>(number | 0x80);
  *at++ = static_cast<Byte>(number);
  return at;
}

/// Takes such a number off the front; nothing when it ends too soon, has more than 64 bits, or is above `most`.
inline std::optional<std::uint64_t> take_varint(std::string_view& from,
                                                std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !from.empty(); shift += 7) {
    const auto part = static_cast<std::uint8_t>(from.front());
    from.remove_prefix(1);
    if (shift == 63 && part > 1) break;
    value |= std::uint64_t{part & 0x7FU} << shift;
    if ((part & 0x80) != 0) continue;
    if (value > most) break;
    return value;
  }
  return std::nullopt;
}

/// Numbers near zero are small, whatever their sign: 0, -1, 1, -2 become 0, 1, 2, 3.
constexpr std::uint64_t zigzag(std::int64_t number) {
  return (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t number) {
  return static_cast<std::int64_t>((number >> 1) ^ (~(number & 1) + 1));
}

}  // namespace atonce
