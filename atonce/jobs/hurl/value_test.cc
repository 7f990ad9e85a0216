#include "atonce/jobs/hurl/value.h"

#include <gmock/gmock.h>

#include <string>

#include "atonce/jobs/hurl/variables.h"

namespace atonce::hurl {
namespace {

TEST(Value, JsonIsReadAndWrittenBack) {
  constexpr std::string_view text = R"({"a":[1,-2,3.5,true,null,"x\n\"é"],"b":{}})";
  EXPECT_EQ(write_json(*parse_json(text)), text);
}

TEST(Value, AnIntegerOfTwentyDigitsGoesOutAsItCameIn) {
  EXPECT_EQ(write_json(*parse_json("[18446744073709551615,123456789012345678901234567890,-9223372036854775809]")),
            "[18446744073709551615,123456789012345678901234567890,-9223372036854775809]");
}

TEST(Value, OfMembersWithOneNameTheLastCounts) {
  EXPECT_EQ(write_json(*parse_json(R"({"a":1,"b":2,"a":3})")), R"({"b":2,"a":3})");
}

TEST(Value, WhatIsNoJsonIsComplainedAbout) {
  for (const std::string_view text : {"", "{", "[1,]", "{\"a\":1} x", "\"\xff\"", "nul", "01", "'a'"})
    EXPECT_FALSE(parse_json(text)) << text;
  EXPECT_THAT(parse_json("1e999").error().text, ::testing::HasSubstr("out of range"));
}

TEST(Value, DepthAndSizeHaveTheirBounds) {
  const std::string deep = std::string(300, '[') + std::string(300, ']');
  EXPECT_THAT(parse_json(deep).error().text, ::testing::HasSubstr("nested deeper than 256"));
  EXPECT_FALSE(check_json(deep));
  EXPECT_TRUE(parse_json(deep, {.depth_max = 300}));
  EXPECT_THAT(parse_json("[1,2,3]", {.values_max = 3}).error().text, ::testing::HasSubstr("more than 3 values"));
}

TEST(Value, EqualityIsThatOfJson) {
  EXPECT_EQ(*parse_json("1"), *parse_json("1.0"));
  EXPECT_EQ(*parse_json(R"({"a":1,"b":[2]})"), *parse_json(R"({"b":[2],"a":1.0})"));
  EXPECT_FALSE(*parse_json("\"1\"") == *parse_json("1"));
  EXPECT_FALSE(*parse_json("[1,2]") == *parse_json("[2,1]"));
  EXPECT_FALSE(*parse_json("18446744073709551615") == *parse_json("18446744073709551616"));
}

TEST(Value, ATypeIsNamedWithWhatIsInIt) {
  EXPECT_EQ(write_typed(integer_value(200)), "integer <200>");
  EXPECT_EQ(write_typed(text_value("a\x1b[31m")), "string <a\\x1B[31m>");
  EXPECT_EQ(write_typed({Bytes{"\x01\xff"}}), "bytes <01ff>");
  EXPECT_EQ(write_typed({}), "null");
  EXPECT_EQ(write_typed({List{integer_value(1)}}), "list <[1]>");
  EXPECT_LT(write_typed(text_value(std::string(100'000, 'x'))).size(), 230U);
}

TEST(Variables, SecretsAreHiddenInMessages) {
  Variables variables;
  variables.set("open", text_value("seen"));
  variables.set_secret("token", text_value("abc"));
  variables.set_secret("longer", text_value("abcdef"));
  variables.set_secret("short", text_value("x"));
  EXPECT_EQ(variables.redact("abcdef abc seen x"), "*** *** seen x");
}

TEST(Variables, SecretsAreHiddenHoweverTheyAreSpelledAndWhereTheyAreCut) {
  Variables variables;
  variables.set_secret("token", text_value("p@ss/word=1 2"));
  for (const char* spelling : {"p@ss/word=1 2", "p%40ss%2Fword%3D1%202", "p@ss/word=1%202"})
    EXPECT_EQ(variables.redact(spelling), "***");
  EXPECT_EQ(variables.redact("string <xp@ss/w...>"), "string <x***...>");
  EXPECT_EQ(variables.redact("string <xp@...>"), "string <xp@...>") << "too short to tell anything";
}

TEST(Variables, AValueOnTheCommandLineHasItsType) {
  EXPECT_TRUE(parse_variable("a=1")->second.is<std::int64_t>());
  EXPECT_TRUE(parse_variable("a=1.5")->second.is<double>());
  EXPECT_TRUE(parse_variable("a=true")->second.is<bool>());
  EXPECT_TRUE(parse_variable("a=null")->second.is_null());
  EXPECT_EQ(parse_variable("a=\"1\"")->second, text_value("1"));
  EXPECT_EQ(parse_variable("a=x=y")->second, text_value("x=y"));
  EXPECT_EQ(parse_variable("a=")->second, text_value(""));
  EXPECT_EQ(parse_variable("a=007")->second, text_value("007"));
  EXPECT_FALSE(parse_variable("1a=2"));
  EXPECT_FALSE(parse_variable("a"));
}

}  // namespace
}  // namespace atonce::hurl
