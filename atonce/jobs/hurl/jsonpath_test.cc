#include "atonce/jobs/hurl/jsonpath.h"

#include <gmock/gmock.h>

#include <string>

namespace atonce::hurl {
namespace {

using ::testing::HasSubstr;

/// The nodes as one JSON array.
std::string nodes(std::string_view document, std::string_view path) {
  const auto compiled = JsonPath::compile(path);
  if (!compiled) return compiled.error().text;
  const Parsed<Value> value = parse_json(document);
  if (!value) return value.error().text;
  const auto found = (*compiled)->select(*value);
  if (!found) return found.error().text;
  List list;
  for (const Value* node : *found) list.push_back(*node);
  return write_json({std::move(list)});
}

constexpr std::string_view ten = "[0,1,2,3,4,5,6,7,8,9]";
constexpr std::string_view store = R"({"store": {"book": [
  {"category": "reference", "author": "A", "price": 8.95},
  {"category": "fiction", "author": "B", "price": 12.99},
  {"category": "fiction", "author": "C", "isbn": "0-553", "price": 8.99},
  {"category": "fiction", "author": "D", "isbn": "0-395", "price": 22.99}],
  "bicycle": {"color": "red", "price": 399}}})";

struct PathCase {
  std::string_view document;
  std::string_view path;
  std::string_view selects;
};

class JsonPathSelects : public ::testing::TestWithParam<PathCase> {};

TEST_P(JsonPathSelects, WhatTheStandardSays) {
  EXPECT_EQ(nodes(GetParam().document, GetParam().path), GetParam().selects) << GetParam().path;
}

INSTANTIATE_TEST_SUITE_P(
    Selectors, JsonPathSelects,
    ::testing::Values(PathCase{"[1,2]", "$", "[[1,2]]"}, PathCase{R"({"a":1})", "$.a", "[1]"},
                      PathCase{R"({"a":1})", "$ .a", "[1]"}, PathCase{R"({"a":1})", "$[ 'a' ]", "[1]"},
                      PathCase{R"({"☺":1})", "$.☺", "[1]"}, PathCase{R"({"a b":1})", "$[\"a b\"]", "[1]"},
                      PathCase{R"({"'":1})", "$['\\'']", "[1]"}, PathCase{R"({"é":1})", "$['\\u00e9']", "[1]"},
                      PathCase{R"({"😀":1})", "$['\\uD83D\\uDE00']", "[1]"}, PathCase{"[1]", "$.a", "[]"},
                      PathCase{R"({"a":1,"b":2})", "$.*", "[1,2]"}, PathCase{ten, "$[0,2]", "[0,2]"},
                      PathCase{ten, "$[1,1]", "[1,1]"}, PathCase{ten, "$['a',1]", "[1]"}, PathCase{ten, "$[-1]", "[9]"},
                      PathCase{ten, "$[-11]", "[]"}, PathCase{ten, "$[10]", "[]"}, PathCase{ten, "$[1:3]", "[1,2]"},
                      PathCase{ten, "$[5:]", "[5,6,7,8,9]"}, PathCase{ten, "$[1:8:3]", "[1,4,7]"},
                      PathCase{ten, "$[5:1:-2]", "[5,3]"}, PathCase{ten, "$[::-1]", "[9,8,7,6,5,4,3,2,1,0]"},
                      PathCase{ten, "$[::0]", "[]"}, PathCase{ten, "$[:]", "[0,1,2,3,4,5,6,7,8,9]"},
                      PathCase{ten, "$[-2:]", "[8,9]"}, PathCase{ten, "$[7:-1]", "[7,8]"},
                      PathCase{ten, "$[ 1 : 5 : 2 ]", "[1,3]"}, PathCase{ten, "$[-1:-3:-1]", "[9,8]"},
                      PathCase{"[]", "$[::-1]", "[]"}, PathCase{ten, "$[9007199254740991:]", "[]"},
                      PathCase{R"({"a":[1]})", "$[0:1]", "[]"}, PathCase{R"({"o":[0,1,[2,3]]})", "$..[1]", "[1,3]"},
                      PathCase{R"({"o":[{"a":"b"},{"a":"c"}]})", "$..a", R"(["b","c"])"},
                      PathCase{R"({"o":[{"a":"b"}]})", "$..*", R"([[{"a":"b"}],{"a":"b"},"b"])"},
                      PathCase{R"([{"a":1,"d":2},{"a":3,"d":4}])", "$..['a','d']", "[1,2,3,4]"},
                      PathCase{store, "$.store.book[*].author", R"(["A","B","C","D"])"},
                      PathCase{store, "$..price", "[8.95,12.99,8.99,22.99,399]"},
                      PathCase{store, "$..book[-1:].author", R"(["D"])"}));

INSTANTIATE_TEST_SUITE_P(
    Filters, JsonPathSelects,
    ::testing::Values(
        PathCase{store, "$..book[?@.isbn].author", R"(["C","D"])"},
        PathCase{store, "$..book[?(@.price < 10)].author", R"(["A","C"])"},
        PathCase{store, "$..book[?!@.isbn].author", R"(["A","B"])"},
        PathCase{store, "$..book[?@.price<10 && @.isbn || @.author=='B'].author", R"(["B","C"])"},
        PathCase{store, "$..book[?@.price < $.store.bicycle.price].author", R"(["A","B","C","D"])"},
        PathCase{store, "$..book[?!(@.price < 10)].author", R"(["B","D"])"},
        PathCase{R"([{"a":null},{"b":1}])", "$[?@.a]", R"([{"a":null}])"},
        PathCase{R"([{"a":null},{"b":1}])", "$[?@.a==null]", R"([{"a":null}])"},
        PathCase{R"([{"a":1},{"b":1}])", "$[?@.a==@.x]", R"([{"b":1}])"},
        PathCase{R"([{"a":1},{"b":1}])", "$[?@.x==@.y]", R"([{"a":1},{"b":1}])"},
        PathCase{R"([1,"1",true,null,[1],{"a":1}])", "$[?@==1]", "[1]"},
        PathCase{R"([1,1.0,1e0])", "$[?@==1]", "[1,1.0,1.0]"}, PathCase{R"([[1,2],[2,1]])", "$[?@==$[0]]", "[[1,2]]"},
        PathCase{R"([{"a":1,"b":2},{"b":2,"a":1}])", "$[?@==$[1]]", R"([{"a":1,"b":2},{"b":2,"a":1}])"},
        PathCase{R"(["a","b","aa"])", "$[?@>='aa']", R"(["b","aa"])"},
        PathCase{R"([1,"a",true])", "$[?@<'b']", R"(["a"])"}, PathCase{R"([true,false])", "$[?@<=true]", "[true]"},
        PathCase{R"([true,null])", "$[?@<true]", "[]"}, PathCase{R"({"a":1,"b":2})", "$[?@>1]", "[2]"},
        PathCase{R"([[{"a":1}],[{"b":1}]])", "$[?@[?@.a]]", R"([[{"a":1}]])"},
        PathCase{R"([-0.5, 1e3, -0])", "$[?@==-0]", "[0]"}, PathCase{R"([1000, 7])", "$[?@==1E+3]", "[1000]"},
        PathCase{R"([9007199254740993, 9007199254740992])", "$[?@==9007199254740993]", "[9007199254740993]"}));

INSTANTIATE_TEST_SUITE_P(
    Functions, JsonPathSelects,
    ::testing::Values(PathCase{R"(["ab","a","é☺",[1,2],{"x":1,"y":2},5])", "$[?length(@)==2]",
                               R"(["ab","é☺",[1,2],{"x":1,"y":2}])"},
                      PathCase{R"([[1,2,3],[1]])", "$[?count(@.*)==3]", "[[1,2,3]]"},
                      PathCase{R"([{"a":[1,2]},{"a":[1]}])", "$[?count(@..*)>2]", R"([{"a":[1,2]}])"},
                      PathCase{R"(["ab","abc","xab"])", "$[?match(@,'a.')]", R"(["ab"])"},
                      PathCase{R"(["ab","abc","xab"])", "$[?search(@,'ab.?$|^x')]", R"(["ab","abc","xab"])"},
                      PathCase{R"(["a\nb","a\rb","a.b","axb"])", "$[?match(@,'a.b')]", R"(["a.b","axb"])"},
                      PathCase{R"(["a.b","axb"])", R"($[?match(@,'a\\.b')])", R"(["a.b"])"},
                      PathCase{R"(["a.b","axb"])", R"($[?match(@,'a[.]b')])", R"(["a.b"])"},
                      PathCase{R"([1,"a"])", "$[?match(@,'a')]", R"(["a"])"},
                      PathCase{R"(["a"])", "$[?match(@,'(')]", "[]"},
                      PathCase{R"(["é"])", R"($[?match(@,'\\p{L}')])", R"(["é"])"},
                      PathCase{R"({"re":"b.*","x":["bab","ab"]})", "$.x[?match(@,$.re)]", R"(["bab"])"},
                      PathCase{R"([{"a":[7]},{"a":[7,8]}])", "$[?value(@.a[*])==7]", R"([{"a":[7]}])"},
                      PathCase{R"([{"a":"xy"}])", "$[?length(value(@..a))==2]", R"([{"a":"xy"}])"},
                      PathCase{R"(["a"])", "$[?length( @ )>=1]", R"(["a"])"}));

struct WrongPath {
  std::string_view path;
  std::string_view says;
};

class JsonPathRefuses : public ::testing::TestWithParam<WrongPath> {};

TEST_P(JsonPathRefuses, WithTheCharacterWhereItGoesWrong) {
  const auto compiled = JsonPath::compile(GetParam().path);
  ASSERT_FALSE(compiled) << GetParam().path;
  EXPECT_THAT(compiled.error().text, HasSubstr(std::string(GetParam().says)));
}

INSTANTIATE_TEST_SUITE_P(
    Each, JsonPathRefuses,
    ::testing::Values(
        WrongPath{"", "character 1"}, WrongPath{" $", "character 1"}, WrongPath{"$ ", "character 2"},
        WrongPath{"a", "begins with \"$\""}, WrongPath{"$.", "character 3"}, WrongPath{"$..", "character 4"},
        WrongPath{"$.1", "character 3"}, WrongPath{"$.&", "character 3"}, WrongPath{"$.a b", "character 4"},
        WrongPath{"$. a", "character 3"}, WrongPath{"$[]", "character 3"}, WrongPath{"$[0 2]", "character 5"},
        WrongPath{"$[1", "\"]\" must stand here"}, WrongPath{"$[01]", "no zero in front"},
        WrongPath{"$[-0]", "no zero in front"}, WrongPath{"$[9007199254740992]", "2^53"},
        WrongPath{"$[99999999999999999999]", "2^53"}, WrongPath{"$['a]", "not closed"},
        WrongPath{"$['\\a']", "cannot be escaped"}, WrongPath{"$['\\\"']", "cannot be escaped"},
        WrongPath{"$['\\uD800']", "surrogate"}, WrongPath{"$['\\uDC00']", "surrogate"},
        WrongPath{"$['\\uD800\\u0041']", "surrogate"}, WrongPath{"$['\\u00']", "four hexadecimal digits"},
        WrongPath{"$['a\nb']", "control character"}, WrongPath{"$[?]", "must stand here"},
        WrongPath{"$[?1]", "value alone is no test"}, WrongPath{"$[?true]", "value alone is no test"},
        WrongPath{"$[?@.a==]", "must stand here"}, WrongPath{"$[?@.*==1]", "one node at most"},
        WrongPath{"$[?@..a==1]", "one node at most"}, WrongPath{"$[?@[0,1]==1]", "one node at most"},
        WrongPath{"$[?!@.a==1]", "parentheses"}, WrongPath{"$[?(@.a]", "\")\" must stand here"},
        WrongPath{"$[?@.a=1]", "must stand here"}, WrongPath{"$[?@.a =~ /x/]", "match("},
        WrongPath{"$[?@.a==01]", "no number"}, WrongPath{"$[?@.a==1.]", "no number"},
        WrongPath{"$[?@.a==.1]", "must stand here"}, WrongPath{"$[?length(@.a)]", "no test"},
        WrongPath{"$[?length()==1]", "must stand here"}, WrongPath{"$[?length(@.*)==1]", "one node at most"},
        WrongPath{"$[?length(@,@)==1]", "one argument"}, WrongPath{"$[?count(1)==1]", "takes a query"},
        WrongPath{"$[?match(@.a)]", "two arguments"}, WrongPath{"$[?match(@.a,'x')==true]", "cannot be compared"},
        WrongPath{"$[?nothing(@)]", "no such function"}, WrongPath{"$[?length (@)==1]", "must stand here"},
        WrongPath{"$[(@.length-1)]", "scripts"}, WrongPath{"$.a.length()", "nothing of a JSONPath"},
        WrongPath{"$[?@.a==1 &]", "must stand here"}, WrongPath{"$[?@==TRUE]", "must stand here"}));

TEST(JsonPath, KnowsWhenOneNodeIsAllThereCanBe) {
  for (const std::string_view path : {"$", "$.a", "$['a'][0].b", "$[-1]"})
    EXPECT_TRUE((*JsonPath::compile(path))->singular()) << path;
  for (const std::string_view path : {"$.*", "$..a", "$[0,1]", "$[0:1]", "$[?@.a]"})
    EXPECT_FALSE((*JsonPath::compile(path))->singular()) << path;
}

TEST(JsonPath, AsksForNoMoreThanItMay) {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "[[],";
  deep += "1" + std::string(200, ']');
  EXPECT_THAT(nodes(deep, "$..*..*..*..*"), HasSubstr("asks for more than"));
  EXPECT_THAT(nodes(deep, "$..[?count($..*) > count(@..*)]"), ::testing::Not(HasSubstr("is no JSONPath")));
}

TEST(JsonPath, NestsNoDeeperThanItMay) {
  EXPECT_FALSE(JsonPath::compile("$[?" + std::string(10'000, '(') + "@" + std::string(10'000, ')') + "]"));
  std::string filters = "@";
  for (int i = 0; i < 1000; ++i) filters = "@[?" + filters + "]";
  EXPECT_FALSE(JsonPath::compile("$[?" + filters + "]"));
  EXPECT_FALSE(JsonPath::compile("$" + std::string(100'000, 'a')));
}

}  // namespace
}  // namespace atonce::hurl
