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

void RandomSum::add_one() {
  const std::size_t lane = samples_++ % lane_count;
  Xoshiro256 generator = lanes_.at(lane);
  if (kind_ == RandomKind::uniform)
    exact_ += generator.next_plus() >> 11;
  else
    lane_sums_[lane] += Ziggurat::instance().sample(generator);
  lanes_.put(lane, generator);
}

void RandomSum::add_rows(std::size_t rows) {
  samples_ += rows * lane_count;
  if (kind_ == RandomKind::normal) return kernels_->add_normal(lanes_, rows, lane_sums_);
  Lanes::Words sums{};
  kernels_->add_uniform(lanes_, rows, sums);
  for (const std::uint64_t sum : sums) exact_ += sum;
}

void RandomSum::advance(std::uint64_t samples) {
  for (; samples > 0 && samples_ % lane_count != 0; --samples) add_one();
  for (std::uint64_t rows = samples / lane_count; rows > 0;) {
    const auto some = static_cast<std::size_t>(std::min<std::uint64_t>(rows, Kernels::rows_max));
    add_rows(some);
    rows -= some;
  }
  for (samples %= lane_count; samples > 0; --samples) add_one();
}

double RandomSum::total() const {
  if (kind_ == RandomKind::uniform) return static_cast<double>(exact_) * 0x1p-53;
  double sum = 0;
  for (const double lane : lane_sums_) sum += lane;
  return sum;
}

}  // namespace atonce
