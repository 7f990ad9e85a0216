#include "atonce/jobs/regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atonce {
namespace {

using testing::HasSubstr;

TEST(Regex, FindsWhatItDescribes) {
  const auto regex = Regex::parse("ngin(x)/([0-9.]+)");
  ASSERT_TRUE(regex);
  EXPECT_TRUE(regex->found_in("server: nginx/1.22.1"));
  EXPECT_FALSE(regex->found_in("server: apache"));
  EXPECT_EQ(regex->first_in("nginx/1.22.1"), "x");
  EXPECT_EQ(Regex::parse("a+")->first_in("baab"), "aa");
  EXPECT_EQ(regex->first_in(""), std::nullopt);
}

TEST(Regex, TakesALiteralLetterForLetter) {
  EXPECT_TRUE(Regex::literal("a.b*").found_in("xa.b*x"));
  EXPECT_FALSE(Regex::literal("a.b*").found_in("axbb"));
  EXPECT_TRUE(Regex::literal("\xFF").found_in("\xC3\xFF"));
}

TEST(Regex, ReplacesEveryMatch) { EXPECT_EQ(Regex::parse("([a-z])1")->replace_all("a1b1", "<\\1>"), "<a><b>"); }

TEST(Regex, ComplainsOfWhatIsNone) {
  EXPECT_THAT(Regex::parse("(").error().text, HasSubstr("not a regular expression"));
  EXPECT_FALSE(Regex::parse("(((a{100}){100}){100}){100}"));
}

TEST(Regex, TakesTimeInProportionToTheText) {
  const std::string text(1 << 20, 'a');
  EXPECT_FALSE(Regex::parse("(a+)+$b")->found_in(text));
}

TEST(Regex, AGroupThatTookNoPartIsNothing) {
  const Regex either = *Regex::parse("a|(b)");
  EXPECT_EQ(either.first_group_in("b"), "b");
  EXPECT_EQ(either.first_group_in("a"), std::nullopt);
  EXPECT_EQ(Regex::parse("a")->first_group_in("a"), std::nullopt);
  EXPECT_EQ(either.groups(), 1);
}

TEST(Regex, AllOfATextIsMoreThanAPart) {
  EXPECT_TRUE(Regex::parse("a+")->matches_all_of("aaa"));
  EXPECT_FALSE(Regex::parse("a+")->matches_all_of("aab"));
}

TEST(Regex, DollarsInAReplacementAreGroups) {
  const Regex date = *Regex::parse("(\\d+)-(?P<month>\\d+)");
  EXPECT_EQ(date.expand_all("2024-12, 2025-01", "${month}/$1", 100), "12/2024, 01/2025");
  EXPECT_EQ(date.expand_all("1-2", "$$1 $9 ${nobody} $", 100), "$1   $");
  EXPECT_EQ(date.expand_all("none", "x", 100), "none");
}

TEST(Regex, AnExpressionThatMatchesNothingIsReplacedBetweenCharacters) {
  EXPECT_EQ(Regex::parse("x*")->expand_all("aé", "-", 100), "-a-é-");
  EXPECT_EQ(Regex::parse("x*")->expand_all("", "-", 100), "-");
}

TEST(Regex, AReplacementThatGrowsTooLongIsNotMade) {
  EXPECT_EQ(Regex::parse("a")->expand_all("aaaa", "12345", 19), std::nullopt);
  EXPECT_EQ(Regex::parse("a")->expand_all("aaaa", "12345", 20)->size(), 20U);
}

}  // namespace
}  // namespace atonce
