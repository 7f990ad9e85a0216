#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace atonce {

using SipKey = std::array<std::uint64_t, 2>;

/// The 128-bit digest of `text` under `key`, low half first: whoever does not know the key cannot aim at a digest.
/// Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF"; SipHash-2-4 with the reference code's 128-bit
/// output.
std::array<std::uint64_t, 2> siphash_128(const SipKey& key, std::string_view text);

}  // namespace atonce
