#include "atonce/reports/statistics.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

TEST(Statistics, TakesTheMiddleValue) {
  EXPECT_DOUBLE_EQ(median_of(std::vector{3.0, 1.0, 2.0}), 2.0);
  EXPECT_DOUBLE_EQ(median_of(std::vector{4.0, 1.0, 2.0, 3.0}), 2.5);
  EXPECT_DOUBLE_EQ(median_of({}), 0.0);
}

TEST(Statistics, IsNotMovedByOneStrayValue) {
  const Sample calm = sample_of(std::vector{1.0, 1.01, 1.02, 1.03, 1.04});
  const Sample stray = sample_of(std::vector{1.0, 1.01, 1.02, 1.03, 9.0});
  EXPECT_DOUBLE_EQ(calm.median, stray.median);
  EXPECT_NEAR(calm.spread, stray.spread, 1e-9);
  EXPECT_DOUBLE_EQ(stray.high, 9.0);
  EXPECT_DOUBLE_EQ(stray.low, 1.0);
}

TEST(Statistics, MeasuresSpreadAsAShareOfTheMedian) {
  EXPECT_DOUBLE_EQ(sample_of(std::vector{2.0, 2.0, 2.0}).spread, 0.0);
  EXPECT_NEAR(sample_of(std::vector{0.5, 1.0, 1.5}).spread, 1.4826 * 0.5, 1e-9);
  EXPECT_DOUBLE_EQ(sample_of(std::vector{0.0, 0.0}).spread, 0.0);
  EXPECT_DOUBLE_EQ(sample_of({}).median, 0.0);
}

TEST(Statistics, CountsAMissingPlaceAsDifferent) {
  EXPECT_DOUBLE_EQ(share_equal(std::vector<std::uint8_t>{1, 2, 3, 4}, std::vector<std::uint8_t>{1, 2, 0, 4}), 0.75);
  EXPECT_DOUBLE_EQ(share_equal(std::vector<std::uint8_t>{1, 2}, std::vector<std::uint8_t>{1, 2, 3, 4}), 0.5);
  EXPECT_DOUBLE_EQ(share_equal({}, {}), 1.0);
}

TEST(Statistics, BoundsAShareAsPublishedTablesDo) {
  const struct {
    std::uint64_t hits, count;
    double low, high;
  } rows[] = {
      // Newcombe 1998, table I, method 3.
      {81, 263, 0.2553, 0.3662},
      {15, 148, 0.0624, 0.1605},
      {0, 20, 0.0000, 0.1611},
      {1, 29, 0.0061, 0.1718},
  };
  for (const auto& row : rows) {
    const ShareInterval interval = share_interval(row.hits, row.count);
    EXPECT_NEAR(interval.low, row.low, 0.00005) << row.hits << " of " << row.count;
    EXPECT_NEAR(interval.high, row.high, 0.00005) << row.hits << " of " << row.count;
  }
}

TEST(Statistics, BoundsAShareWithinReason) {
  EXPECT_DOUBLE_EQ(share_interval(0, 0).low, 0.0);
  EXPECT_DOUBLE_EQ(share_interval(0, 0).high, 1.0);
  EXPECT_DOUBLE_EQ(share_interval(0, 1'000'000).low, 0.0);
  EXPECT_LT(share_interval(0, 1'000'000).high, 4e-6);
  EXPECT_DOUBLE_EQ(share_interval(7, 7).high, 1.0);
  const ShareInterval none = share_interval(0, 20), all = share_interval(20, 20);
  EXPECT_NEAR(none.high, 1 - all.low, 1e-12) << "what is so of hits is so of misses";
}

TEST(Statistics, ARatioLiesBetweenTheBoundsOfItsBootstrap) {
  const std::vector<double> slow{10.0, 10.2, 9.9, 10.1, 10.0}, fast{1.0, 1.1, 0.95, 1.02, 1.0};
  const Ratio ratio = ratio_of_medians(slow, fast);
  EXPECT_NEAR(ratio.value, 10.0, 1e-9);
  ASSERT_TRUE(ratio.interval);
  EXPECT_LE(ratio.interval->low, ratio.value);
  EXPECT_GE(ratio.interval->high, ratio.value);
  EXPECT_GT(ratio.interval->low, 9.0);
  EXPECT_LT(ratio.interval->high, 10.7);
  EXPECT_FALSE(ratio.within_noise());
}

TEST(Statistics, ARatioOfTheSameIsWithinTheNoise) {
  const std::vector<double> one{1.0, 1.1, 0.9, 1.05, 0.97}, other{1.02, 0.95, 1.04, 0.99, 1.0};
  EXPECT_TRUE(ratio_of_medians(one, other).within_noise());
}

TEST(Statistics, ARatioIsResampledInPairs) {
  // A machine whose mood halves its speed in some rounds slows both: the ratio knows nothing of it.
  const std::vector<double> one{2.0, 4.0, 2.0, 4.0, 2.0}, other{1.0, 2.0, 1.0, 2.0, 1.0};
  const Ratio ratio = ratio_of_medians(one, other);
  EXPECT_DOUBLE_EQ(ratio.interval->low, 2.0);
  EXPECT_DOUBLE_EQ(ratio.interval->high, 2.0);
}

TEST(Statistics, ARatioOfFewPairsHasNoBounds) {
  const std::vector four{1.0, 2.0, 1.5, 1.2}, five{1.0, 2.0, 1.5, 1.2, 1.1};
  EXPECT_FALSE(ratio_of_medians(four, four).interval);
  EXPECT_TRUE(ratio_of_medians(five, five).interval);
  EXPECT_DOUBLE_EQ(ratio_of_medians(std::vector{3.0}, std::vector{1.5}).value, 2);
  EXPECT_DOUBLE_EQ(ratio_of_medians({}, {}).value, 0);
  EXPECT_DOUBLE_EQ(ratio_of_medians(std::vector{1.0}, std::vector{0.0}).value, 0);
}

}  // namespace
}  // namespace atonce
