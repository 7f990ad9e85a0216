#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "atonce/compute/xoshiro.h"

namespace atonce {

/// Sixteen, whatever the machine has: sample k is always the next of lane k mod 16, so the numbers of a stream, and
/// their sum, do not depend on how wide its registers are.
inline constexpr std::size_t lane_count = 16;

/// The states of sixteen generators beside each other, a jump of 2^128 apart; as vector registers want them. Not
/// aligned for them: it may well live in a coroutine's frame, which is not.
struct Lanes {
  using Words = std::array<std::uint64_t, lane_count>;
  std::array<Words, 4> state;

  explicit Lanes(Xoshiro256 first) {
    for (std::size_t lane = 0; lane < lane_count; ++lane, first.jump()) put(lane, first);
  }

  Xoshiro256 at(std::size_t lane) const {
    return Xoshiro256({state[0][lane], state[1][lane], state[2][lane], state[3][lane]});
  }
  void put(std::size_t lane, const Xoshiro256& generator) {
    for (std::size_t word = 0; word < 4; ++word) state[word][lane] = generator.state()[word];
  }
};

/// What a sum of normal samples is made of. Each lane takes one number of its generator for each sample; the one sample
/// in eighty that this does not settle is settled with numbers of another generator, and added to another sum. So
/// whether a sample is settled changes nothing for those after it, and many can be taken at once.
struct NormalLanes {
  using Sums = std::array<double, lane_count>;

  Lanes lanes;
  std::array<Xoshiro256, lane_count> aside;
  Sums sums{};
  Sums aside_sums{};

  explicit NormalLanes(const Xoshiro256& first);
  double total() const;
};

}  // namespace atonce
