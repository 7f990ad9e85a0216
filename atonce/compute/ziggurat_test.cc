#include "atonce/compute/ziggurat.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "atonce/compute/random_sum.h"

namespace atonce {
namespace {

std::vector<double> normal_samples(std::size_t count, std::uint64_t seed) {
  Xoshiro256 generator(seed);
  std::vector<double> samples(count);
  for (double& sample : samples) sample = Ziggurat::instance().sample(generator);
  return samples;
}

double normal_distribution(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

/// The largest distance between the distribution of the samples and the one they are to have, times the root of how
/// many they are. Source: Kolmogorov and Smirnov; Knuth, TAOCP 3.3.1 B.
template <class Distribution>
double kolmogorov_smirnov(std::vector<double> samples, Distribution distribution) {
  std::ranges::sort(samples);
  const auto count = static_cast<double>(samples.size());
  double most = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double expected = distribution(samples[i]);
    most = std::max({most, static_cast<double>(i + 1) / count - expected, expected - static_cast<double>(i) / count});
  }
  return most * std::sqrt(count);
}

// Exceeded once in ten thousand times by samples that are what they should be; the seeds are fixed.
constexpr double kolmogorov_smirnov_max = 2.225;

TEST(Ziggurat, SamplesPassTheKolmogorovSmirnovTest) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed)
    EXPECT_LT(kolmogorov_smirnov(normal_samples(400'000, seed), normal_distribution), kolmogorov_smirnov_max) << seed;
}

TEST(Ziggurat, TheTestWouldSeeOtherSamples) {
  auto samples = normal_samples(400'000, 1);
  for (double& sample : samples) sample *= 1.03;
  EXPECT_GT(kolmogorov_smirnov(samples, normal_distribution), kolmogorov_smirnov_max);
}

TEST(Uniform, SamplesPassTheKolmogorovSmirnovTest) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Xoshiro256 generator(seed);
    std::vector<double> samples(400'000);
    for (double& sample : samples) sample = static_cast<double>(generator.next_plus() >> 11) * 0x1p-53;
    EXPECT_LT(kolmogorov_smirnov(samples, [](double x) { return x; }), kolmogorov_smirnov_max) << seed;
  }
}

TEST(Ziggurat, SamplesHaveTheMomentsOfTheNormalDistribution) {
  constexpr std::size_t count = 2'000'000;
  double first = 0, second = 0, third = 0, fourth = 0;
  for (const double x : normal_samples(count, 3)) {
    first += x;
    second += x * x;
    third += x * x * x;
    fourth += x * x * x * x;
  }
  const double n = count;
  // The variances of x, x^2, x^3 and x^4 are 1, 2, 15 and 96; five standard deviations of each mean.
  EXPECT_NEAR(first / n, 0, 5 * std::sqrt(1 / n));
  EXPECT_NEAR(second / n, 1, 5 * std::sqrt(2 / n));
  EXPECT_NEAR(third / n, 0, 5 * std::sqrt(15 / n));
  EXPECT_NEAR(fourth / n, 3, 5 * std::sqrt(96 / n));
}

TEST(Ziggurat, SamplesTheTailAsOftenAsItIsThere) {
  constexpr double count = 4'000'000;
  double beyond = 0, positive = 0;
  for (const double x : normal_samples(static_cast<std::size_t>(count), 4)) {
    beyond += std::abs(x) > 3.654152885361008796;
    positive += x > 3.654152885361008796;
  }
  const double expected = count * 2 * normal_distribution(-3.654152885361008796);  // about a thousand
  EXPECT_NEAR(beyond, expected, 5 * std::sqrt(expected));
  EXPECT_NEAR(positive, expected / 2, 5 * std::sqrt(expected / 2));
}

TEST(Ziggurat, ALayerAndAPlaceComeFromDifferentBits) {
  EXPECT_EQ(Ziggurat::layer_of(0xfff), 0xffu);
  EXPECT_EQ(Ziggurat::place_of(0xfff), -0.5);
  EXPECT_EQ(Ziggurat::layer_of(~std::uint64_t{0} << 12), 0u);
  EXPECT_EQ(Ziggurat::place_of(~std::uint64_t{0}), 0.5 - 0x1p-52);
}

}  // namespace
}  // namespace atonce
