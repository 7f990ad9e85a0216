#include "atonce/protocols/http/fields.h"

#include <gmock/gmock.h>

namespace atonce {
namespace {

using ::testing::ElementsAre;

TEST(Fields, KeepOrderAndCaseAndAreFoundWithout) {
  Fields fields{{"Accept", "a"}, {"X-One", "1"}, {"accept", "b"}};
  EXPECT_EQ(fields.find("ACCEPT"), "a");
  EXPECT_THAT(fields.all("Accept"), ElementsAre("a", "b"));
  EXPECT_EQ(fields.joined("accept"), "a, b");
  EXPECT_EQ(fields.count("accept"), 2u);
  EXPECT_THAT(fields, ElementsAre(Field{"Accept", "a"}, Field{"X-One", "1"}, Field{"accept", "b"}));
  EXPECT_FALSE(fields.has("Accep"));
}

TEST(Fields, RemoveAndSetReachEveryOneOfTheName) {
  Fields fields{{"A", "1"}, {"b", "2"}, {"a", "3"}};
  EXPECT_EQ(fields.remove("A"), 2u);
  EXPECT_THAT(fields, ElementsAre(Field{"b", "2"}));
  fields.set("B", *fields.find("b"));
  EXPECT_THAT(fields, ElementsAre(Field{"B", "2"}));
  EXPECT_EQ(fields.remove("none"), 0u);
  fields.clear();
  EXPECT_TRUE(fields.empty());
}

TEST(Fields, AreComparedByWhatTheySay) {
  Fields removed{{"x", "y"}, {"a", "b"}};
  removed.remove("x");
  EXPECT_EQ(removed, (Fields{{"a", "b"}}));
  EXPECT_NE(removed, (Fields{{"A", "b"}}));
}

TEST(Fields, ListsHaveTheirElementsWhateverTheCaseAndTheSpaces) {
  EXPECT_TRUE(list_has("te, Close", "close"));
  EXPECT_TRUE(list_has(",, close\t,", "close"));
  EXPECT_FALSE(list_has("closed, not-close", "close"));
  EXPECT_FALSE(list_has("", "close"));
}

}  // namespace
}  // namespace atonce
