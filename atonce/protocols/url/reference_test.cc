// Where references lead, held against RFC 3986 5.4 and what libcurl 7.88 makes of the same bytes.

#include <gmock/gmock.h>

#include "atonce/protocols/url/url.h"

namespace atonce {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string resolve(std::string_view base, std::string_view reference) {
  const Parsed<Url> url = resolve_reference(parse_url(base).value(), reference);
  return url ? write_url(*url, Userinfo::shown) : "refused: " + url.error().text;
}

struct Case {
  std::string_view reference;
  std::string_view leads_to;
};

TEST(Reference, TheExamplesOfTheRfcLeadWhereItSays) {
  for (const auto& [reference, leads_to] : std::initializer_list<Case>{{"g", "http://a/b/c/g"},
                                                                       {"./g", "http://a/b/c/g"},
                                                                       {"g/", "http://a/b/c/g/"},
                                                                       {"/g", "http://a/g"},
                                                                       {"//g", "http://g/"},
                                                                       {"?y", "http://a/b/c/d;p?y"},
                                                                       {"g?y", "http://a/b/c/g?y"},
                                                                       {"#s", "http://a/b/c/d;p?q"},
                                                                       {"g#s", "http://a/b/c/g"},
                                                                       {"g?y#s", "http://a/b/c/g?y"},
                                                                       {";x", "http://a/b/c/;x"},
                                                                       {"g;x", "http://a/b/c/g;x"},
                                                                       {"g;x?y#s", "http://a/b/c/g;x?y"},
                                                                       {"", "http://a/b/c/d;p?q"},
                                                                       {".", "http://a/b/c/"},
                                                                       {"./", "http://a/b/c/"},
                                                                       {"..", "http://a/b/"},
                                                                       {"../", "http://a/b/"},
                                                                       {"../g", "http://a/b/g"},
                                                                       {"../..", "http://a/"},
                                                                       {"../../", "http://a/"},
                                                                       {"../../g", "http://a/g"},
                                                                       {"../../../g", "http://a/g"},
                                                                       {"../../../../g", "http://a/g"},
                                                                       {"/./g", "http://a/g"},
                                                                       {"/../g", "http://a/g"},
                                                                       {"g.", "http://a/b/c/g."},
                                                                       {".g", "http://a/b/c/.g"},
                                                                       {"g..", "http://a/b/c/g.."},
                                                                       {"..g", "http://a/b/c/..g"},
                                                                       {"./../g", "http://a/b/g"},
                                                                       {"./g/.", "http://a/b/c/g/"},
                                                                       {"g/./h", "http://a/b/c/g/h"},
                                                                       {"g/../h", "http://a/b/c/h"},
                                                                       {"g;x=1/./y", "http://a/b/c/g;x=1/y"},
                                                                       {"g;x=1/../y", "http://a/b/c/y"},
                                                                       {"g?y/./x", "http://a/b/c/g?y/./x"},
                                                                       {"g?y/../x", "http://a/b/c/g?y/../x"},
                                                                       {"g#s/../x", "http://a/b/c/g"}})
    EXPECT_EQ(resolve("http://a/b/c/d;p?q", reference), leads_to) << reference;
}

TEST(Reference, SpacesAndRawBytesAreEncoded) {
  EXPECT_EQ(resolve("http://h/b/", "a b?c d"), "http://h/b/a%20b?c+d");
  EXPECT_EQ(resolve("http://h/b/", "http://g/a b?c d"), "http://g/a%20b?c+d");
  EXPECT_EQ(resolve("http://h/b/", "\xFC?\xFC"), "http://h/b/%FC?%FC");
  EXPECT_EQ(resolve("http://h/b/", "%41 %"), "http://h/b/%41%20%");
  EXPECT_EQ(resolve("http://h/b/", " g "), "http://h/b/%20g%20");
}

TEST(Reference, ABackslashIsAByteOfThePathAndNoSlash) {
  EXPECT_EQ(resolve("http://h/b/", "\\x"), "http://h/b/\\x");
  EXPECT_EQ(resolve("http://h/b/", "\\\\evil.example\\x"), "http://h/b/\\\\evil.example\\x");
}

TEST(Reference, OtherSchemesAreRefusedByName) {
  for (const std::string_view reference : {"ftp://h/", "javascript:alert(1)", "file:///etc/passwd", "g:h", "x:"})
    EXPECT_THAT(resolve("http://h/", reference), HasSubstr("is not spoken here")) << reference;
  EXPECT_THAT(resolve("http://h/", "file:///etc/passwd"), HasSubstr("'file'"));
}

TEST(Reference, AnAbsoluteOneNeedsAHost) {
  for (const std::string_view reference : {"//", "http:", "http://", "http:g", "https:////h", "//:80/", "///", "//?x"})
    EXPECT_THAT(resolve("http://h/", reference), HasSubstr("refused")) << reference;
}

TEST(Reference, OneToThreeSlashesComeBeforeAHostAsInCurl) {
  EXPECT_EQ(resolve("http://h/", "https:/g"), "https://g/");
  EXPECT_EQ(resolve("http://h/", "///g"), "http://g/");
}

TEST(Reference, ControlBytesAreRefused) {
  for (const std::string_view reference : {"g\t", "g\r\nX-Evil: 1", "\x7F"})
    EXPECT_THAT(resolve("http://h/", reference), HasSubstr("control byte")) << reference;
  EXPECT_THAT(resolve("http://h/", std::string_view("a\0b", 3)), HasSubstr("control byte 0x00"));
}

TEST(Reference, UserinfoStaysOnlyWhereNoHostIsNamed) {
  EXPECT_EQ(resolve("http://u:p@h/a", "/b"), "http://u:p@h/b");
  EXPECT_EQ(resolve("http://u:p@h/a", "?b"), "http://u:p@h/a?b");
  EXPECT_EQ(resolve("http://u:p@h/a", "//h/b"), "http://h/b");
  EXPECT_EQ(resolve("http://u:p@h/a", "http://h/b"), "http://h/b");
}

TEST(Reference, SchemeAndPortStayUnlessNamed) {
  EXPECT_EQ(resolve("https://h:8443/a", "b"), "https://h:8443/b");
  EXPECT_EQ(resolve("https://h:8443/a", "//h/b"), "https://h/b");
  EXPECT_EQ(resolve("https://h:8443/a", "http://h/b"), "http://h/b");
}

TEST(Reference, AChainCannotGrowBeyondTheCap) {
  Url url = parse_url("http://h/").value();
  const std::string segment(1'000, 'a');
  int steps = 0;
  for (;; ++steps) {
    const Parsed<Url> next = resolve_reference(url, segment + "/");
    if (!next) break;
    url = *next;
    ASSERT_LE(write_url(url).size(), url_bytes_max);
  }
  EXPECT_EQ(steps, 65);
}

TEST(Reference, AComplaintDoesNotRepeatThePassword) {
  for (const std::string_view reference : {"//u:canary/@h/", "http://u:canary@[::1/", "http://u:canary@x y/"})
    EXPECT_THAT(resolve("http://h/", reference), Not(HasSubstr("canary"))) << reference;
}

}  // namespace
}  // namespace atonce
