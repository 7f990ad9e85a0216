#include "atonce/compute/xoshiro.h"

namespace atonce {
namespace {

/// SplitMix64, one step. Source: as Xoshiro256.
std::uint64_t split_mix(std::uint64_t& state) {
  std::uint64_t mixed = state += 0x9e37'79b9'7f4a'7c15;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11eb;
  return mixed ^ (mixed >> 31);
}

constexpr Xoshiro256::State jump_polynomial{0x180e'c6d3'3cfd'0aba, 0xd5a6'1266'f0c9'392c, 0xa958'2618'e03f'c9aa,
                                            0x39ab'dc45'29b1'661c};
constexpr Xoshiro256::State long_jump_polynomial{0x76e1'5d3e'fefd'cbbf, 0xc500'4e44'1c52'2fb3, 0x7771'0069'854e'e241,
                                                 0x3910'9bb0'2acb'e635};

}  // namespace

Xoshiro256::Xoshiro256(std::uint64_t seed) {
  for (std::uint64_t& word : state_) word = split_mix(seed);
}

void Xoshiro256::leap(const State& polynomial) {
  State sum{};
  for (const std::uint64_t word : polynomial) {
    for (unsigned bit = 0; bit < 64; ++bit) {
      if ((word >> bit & 1) != 0)
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] ^= state_[i];
      step();
    }
  }
  state_ = sum;
}

void Xoshiro256::jump() { leap(jump_polynomial); }
void Xoshiro256::long_jump() { leap(long_jump_polynomial); }

}  // namespace atonce
