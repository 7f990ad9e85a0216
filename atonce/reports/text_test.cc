#include "atonce/reports/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace atonce {
namespace {

TEST(Text, GroupsDigitsByThree) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'000), "1,000");
  EXPECT_EQ(grouped(12'345'678), "12,345,678");
}

TEST(Text, NeverRoundsAShareToNothingOrToAll) {
  EXPECT_EQ(percent(0, 10), "0 %");
  EXPECT_EQ(percent(10, 10), "100 %");
  EXPECT_EQ(percent(1, 1'000'000), "<0.1 %");
  EXPECT_EQ(percent(999'999, 1'000'000), ">99.9 %");
  EXPECT_EQ(percent(801, 1'000), "80.1 %");
  EXPECT_EQ(percent(0, 0), "-");
}

TEST(Text, WritesSmallSharesToTwoPlaces) {
  EXPECT_EQ(fine_percent(13, 16'384), "0.08 %");
  EXPECT_EQ(fine_percent(0, 214), "0.00 %");
  EXPECT_EQ(fine_percent(1, 1'000'000), "<0.01 %");
  EXPECT_EQ(fine_percent(0, 0), "-");
}

TEST(Text, WritesRatesOfAnySize) {
  EXPECT_EQ(write_rate(0), "0/s");
  EXPECT_EQ(write_rate(0.5), "0.5/s");
  EXPECT_EQ(write_rate(12'345.6), "12,346/s");
  EXPECT_EQ(write_rate(std::numeric_limits<double>::infinity()), "0/s");
}

TEST(Text, WritesBytesInTheUnitThatReadsBest) {
  EXPECT_EQ(write_bytes(512), "512 B");
  EXPECT_EQ(write_bytes(8'192), "8.0 KiB");
  EXPECT_EQ(write_bytes(std::uint64_t{256} << 20), "256 MiB");
}

TEST(Text, AlignsTheColumnsOfATable) {
  Table table({Table::Side::left, Table::Side::right, Table::Side::left});
  table.add({"a", "1,000", "x"});
  table.add({"long", "1", ""});
  EXPECT_THAT(table.lines(), testing::ElementsAre("a     1,000  x", "long      1"));
}

}  // namespace
}  // namespace atonce
