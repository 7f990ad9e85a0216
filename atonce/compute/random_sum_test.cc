#include "atonce/compute/random_sum.h"

#include <gtest/gtest.h>

#include <cmath>

namespace atonce {
namespace {

RandomSum summed(RandomKind kind, std::uint64_t samples, std::uint64_t seed = 7, std::uint32_t stream = 0) {
  RandomSum sum(kind, stream_of(seed, stream));
  sum.advance(samples);
  return sum;
}

TEST(RandomSum, IsTheSameInPiecesOfAnySize) {
  for (const RandomKind kind : {RandomKind::uniform, RandomKind::normal}) {
    const double whole = summed(kind, 100'003).total();
    for (const std::uint64_t piece : {1u, 15u, 16u, 17u, 1'000u, 40'000u}) {
      RandomSum sum(kind, stream_of(7, 0));
      while (sum.samples() < 100'003) sum.advance(std::min<std::uint64_t>(piece, 100'003 - sum.samples()));
      EXPECT_EQ(sum.total(), whole) << piece;
    }
  }
}

TEST(RandomSum, IsTheSameWithEveryKernel) {
  for (const RandomKind kind : {RandomKind::uniform, RandomKind::normal})
    for (const Kernels& kernels : all_kernels()) {
      if (!kernels.runs_here()) continue;
      RandomSum sum(kind, stream_of(7, 0), kernels);
      sum.advance(123'457);
      EXPECT_EQ(sum.total(), summed(kind, 123'457).total()) << kernels.name;
    }
}

TEST(RandomSum, FollowsFromTheSeedAndTheStream) {
  EXPECT_EQ(summed(RandomKind::uniform, 1'000'000, 7).total(), summed(RandomKind::uniform, 1'000'000, 7).total());
  EXPECT_NE(summed(RandomKind::uniform, 1'000, 7).total(), summed(RandomKind::uniform, 1'000, 8).total());
  EXPECT_NE(summed(RandomKind::uniform, 1'000, 7, 0).total(), summed(RandomKind::uniform, 1'000, 7, 1).total());
  // Seen once, and from then on the same on every machine: uniform sums are exact.
  EXPECT_EQ(summed(RandomKind::uniform, 120'000'000, 7).total(), 60003736.621819705);
}

TEST(RandomSum, ASumOfUniformSamplesIsExact) {
  // Added one by one in extended precision, where no step of so few loses a bit.
  Lanes lanes(stream_of(7, 0));
  long double sum = 0;
  for (int i = 0; i < 1'600; ++i) {
    const std::size_t lane = static_cast<std::size_t>(i) % lane_count;
    Xoshiro256 generator = lanes.at(lane);
    sum += static_cast<long double>(generator.next_plus() >> 11) * 0x1p-53L;
    lanes.put(lane, generator);
  }
  EXPECT_EQ(summed(RandomKind::uniform, 1'600).total(), static_cast<double>(sum));
}

TEST(RandomSum, HasTheMeanOfItsDistribution) {
  constexpr double samples = 4'000'000;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    // Five standard deviations of the sum: one seed in two million would fail, and these five do not.
    EXPECT_NEAR(summed(RandomKind::uniform, 4'000'000, seed).total(), samples / 2, 5 * std::sqrt(samples / 12));
    EXPECT_NEAR(summed(RandomKind::normal, 4'000'000, seed).total(), 0, 5 * std::sqrt(samples));
  }
}

TEST(RandomSum, ItsNormalSamplesHaveTheVarianceAndTheTailsOfTheirDistribution) {
  // Taken one at a time, the samples are the steps of the total.
  RandomSum sum(RandomKind::normal, stream_of(13, 2));
  constexpr double samples = 1'000'000;
  double before = 0, squares = 0, beyond_two = 0, beyond_four = 0;
  for (int i = 0; i < 1'000'000; ++i) {
    sum.advance(1);
    const double sample = sum.total() - before;
    before = sum.total();
    squares += sample * sample;
    beyond_two += std::abs(sample) > 2;
    beyond_four += std::abs(sample) > 4;
  }
  EXPECT_NEAR(squares / samples, 1, 5 * std::sqrt(2 / samples));
  EXPECT_NEAR(beyond_two, samples * std::erfc(std::sqrt(2.0)), 5 * std::sqrt(samples * std::erfc(std::sqrt(2.0))));
  EXPECT_NEAR(beyond_four, samples * std::erfc(std::sqrt(8.0)), 5 * std::sqrt(samples * std::erfc(std::sqrt(8.0))));
}

TEST(RandomSum, OfNothingIsNothing) {
  EXPECT_EQ(summed(RandomKind::uniform, 0).total(), 0);
  EXPECT_EQ(summed(RandomKind::normal, 0).total(), 0);
}

}  // namespace
}  // namespace atonce
