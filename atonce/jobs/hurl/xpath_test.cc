#include "atonce/jobs/hurl/xpath.h"

#include <gmock/gmock.h>

namespace atonce::hurl {
namespace {

using ::testing::HasSubstr;

std::string found(std::string_view document, std::string_view expression, Markup markup = Markup::html) {
  const Parsed<Value> value = evaluate_xpath(document, markup, expression);
  return value ? write_typed(*value) : value.error().text;
}

constexpr std::string_view page =
    "<!doctype html><html><head><title>Hello&amp;bye</title></head><body><h1 id=a>One</h1><h1>Two</h1>"
    "<p>open<p>end</body></html>";

TEST(XPath, GivesStringsNumbersTruthAndNodes) {
  EXPECT_EQ(found(page, "string(//title)"), "string <Hello&bye>");
  EXPECT_EQ(found(page, "count(//h1)"), "integer <2>");
  EXPECT_EQ(found(page, "count(//h1) div 4"), "float <0.5>");
  EXPECT_EQ(found(page, "boolean(//h2)"), "boolean <false>");
  EXPECT_EQ(found(page, "//h1"), "nodeset of 2");
  EXPECT_EQ(found(page, "string(//h1[@id='a'])"), "string <One>");
  EXPECT_EQ(found("<p>h\xc3\xa9</p>", "string(//p)"), "string <h\xc3\xa9>");
}

TEST(XPath, XmlHasNamespaces) {
  constexpr std::string_view feed = "<f xmlns='urn:a' xmlns:b='urn:b'><e>1</e><b:e>2</b:e></f>";
  EXPECT_EQ(found(feed, "string(//_:e)", Markup::xml), "string <1>");
  EXPECT_EQ(found(feed, "string(//b:e)", Markup::xml), "string <2>");
  EXPECT_THAT(found(feed, "//c:e", Markup::xml), HasSubstr("is none"));
}

TEST(XPath, WhatCannotBeReadIsComplainedAbout) {
  EXPECT_THAT(found("<a>", "//a", Markup::xml), HasSubstr("no XML"));
  EXPECT_THAT(found("", "//a"), HasSubstr("no HTML"));
  EXPECT_THAT(found(page, "//["), HasSubstr("is none"));
  EXPECT_THAT(found(page, "nothing()"), HasSubstr("is none"));
}

TEST(XPath, EntitiesThatGrowAreNotFollowed) {
  constexpr std::string_view laughs =
      "<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;'>]><a>&d;</a>";
  EXPECT_THAT(found(laughs, "string(/a)", Markup::xml), HasSubstr("declares entities"));
  EXPECT_THAT(found("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "string(/a)", Markup::xml),
              HasSubstr("declares entities"));
}

TEST(XPath, AsksForNoMoreThanItMay) {
  std::string wide = "<r>";
  for (int i = 0; i < 3000; ++i) wide += "<i/>";
  wide += "</r>";
  EXPECT_THAT(found(wide, "count(//i[count(//i[count(//i) > 1]) > 1])", Markup::xml), HasSubstr("asks too much"));
}

TEST(XPath, CharactersOfHtmlAreUnescaped) {
  EXPECT_EQ(unescape_html("a &gt; b &amp;&lt; &eacute; &#233; &#xe9; &copy; &apos; &quot;"), "a > b &< é é é © ' \"");
  EXPECT_EQ(unescape_html("&nothing; & &#; &#x110000; &amp"), "&nothing; & &#; &#x110000; &amp");
}

}  // namespace
}  // namespace atonce::hurl
