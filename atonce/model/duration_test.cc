#include "atonce/model/duration.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsEveryUnitAndBareSeconds) {
  EXPECT_EQ(*parse_duration("1500ms"), 1500ms);
  EXPECT_EQ(*parse_duration("3.5s"), 3500ms);
  EXPECT_EQ(*parse_duration("2"), 2s);
  EXPECT_EQ(*parse_duration("2m"), 2min);
  EXPECT_EQ(*parse_duration("250us"), 250us);
  EXPECT_EQ(*parse_duration("1h"), 1h);
}

TEST(Duration, RefusesNothingNegativeAndNonsenseInWords) {
  for (const char* text : {"", "0", "0s", "-1s", "s", "1.2.3", "1 s", "1parsec", "99999999h", "1e9"}) {
    const auto duration = parse_duration(text);
    ASSERT_FALSE(duration) << text;
    EXPECT_FALSE(duration.error().text.empty());
  }
}

TEST(Duration, WritesThreeFigures) {
  EXPECT_EQ(write_duration(3500ms), "3.5s");
  EXPECT_EQ(write_duration(250ms), "250ms");
  EXPECT_EQ(write_duration(100s), "1m40s");
  EXPECT_EQ(write_duration(2h + 5min), "2h05m");
  EXPECT_EQ(write_duration(12'340us), "12.3ms");
  EXPECT_EQ(write_duration(999'700us), "1s") << "and not 1e+03ms";
}

}  // namespace
}  // namespace atonce
