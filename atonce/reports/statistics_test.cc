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

}  // namespace
}  // namespace atonce
