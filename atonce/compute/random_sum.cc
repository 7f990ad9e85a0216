#include "atonce/compute/random_sum.h"

#include <algorithm>

#include "atonce/compute/ziggurat.h"

namespace atonce {

Xoshiro256 stream_of(std::uint64_t seed, std::uint32_t stream) {
  Xoshiro256 generator(seed);
  for (std::uint32_t i = 0; i < stream; ++i) generator.long_jump();
  return generator;
}

RandomSum::RandomSum(RandomKind kind, const Xoshiro256& stream, const Kernels& kernels)
    : kind_(kind), kernels_(&kernels), lanes_(stream) {}

/// The samples of one row from lane `first` on, up to the one before `last`.
void RandomSum::add_some(std::size_t first, std::size_t last) {
  const Ziggurat& ziggurat = Ziggurat::instance();
  for (std::size_t lane = first; lane < last; ++lane, ++samples_) {
    Xoshiro256 generator = lanes_.lanes.at(lane);
    if (kind_ == RandomKind::uniform) {
      exact_ += generator.next_plus() >> 11;
    } else {
      const std::uint64_t number = generator.next();
      if (ziggurat.is_settled(number))
        lanes_.sums[lane] += ziggurat.settled(number);
      else
        lanes_.aside_sums[lane] += ziggurat.settle(number, lanes_.aside[lane]);
    }
    lanes_.lanes.put(lane, generator);
  }
}

void RandomSum::add_rows(std::size_t rows) {
  samples_ += rows * lane_count;
  if (kind_ == RandomKind::normal) return kernels_->add_normal(lanes_, rows);
  Lanes::Words sums{};
  kernels_->add_uniform(lanes_.lanes, rows, sums);
  for (const std::uint64_t sum : sums) exact_ += sum;
}

void RandomSum::advance(std::uint64_t samples) {
  if (const std::size_t begun = samples_ % lane_count; begun != 0) {
    const std::size_t last = std::min<std::uint64_t>(begun + samples, lane_count);
    add_some(begun, last);
    samples -= last - begun;
  }
  for (std::uint64_t rows = samples / lane_count; rows > 0;) {
    const auto some = static_cast<std::size_t>(std::min<std::uint64_t>(rows, Kernels::rows_max));
    add_rows(some);
    rows -= some;
  }
  add_some(0, samples % lane_count);
}

double RandomSum::total() const {
  if (kind_ == RandomKind::uniform) return static_cast<double>(exact_) * 0x1p-53;
  return lanes_.total();
}

}  // namespace atonce
