#include "atonce/cli/request_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace atonce {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;

RequestField field(std::string name, std::string value, bool remove = false) {
  return {.name = std::move(name), .value = std::move(value), .remove = remove};
}

std::string complaint_about(RequestWords words) {
  Invocation invocation{.request = std::move(words)};
  const auto read = read_request_words(invocation);
  return read ? "understood" : read.error().text;
}

TEST(RequestValues, ReadSizes) {
  EXPECT_EQ(*parse_size("0", 10), 0u);
  EXPECT_EQ(*parse_size("64K", ~0ull), 65'536u);
  EXPECT_EQ(*parse_size("2G", ~0ull), std::uint64_t{2} << 30);
  for (const char* text : {"", "K", "-1", "1.5M", "64k", "1T", "99999999999G", "0x10", " 1"})
    EXPECT_FALSE(parse_size(text, ~std::uint64_t{0} >> 1)) << text;
}

TEST(RequestValues, ReadConditions) {
  EXPECT_THAT(parse_condition("200,3xx,400-404")->ranges,
              ElementsAre(NumberRange{200, 200}, NumberRange{300, 399}, NumberRange{400, 404}));
  EXPECT_THAT(parse_condition("size=1K-")->ranges, ElementsAre(NumberRange{1'024, ~std::uint64_t{0}}));
  EXPECT_EQ(parse_condition("text=a=b")->pattern, "a=b");
  EXPECT_EQ(parse_condition("regex=^x$")->subject, AnswerCondition::Subject::regex);
  for (const char* text : {"", "status=", "2xxx", "404-200", "size=x", "color=red", "text=", "1000", "0xx"})
    EXPECT_FALSE(parse_condition(text)) << text;
}

TEST(RequestValues, ReadFields) {
  EXPECT_EQ(*parse_field("X: a: b "), field("X", "a: b"));
  EXPECT_EQ(*parse_field("X;"), field("X", ""));
  EXPECT_EQ(*parse_field("Accept:"), field("Accept", "", true));
  for (const char* text : {"", "X", ": a", "X Y: a", "X: a\r\nEvil: 1", "X;a"}) EXPECT_FALSE(parse_field(text)) << text;
}

TEST(RequestValues, ReadMethods) {
  EXPECT_EQ(*parse_method("PROPFIND"), "PROPFIND");
  for (const char* text : {"", "G T", "GET\r\n", "G:T"}) EXPECT_FALSE(parse_method(text)) << text;
}

TEST(RequestValues, ReadTheBodyFromFilesAsCurlDoes) {
  const std::string path = testing::TempDir() + "/atonce-body";
  std::ofstream(path, std::ios::binary) << "one\r\ntwo\0\n"s;
  Invocation invocation{.request = {.fields = {}, .data = {{"@" + path, false}, {"x", false}, {"@" + path, true}}}};
  ASSERT_TRUE(read_request_words(invocation));
  EXPECT_EQ(invocation.plan.fetch.data, "onetwo&x&one\r\ntwo\0\n"s);
  EXPECT_THAT(complaint_about({.fields = {"@/nowhere"}, .data = {}}), HasSubstr("cannot be read"));
  EXPECT_THAT(complaint_about({.fields = {}, .data = {{"@-", false}}}), HasSubstr("standard input is the list"));
}

TEST(RequestValues, HideSecretsAndAskForThemAgain) {
  EXPECT_EQ(without_secrets("user", "me:pass"), "***");
  EXPECT_EQ(without_secrets("header", "authorization: Bearer x"), "authorization: ***");
  EXPECT_EQ(without_secrets("header", "X-API-Key: x"), "X-API-Key: ***");
  EXPECT_EQ(without_secrets("header", "Accept: x"), "Accept: x");
  EXPECT_EQ(without_secrets("header", "@file"), "@file");
  EXPECT_THAT(complaint_about({.fields = {"Authorization: ***"}, .data = {}}), HasSubstr("give it again"));
  Invocation resumed{.request = {.fields = {"Authorization: ***", "authorization: Bearer x"}, .data = {}}};
  ASSERT_TRUE(read_request_words(resumed));
  EXPECT_THAT(resumed.plan.fetch.fields, ElementsAre(field("authorization", "Bearer x")));
}

}  // namespace
}  // namespace atonce
