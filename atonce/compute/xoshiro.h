#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace atonce {

/// The xoshiro256 generator: 256 bits of state, a period of 2^256 - 1, and jumps that give streams which cannot meet.
/// The same seed gives the same numbers on every machine. Not for secrets.
///
/// Source: D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47 (2021);
/// prng.di.unimi.it, where the reference code is in the public domain. The seed is spread by their SplitMix64.
class Xoshiro256 {
 public:
  using State = std::array<std::uint64_t, 4>;

  explicit Xoshiro256(std::uint64_t seed = 0);
  /// A state as the reference has it; not all zero.
  explicit Xoshiro256(const State& state) : state_(state) {}

  /// xoshiro256++: all 64 bits are of full quality.
  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    step();
    return result;
  }

  /// xoshiro256+: quicker, for fractions; of the 64 bits only the upper 53 are to be used.
  std::uint64_t next_plus() {
    const std::uint64_t result = state_[0] + state_[3];
    step();
    return result;
  }

  /// As if 2^128 numbers had been taken: 2^128 streams, none of which overlaps another.
  void jump();
  /// As if 2^192 numbers had been taken: 2^64 starting points, 2^64 jumps apart.
  void long_jump();

  const State& state() const { return state_; }

 private:
  void step() {
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
  }
  void leap(const State& polynomial);

  State state_;
};

}  // namespace atonce
