#include <gmock/gmock.h>

#include "atonce/jobs/hurl/testing.h"

namespace atonce::hurl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const TestAnswer json_answer(
    R"({"name": "a,b,c", "n": 7, "text": "7", "list": [10, 20, 30], "empty": [], "html": "a > 'b'",
  "url": "https://a.b/?x=1&y=%20z", "date": "2024-06-11T12:00:00Z", "b64": "YWJj", "inner": "{\"k\": [5]}", "one": [{"v": [1, 2]}],
  "float": 2.9, "object": {"location": "/x"}})");

class FilterHolds : public ::testing::TestWithParam<std::string_view> {};

TEST_P(FilterHolds, AsHurlHasIt) { EXPECT_THAT(failures(GetParam(), json_answer), IsEmpty()); }

// Each is a line of [Asserts].
INSTANTIATE_TEST_SUITE_P(
    Each, FilterHolds,
    ::testing::Values(
        "[Asserts]\njsonpath \"$.b64\" base64Decode == hex,616263;\n",
        "[Asserts]\njsonpath \"$.b64\" base64Decode base64Encode == \"YWJj\"\n",
        "[Asserts]\njsonpath \"$.b64\" base64UrlSafeDecode utf8Decode == \"abc\"\n",
        "[Asserts]\njsonpath \"$.name\" utf8Encode base64UrlSafeEncode == \"YSxiLGM\"\n",
        "[Asserts]\njsonpath \"$.list\" count == 3\n", "[Asserts]\njsonpath \"$.empty\" count == 0\n",
        "[Asserts]\njsonpath \"$.object\" count == 1\n", "[Asserts]\nbytes count > 100\n",
        "[Asserts]\njsonpath \"$.list\" first == 10\n", "[Asserts]\njsonpath \"$.list\" last == 30\n",
        "[Asserts]\njsonpath \"$.list\" nth 1 == 20\n", "[Asserts]\njsonpath \"$.list\" nth -1 == 30\n",
        "[Asserts]\njsonpath \"$.list\" nth 3 not exists\n", "[Asserts]\njsonpath \"$.empty\" first not exists\n",
        "[Asserts]\njsonpath \"$.html\" htmlEscape == \"a &gt; &#x27;b&#x27;\"\n",
        "[Asserts]\njsonpath \"$.html\" htmlEscape htmlUnescape == \"a > 'b'\"\n",
        "[Asserts]\njsonpath \"$.inner\" jsonpath \"$.k[0]\" == 5\n",
        "[Asserts]\njsonpath \"$.object\" jsonpath \"$.location\" == \"/x\"\n",
        "[Asserts]\njsonpath \"$.object\" location == \"/x\"\n",
        "[Asserts]\njsonpath \"$.name\" regex /(b),/ == \"b\"\n",
        "[Asserts]\njsonpath \"$.name\" regex /(x)/ not exists\n",
        "[Asserts]\njsonpath \"$.name\" replace \",\" \"; \" == \"a; b; c\"\n",
        "[Asserts]\njsonpath \"$.name\" replaceRegex /(\\w),/ \"$1$1;\" == \"aa;bb;c\"\n",
        "[Asserts]\njsonpath \"$.name\" replace /[ab]/ \"x\" == \"x,x,c\"\n",
        "[Asserts]\njsonpath \"$.name\" split \",\" count == 3\n",
        "[Asserts]\njsonpath \"$.name\" split \",\" nth 2 == \"c\"\n",
        "[Asserts]\njsonpath \"$.date\" toDate \"%+\" dateFormat \"%A\" == \"Tuesday\"\n",
        "[Asserts]\njsonpath \"$.date\" toDate \"%+\" format \"%Y\" == \"2024\"\n",
        "[Asserts]\njsonpath \"$.date\" toDate \"%+\" daysAfterNow == 10\n",
        "[Asserts]\njsonpath \"$.date\" toDate \"%+\" daysBeforeNow == -10\n",
        "[Asserts]\njsonpath \"$.text\" toInt == 7\n", "[Asserts]\njsonpath \"$.float\" toInt == 2\n",
        "[Asserts]\njsonpath \"$.text\" toFloat isFloat\n", "[Asserts]\njsonpath \"$.n\" toFloat == 7.0\n",
        "[Asserts]\njsonpath \"$.n\" toString == \"7\"\n",
        "[Asserts]\njsonpath \"$.list\" toString == \"[10,20,30]\"\n",
        "[Asserts]\nsha256 toHex matches /^[0-9a-f]{64}$/\n",
        "[Asserts]\njsonpath \"$.url\" urlQueryParam \"y\" == \" z\"\n",
        "[Asserts]\njsonpath \"$.url\" urlQueryParam \"q\" not exists\n",
        "[Asserts]\njsonpath \"$.url\" urlEncode == \"https%3A//a.b/%3Fx%3D1%26y%3D%2520z\"\n",
        "[Asserts]\njsonpath \"$.url\" urlEncode urlDecode == \"https://a.b/?x=1&y=%20z\"\n",
        "[Asserts]\nbytes decode \"latin1\" contains \"a,b\"\n", "[Asserts]\njsonpath \"$.nothing\" count not exists\n",
        // One node of a path that may give many is as good as the node; as a list it has one item.
        "[Asserts]\njsonpath \"$.list[?@ > 20]\" == 30\n", "[Asserts]\njsonpath \"$.list[?@ > 20]\" count == 1\n",
        "[Asserts]\njsonpath \"$.list[?@ > 99]\" count == 0\n", "[Asserts]\njsonpath \"$.list[?@ > 99]\" not exists\n",
        "[Asserts]\njsonpath \"$.list[?@ > 99]\" isEmpty\n", "[Asserts]\njsonpath \"$.list[?@ > 20]\" includes 30\n",
        "[Asserts]\njsonpath \"$.list[?@ > 20]\" toString == \"30\"\n",
        "[Asserts]\njsonpath \"$.one[*].v\" first count == 2\n", "[Asserts]\njsonpath \"$.list[*]\" count == 3\n"));

TEST(Filters, WhatAFilterCannotWorkOnIsNamed) {
  EXPECT_THAT(
      failures("[Asserts]\njsonpath \"$.list\" toInt == 1\njsonpath \"$.name\" toInt == 1\n"
               "jsonpath \"$.name\" count == 1\njsonpath \"$.name\" base64Decode == hex,00;\n"
               "jsonpath \"$.name\" regex /x/ == \"x\"\njsonpath \"$.name\" jsonpath \"$\" == 1\n"
               "jsonpath \"$.name\" toDate \"%+\" exists\nbytes decode \"utf-16\" first == 1\n",
               json_answer),
      ElementsAre(HasSubstr("the filter toInt: it cannot work on list <[10,20,30]>"),
                  HasSubstr("string <a,b,c> is no integer"), HasSubstr("the filter count: it cannot work on string"),
                  HasSubstr("is not base64"), HasSubstr("must have a group"), HasSubstr("the text is not JSON"),
                  HasSubstr("is no date of the format"), HasSubstr("the filter first: it cannot work on string")));
}

TEST(Filters, NothingGrowsWithoutAnEnd) {
  Variables variables;
  variables.set("x", text_value(std::string(1 << 20, 'a')));
  EXPECT_THAT(failures("[Asserts]\nvariable \"x\" replace \"a\" \"" + std::string(100, 'b') +
                           "\" exists\n"
                           "variable \"x\" replaceRegex /a/ \"" +
                           std::string(100, 'b') + "\" exists\n",
                       json_answer, variables),
              ElementsAre(HasSubstr("grows beyond 64 MiB"), HasSubstr("grows beyond 64 MiB")));
}

}  // namespace
}  // namespace atonce::hurl
