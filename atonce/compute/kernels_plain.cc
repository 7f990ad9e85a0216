#include <bit>

#include "atonce/compute/kernels.h"
#include "atonce/compute/ziggurat.h"

namespace atonce {
namespace {

// So many generators side by side keep a processor's units busy and their states in its registers.
constexpr std::size_t beside = 4;

}  // namespace

void add_uniform_plain(Lanes& lanes, std::size_t rows, Lanes::Words& sums) {
  for (std::size_t first = 0; first < lane_count; first += beside) {
    std::uint64_t s0[beside], s1[beside], s2[beside], s3[beside], sum[beside];
    for (std::size_t i = 0; i < beside; ++i) {
      s0[i] = lanes.state[0][first + i];
      s1[i] = lanes.state[1][first + i];
      s2[i] = lanes.state[2][first + i];
      s3[i] = lanes.state[3][first + i];
      sum[i] = sums[first + i];
    }
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t i = 0; i < beside; ++i) {  // Xoshiro256::next_plus, written out.
        sum[i] += (s0[i] + s3[i]) >> 11;
        const std::uint64_t shifted = s1[i] << 17;
        s2[i] ^= s0[i];
        s3[i] ^= s1[i];
        s1[i] ^= s2[i];
        s0[i] ^= s3[i];
        s2[i] ^= shifted;
        s3[i] = std::rotl(s3[i], 45);
      }
    }
    for (std::size_t i = 0; i < beside; ++i) {
      lanes.state[0][first + i] = s0[i];
      lanes.state[1][first + i] = s1[i];
      lanes.state[2][first + i] = s2[i];
      lanes.state[3][first + i] = s3[i];
      sums[first + i] = sum[i];
    }
  }
}

void add_normal_plain(NormalLanes& state, std::size_t rows) {
  const Ziggurat& ziggurat = Ziggurat::instance();
  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    Xoshiro256 generator = state.lanes.at(lane);
    double sum = state.sums[lane];
    for (std::size_t row = 0; row < rows; ++row) {
      const std::uint64_t number = generator.next();
      if (ziggurat.is_settled(number)) [[likely]]
        sum += ziggurat.settled(number);
      else
        state.aside_sums[lane] += ziggurat.settle(number, state.aside[lane]);
    }
    state.sums[lane] = sum;
    state.lanes.put(lane, generator);
  }
}

}  // namespace atonce
