#include <gmock/gmock.h>

#include "atonce/jobs/hurl/testing.h"

namespace atonce::hurl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const TestAnswer values(
    R"({"i": 5, "f": 5.5, "t": true, "z": null, "s": "Dune", "e": "", "l": ["a", 1], "el": [], "o": {"k": 1},
  "v4": "192.0.2.1", "v6": "2001:db8::1", "u": "123e4567-e89b-12d3-a456-426614174000", "d": "2024-01-01T00:00:00Z",
  "big": 18446744073709551615, "same": 5})");

class PredicateHolds : public ::testing::TestWithParam<std::string_view> {};

TEST_P(PredicateHolds, AndItsOppositeDoesNot) {
  const std::string written(GetParam());
  const std::size_t split = written.find('|');
  const std::string query = "[Asserts]\njsonpath \"$." + written.substr(0, split) + "\" ";
  EXPECT_THAT(failures(query + written.substr(split + 1) + "\n", values), IsEmpty());
  EXPECT_THAT(failures(query + "not " + written.substr(split + 1) + "\n", values), SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(
    Each, PredicateHolds,
    ::testing::Values("i|== 5", "i|== 5.0", "f|== 5.5", "t|== true", "z|== null", "s|== \"Dune\"", "s|== `Dune`",
                      "s|== ```Dune```", "s|== hex,44756e65;", "s|equals \"Dune\"", "i|!= 6", "s|!= 5", "i|notEquals 6",
                      "big|== 18446744073709551615", "big|!= 18446744073709551614", "big|> 9223372036854775807",
                      "i|> 4", "i|> 4.5", "i|>= 5", "i|< 6", "i|<= 5", "f|> 5", "s|> \"Abc\"", "i|greaterThan 4",
                      "i|greaterThanOrEquals 5", "i|lessThan 6", "i|lessThanOrEquals 5", "s|startsWith \"Du\"",
                      "s|endsWith \"ne\"", "s|contains \"un\"", "s|startsWith hex,44;", "l|contains \"a\"",
                      "l|includes 1", "l|includes \"a\"", "s|matches /^D.n/", "s|matches \"^D\\\\w+$\"", "i|exists",
                      "z|exists", "e|isEmpty", "el|isEmpty", "t|isBoolean", "l|isCollection", "o|isCollection",
                      "l|isList", "o|isObject", "f|isFloat", "i|isInteger", "big|isInteger", "i|isNumber", "f|isNumber",
                      "s|isString", "v4|isIpv4", "v6|isIpv6", "u|isUuid", "d|isIsoDate"));

class PredicateFails : public ::testing::TestWithParam<std::string_view> {};

TEST_P(PredicateFails, WhetherNegatedOrNot) {
  const std::string written(GetParam());
  const std::size_t split = written.find('|');
  const std::string query = "[Asserts]\njsonpath \"$." + written.substr(0, split) + "\" ";
  EXPECT_THAT(failures(query + written.substr(split + 1) + "\n", values), SizeIs(1));
  EXPECT_THAT(failures(query + "not " + written.substr(split + 1) + "\n", values), SizeIs(1));
}

// What cannot be compared, and what is not there.
INSTANTIATE_TEST_SUITE_P(Each, PredicateFails,
                         ::testing::Values("s|> 5", "i|> \"5\"", "l|startsWith \"a\"", "i|contains \"5\"",
                                           "s|includes \"D\"", "i|matches /5/", "i|isEmpty", "i|isIpv4", "i|isUuid",
                                           "none|== 5", "none|isString", "none|contains \"x\"", "none|isEmpty"));

TEST(Predicates, TheOtherTypesAreOtherTypes) {
  EXPECT_THAT(
      failures("[Asserts]\njsonpath \"$.i\" == \"5\"\njsonpath \"$.s\" isInteger\njsonpath \"$.i\" isFloat\n"
               "jsonpath \"$.s\" isUuid\njsonpath \"$.v6\" isIpv4\njsonpath \"$.d\" isDate\njsonpath \"$.o\" isList\n"
               "jsonpath \"$.s\" isCollection\n",
               values),
      ElementsAre(HasSubstr("expected string <5>, got integer <5>"), HasSubstr("expected an integer, got string"),
                  HasSubstr("expected a float, got integer"), HasSubstr("a UUID"), HasSubstr("an IPv4 address"),
                  HasSubstr("a date, got string"), HasSubstr("a list, got object"), HasSubstr("a collection")));
}

TEST(Predicates, AnExpressionHasItsType) {
  Variables variables;
  variables.set("n", integer_value(5));
  variables.set("l", {List{text_value("a"), integer_value(1)}});
  EXPECT_THAT(
      failures("[Asserts]\njsonpath \"$.i\" == {{n}}\njsonpath \"$.i\" not == \"{{n}}\"\njsonpath \"$.l\" == {{l}}\n"
               "jsonpath \"$.l[*]\" == {{l}}\njsonpath \"$.i\" <= {{n}}\n",
               values, variables),
      IsEmpty());
}

TEST(Predicates, AFileMayBeExpected) {
  EXPECT_THAT(failures("[Asserts]\nbody == file,sub/note.txt;\nbytes == file,sub/note.txt;\n", TestAnswer("a note")),
              IsEmpty());
  EXPECT_THAT(failures("[Asserts]\nbody == file,none;\nbody == file,/etc/passwd;\n", TestAnswer("a note")),
              ElementsAre(HasSubstr("the file \"none\": there is no such file"), HasSubstr("do not lead out of it")));
}

}  // namespace
}  // namespace atonce::hurl
