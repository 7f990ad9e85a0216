#include "atonce/jobs/page_title.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

using namespace std::string_literals;

TEST(PageTitle, IsWhatTheFirstTitleSays) {
  EXPECT_EQ(title_of_page("<html><head><title>A page</title><title>Another</title>"), "A page");
  EXPECT_EQ(title_of_page("<TITLE lang=en data-x='a>b'>Upper</TITLE>"), "Upper");
  EXPECT_EQ(title_of_page("<html><body>nothing"), "");
  EXPECT_EQ(title_of_page(""), "");
}

TEST(PageTitle, UndoesReferencesAndWhiteSpace) {
  EXPECT_EQ(title_of_page("<title>\n  Fish &amp; chips\t&#8212;\r\n caf&eacute; &lt;b> </title>"),
            "Fish & chips — café <b>");
}

TEST(PageTitle, DoesNotLookIntoCommentsAndScripts) {
  EXPECT_EQ(title_of_page("<!-- <title>no</title> --><script>var a = '<title>no</title>';</script>"
                          "<style>title:after{content:'<title>no'}</style><meta content=\"<title>no</title>\">"
                          "<title>yes</title>"),
            "yes");
}

TEST(PageTitle, EndsWithThePageWhereNobodyClosesIt) {
  EXPECT_EQ(title_of_page("<title>cut off"), "cut off");
  EXPECT_EQ(title_of_page("<title"), "");
  EXPECT_EQ(title_of_page("<!-- <title>no"), "");
  EXPECT_EQ(title_of_page("<script><title>no"), "");
}

TEST(PageTitle, IsReadInItsCharacterSet) {
  EXPECT_EQ(title_of_page("<title>Gr\xFC\xDF"
                          "e</title>",
                          "iso-8859-1"),
            "Grüße");
  EXPECT_EQ(title_of_page("<meta charset=\"windows-1251\"><title>\xCF\xF0\xE8</title>"), "При");
  EXPECT_EQ(title_of_page("<title>\x93\xFA</title>", "shift_jis"), "日");
  EXPECT_EQ(title_of_page("<title>a\xFF"
                          "b</title>",
                          "utf-8"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(title_of_page("<title>x</title>", "no-such-set"), "x");
}

TEST(PageTitle, HasABound) {
  const std::string title = title_of_page("<title>" + std::string(1 << 20, 'x') + "</title>");
  EXPECT_EQ(title.size(), title_bytes_max);
  std::string wide;
  for (int i = 0; i < 1'000; ++i) wide += "ü";
  EXPECT_EQ(title_of_page("<title>x" + wide).size(), title_bytes_max - 1);
}

TEST(PageTitle, TakesOnePassHoweverDeepThePage) {
  std::string deep;
  for (int i = 0; i < 300'000; ++i) deep += "<b>";
  EXPECT_EQ(title_of_page(deep + "<title>deep</title>"), "deep");
  EXPECT_EQ(title_of_page(std::string(1 << 20, '<') + "<title>x</title>"), "x");
  EXPECT_EQ(title_of_page("<a '" + std::string(1 << 20, '"')), "");
}

}  // namespace
}  // namespace atonce
