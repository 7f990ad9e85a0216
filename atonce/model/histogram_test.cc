#include "atonce/model/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace atonce {
namespace {

TEST(Histogram, IsEmptyAtFirst) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0u);
  EXPECT_EQ(histogram.percentile_us(0.5), 0u);
  EXPECT_EQ(histogram.min_us(), 0u);
}

TEST(Histogram, IsExactBelow64) {
  Histogram histogram;
  for (std::uint64_t value = 0; value < 64; ++value) histogram.add(value);
  EXPECT_EQ(histogram.percentile_us(0.5), 31u);
  EXPECT_EQ(histogram.percentile_us(1.0), 63u);
}

TEST(Histogram, PercentilesAreWithinOne32ndOfTheSortedValues) {
  std::mt19937_64 random{7};
  std::vector<std::uint64_t> values;
  Histogram histogram;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(random() >> (random() % 30 + 28));
    histogram.add(values.back());
  }
  std::ranges::sort(values);
  for (const double share : {0.01, 0.25, 0.5, 0.9, 0.99, 0.999}) {
    const double exact = static_cast<double>(values[static_cast<std::size_t>(std::ceil(share * 20'000)) - 1]);
    const double seen = static_cast<double>(histogram.percentile_us(share));
    EXPECT_GE(seen, exact) << share;
    EXPECT_LE(seen, exact * (1 + 1.0 / 32) + 1) << share;
  }
}

TEST(Histogram, CountsValuesBeyondItsRangeInTheLastBucket) {
  Histogram histogram;
  histogram.add(~std::uint64_t{0} >> 1);
  EXPECT_EQ(histogram.count(), 1u);
  EXPECT_EQ(histogram.percentile_us(0.5), ~std::uint64_t{0} >> 1);
}

TEST(Histogram, MergesToTheSameInAnyOrder) {
  Histogram a, b, both;
  for (std::uint64_t value : {1u, 70u, 9'000u}) a.add(value), both.add(value);
  for (std::uint64_t value : {3u, 1'000'000u}) b.add(value), both.add(value);
  Histogram ab = a, ba = b;
  ab.merge(b);
  ba.merge(a);
  for (const double share : {0.1, 0.5, 0.9}) {
    EXPECT_EQ(ab.percentile_us(share), both.percentile_us(share));
    EXPECT_EQ(ba.percentile_us(share), both.percentile_us(share));
  }
  EXPECT_EQ(ab.min_us(), 1u);
  EXPECT_EQ(ab.max_us(), 1'000'000u);
}

}  // namespace
}  // namespace atonce
