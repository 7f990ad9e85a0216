#include "atonce/cli/threshold.h"

#include <gmock/gmock.h>

namespace atonce {
namespace {

using testing::HasSubstr;

TEST(Threshold, NamesTwoAndHowManyTimesAsFastTheFirstIs) {
  const auto threshold = parse_threshold(" async / threads:20>=10x ");
  ASSERT_TRUE(threshold);
  EXPECT_EQ(threshold->left, "async");
  EXPECT_EQ(threshold->right, "threads:20");
  EXPECT_EQ(threshold->relation, Threshold::Relation::at_least);
  EXPECT_DOUBLE_EQ(threshold->bound, 10);
  EXPECT_EQ(threshold->text, "async / threads:20>=10x");
}

TEST(Threshold, HasFourRelations) {
  EXPECT_EQ(parse_threshold("a/b <= 1.5")->relation, Threshold::Relation::at_most);
  EXPECT_EQ(parse_threshold("a/b < 1")->relation, Threshold::Relation::less_than);
  EXPECT_EQ(parse_threshold("a/b > 0.5")->relation, Threshold::Relation::more_than);
}

TEST(Threshold, IsRefusedWithAWayToWriteIt) {
  for (const char* text :
       {"", "async", "async/sequential", "async/sequential = 10", "async >= 10", "/b >= 1", "a/ >= 1", "a/b >= ten",
        "a/b >=", "a/b >= -1", "a/b >= inf", "a/b >= 1 2", "a/b >= 1e999"}) {
    const auto threshold = parse_threshold(text);
    ASSERT_FALSE(threshold) << text;
    EXPECT_THAT(threshold.error().text, HasSubstr("async/sequential >= 10"));
  }
}

}  // namespace
}  // namespace atonce
