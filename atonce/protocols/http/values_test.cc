#include <gmock/gmock.h>

#include <array>

#include "atonce/protocols/http/base64.h"
#include "atonce/protocols/http/form.h"
#include "atonce/protocols/http/head.h"
#include "atonce/protocols/http/http_date.h"
#include "atonce/protocols/http/media_type.h"

namespace atonce {
namespace {

using namespace std::string_view_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Base64, WritesWhatRfc4648Shows) {
  const std::array<std::pair<std::string_view, std::string_view>, 7> pairs{{{"", ""},
                                                                            {"f", "Zg=="},
                                                                            {"fo", "Zm8="},
                                                                            {"foo", "Zm9v"},
                                                                            {"foob", "Zm9vYg=="},
                                                                            {"fooba", "Zm9vYmE="},
                                                                            {"foobar", "Zm9vYmFy"}}};
  for (const auto& [bytes, text] : pairs) {
    EXPECT_EQ(write_base64(bytes), text);
    EXPECT_EQ(parse_base64(text), bytes);
    EXPECT_EQ(parse_base64(write_base64url(bytes)), bytes);
  }
  EXPECT_EQ(write_base64("\xfb\xff\xfe"), "+//+");
  EXPECT_EQ(write_base64url("\xfb\xff\xfe\xff"), "-__-_w");
  EXPECT_EQ(parse_base64("-__-_w"), "\xfb\xff\xfe\xff");
}

TEST(Base64, IsNotMadeOfAnythingElse) {
  for (const std::string_view text :
       {"Z", "Zg=", "Zg===", "Zh==", "Zm9=", "Z*==", "Zm 9v", "====", "=", "Zg==Zg==", "\n"})
    EXPECT_FALSE(parse_base64(text)) << text;
}

TEST(HttpDate, IsWrittenAsRfc9110Shows) {
  EXPECT_EQ(write_http_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(write_http_date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(write_http_date(951'782'400), "Tue, 29 Feb 2000 00:00:00 GMT");
}

TEST(HttpDate, IsReadInItsThreeForms) {
  for (const std::string_view text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"})
    EXPECT_EQ(parse_http_date(text), 784'111'777) << text;
  EXPECT_EQ(parse_http_date("Wed Nov 16 08:49:37 1994"), 784'975'777);
  for (std::int64_t at = -2'000'000'000; at < 9'000'000'000; at += 123'456'789)
    EXPECT_EQ(parse_http_date(write_http_date(at)), at);
}

TEST(HttpDate, IsNotMadeOfAnythingElse) {
  for (const std::string_view text :
       {""sv, "0"sv, "Sun, 06 Nov 1994 08:49:37"sv, "Sun, 31 Feb 1994 08:49:37 GMT"sv,
        "Sun, 06 Nov 1994 24:00:00 GMT"sv, "Sun, 6 Nov 1994 08:49:37 GMT"sv, "Sun, 06 Nov 1994 08:49:37 UTC"sv,
        "sun, 06 Nov 1994 08:49:37 GMT"sv, "Sun, 06 Nov 1994 08:49:37 GMT "sv, "Sun, 06 Nov -994 08:49:37 GMT"sv,
        "Sun, 06 Nov 1994 08:49:37 GMT\0"sv})
    EXPECT_FALSE(parse_http_date(text)) << text;
}

TEST(MediaType, HasItsPartsInLowerCase) {
  const MediaType type = parse_media_type(" Text/HTML ; q=1; Charset=\"UTF-8\"; charset=x").value();
  EXPECT_EQ(type.type, "text");
  EXPECT_EQ(type.subtype, "html");
  EXPECT_EQ(type.charset, "utf-8");
  EXPECT_TRUE(type.is("text/html"));
  EXPECT_FALSE(type.is("text/htm"));
  EXPECT_TRUE(type.is_html());
  EXPECT_TRUE(parse_media_type("application/problem+json")->is_json());
  EXPECT_TRUE(parse_media_type("image/svg+xml")->is_xml());
}

TEST(MediaType, PassesOverBrokenParameters) {
  for (const std::string_view field :
       {"text/html;", "text/html;;;", "text/html; charset", "text/html; charset=", "text/html; charset=\"",
        "text/html; =x", "text/html; a=\"charset=x\"", "text/html; a=\"\\"})
    EXPECT_EQ(parse_media_type(field)->charset, "") << field;
  EXPECT_EQ(parse_media_type("text/html; charset; charset=latin1")->charset, "latin1");
  EXPECT_EQ(parse_media_type("text/html;a=\"b;c\" ;charset = x ")->charset, "x");
}

TEST(MediaType, IsNotMadeOfAnythingElse) {
  for (const std::string_view field : {"", "text", "text/", "/html", "text/html/x", "te xt/html", ";charset=x", "*"})
    EXPECT_FALSE(parse_media_type(field)) << field;
}

TEST(Form, IsPercentEncodedAsCurlDoes) {
  const std::array<FormField, 2> fields{{{"a b", "c&d=e+f"}, {"\xc3\xa9", "-._~"}}};
  EXPECT_EQ(write_urlencoded(fields), "a%20b=c%26d%3De%2Bf&%C3%A9=-._~");
  EXPECT_EQ(write_urlencoded({}), "");
}

TEST(Form, OfPartsHasThemBetweenBoundaries) {
  const std::array<FormPart, 2> parts{{{"a\"b\r\n", "1", "", ""}, {"f", "<x>", "x.html", "text/html"}}};
  const MultipartBody form = write_multipart(parts).value();
  ASSERT_THAT(form.content_type, StartsWith("multipart/form-data; boundary=--"));
  const std::string boundary = form.content_type.substr(form.content_type.find('=') + 1);
  EXPECT_EQ(form.body, "--" + boundary + "\r\nContent-Disposition: form-data; name=\"a%22b%0D%0A\"\r\n\r\n1\r\n--" +
                           boundary +
                           "\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.html\"\r\nContent-Type: "
                           "text/html\r\n\r\n<x>\r\n--" +
                           boundary + "--\r\n");
  EXPECT_EQ(write_multipart(parts)->body, form.body) << "the same parts make the same body";
}

TEST(Form, OfPartsHasABoundaryThatNoPartContains) {
  std::array<FormPart, 1> parts{{{"a", "", "", ""}}};
  const std::string first = write_multipart(parts)->content_type;
  parts[0].value = first.substr(first.find('=') + 1);
  const MultipartBody form = write_multipart(parts).value();
  EXPECT_FALSE(parts[0].value.contains(form.content_type.substr(form.content_type.find('=') + 1)));
}

TEST(Form, OfPartsRefusesLineEndsInATypeAndNul) {
  EXPECT_FALSE(write_multipart(std::array<FormPart, 1>{{{"a", "b", "c", "text/html\r\nX: y"}}}));
  EXPECT_FALSE(write_multipart(std::array<FormPart, 1>{{{std::string("a\0", 2), "b", "", ""}}}));
}

TEST(Head, KnowsWhichAnswersHaveNoBodyAndWhichMethodsMayBeRepeated) {
  EXPECT_TRUE(has_no_body("HEAD", 200));
  EXPECT_TRUE(has_no_body("GET", 304));
  EXPECT_TRUE(has_no_body("CONNECT", 200));
  EXPECT_FALSE(has_no_body("CONNECT", 407));
  EXPECT_FALSE(has_no_body("GET", 200));
  EXPECT_TRUE(is_idempotent("PUT"));
  EXPECT_FALSE(is_idempotent("POST"));
  EXPECT_FALSE(is_idempotent("PATCH"));
  EXPECT_EQ(reason_of(418), "I'm a teapot");
  EXPECT_EQ(reason_of(599), "");
}

}  // namespace
}  // namespace atonce
