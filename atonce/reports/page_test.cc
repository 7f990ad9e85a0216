#include "atonce/reports/page.h"

#include <gmock/gmock.h>

#include <array>

#include "atonce/reports/page_assets.h"

namespace atonce {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string page_of(std::string section) {
  const std::array sections{std::move(section)};
  return write_page("a title", sections);
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

TEST(Page, MarkupInASectionStaysAStringOfJson) {
  EXPECT_EQ(write_json_for_html(R"({"a":"</script><!--&amp;"})"), R"({"a":"\u003c/script\u003e\u003c!--\u0026amp;"})");
}

TEST(Page, SeparatorsOfLinesAndControlsBecomeEscapes) {
  EXPECT_EQ(write_json_for_html("\"\xe2\x80\xa8\xe2\x80\xa9\x7f\x1b\""), R"("\u2028\u2029\u007f\u001b")");
  EXPECT_EQ(write_json_for_html(std::string_view("\"\0\"", 3)), R"("\u0000")");
}

TEST(Page, LinesMayEndAsOnWindows) { EXPECT_EQ(write_json_for_html("{\r\n}\r\n"), "{\n\n}\n\n"); }

TEST(Page, BytesThatAreNotUtf8BecomeTheReplacementCharacter) {
  EXPECT_EQ(write_json_for_html("\"\xff\xc3\""), R"("\ufffd\ufffd")");
}

TEST(Page, WhatIsHarmlessStaysAsItIs) {
  const std::string_view json = "{\n\t\"s\": [\"\xc3\xa4 \xf0\x9f\x98\x80 \\u202e\", 1e-6, null]\n}";
  EXPECT_EQ(write_json_for_html(json), json);
}

TEST(Page, NoSectionCanEndItsElement) {
  const std::string page = page_of(R"({"title":"</script><script>alert(1)</script>"})");
  EXPECT_EQ(count_of(page, "</script"), 2u);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
}

TEST(Page, ATitleCannotBecomeMarkupNorReorder) {
  const std::string page = write_page("<b>&\xe2\x80\xae", {});
  EXPECT_THAT(page, HasSubstr("<title>&lt;b&gt;&amp;\\u{202E}</title>"));
}

TEST(Page, ThePolicyAllowsNothingFromElsewhere) {
  const std::string page = page_of("{}");
  EXPECT_THAT(page, HasSubstr("content=\"default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(page, HasSubstr("base-uri 'none'; form-action 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("unsafe-inline")));
  EXPECT_THAT(page, Not(HasSubstr(" src=")));
}

TEST(Page, HoldsEachSectionInItsPlace) {
  const std::array<std::string, 2> sections{R"({"title":"one"})", R"({"title":"two"})"};
  const std::string page = write_page("both", sections);
  EXPECT_EQ(count_of(page, "<script type=\"application/json\" class=\"section\">"), 2u);
  EXPECT_LT(page.find("\"one\""), page.find("\"two\""));
}

// What the page's script is made of could do: none of it turns text into markup or code.
TEST(Page, OurScriptKnowsNoWayFromTextToMarkupOrCode) {
  for (const std::string_view way : {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "new Function",
                                     "eval(", "setAttribute(\"style", "fetch(", "XMLHttpRequest", "import("})
    EXPECT_EQ(page_script().text.find(way), std::string_view::npos) << way;
}

TEST(Page, StyleFetchesNothing) {
  EXPECT_EQ(page_style().text.find("url("), std::string_view::npos);
  EXPECT_EQ(page_style().text.find("@import"), std::string_view::npos);
}

}  // namespace
}  // namespace atonce
