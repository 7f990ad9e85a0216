#include "atonce/protocols/cookies/set_cookie.h"

#include <gmock/gmock.h>

#include <limits>

namespace atonce {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

TEST(SetCookie, TakesAFieldApart) {
  const SetCookie cookie =
      parse_set_cookie(
          "sid = a=b ; Path=/x; DOMAIN=.Example.com; Max-Age=60; expires=Thu, 01 Jan 1970 00:01:40 "
          "GMT;secure; HttpOnly ;SameSite=Lax; Unknown=1")
          .value();
  EXPECT_EQ(cookie.name, "sid");
  EXPECT_EQ(cookie.value, "a=b");
  EXPECT_EQ(cookie.path, "/x");
  EXPECT_EQ(cookie.domain, "Example.com");
  EXPECT_EQ(cookie.max_age_s, 60);
  EXPECT_EQ(cookie.expires_s, 100);
  EXPECT_TRUE(cookie.secure);
  EXPECT_TRUE(cookie.http_only);
  EXPECT_EQ(cookie.same_site, "Lax");
}

TEST(SetCookie, ValuesStayAsTheyAre) {
  EXPECT_EQ(parse_set_cookie("a=\"x y\"").value().value, "\"x y\"");
  EXPECT_EQ(parse_set_cookie("a=").value().value, "");
  EXPECT_EQ(parse_set_cookie("a=\xC3\xBC,%41").value().value, "\xC3\xBC,%41");
}

TEST(SetCookie, NamelessOnesAndControlBytesAreRefused) {
  for (const std::string_view field : {"", ";", "=", "=b", "a", "a; b=c", " = ", "a=b\x01", "a\r=b", "a=b; path=\x7F"})
    EXPECT_FALSE(parse_set_cookie(field)) << field;
  EXPECT_FALSE(parse_set_cookie(std::string_view("a=\0b", 4)));
}

TEST(SetCookie, NameAndValueHaveFourKibibytes) {
  EXPECT_TRUE(parse_set_cookie("a=" + std::string(4095, 'x')));
  EXPECT_FALSE(parse_set_cookie("a=" + std::string(4096, 'x')));
  EXPECT_EQ(parse_set_cookie("a=b; path=/" + std::string(1024, 'x')).value().path, "");
}

TEST(SetCookie, TheLastOfTwoAttributesCounts) {
  const SetCookie cookie = parse_set_cookie("a=b; path=/1; path=/2; max-age=1; max-age=2; max-age=x").value();
  EXPECT_EQ(cookie.path, "/2");
  EXPECT_EQ(cookie.max_age_s, 2);
  EXPECT_EQ(parse_set_cookie("a=b; path=/1; path=x").value().path, "");
}

TEST(SetCookie, MaxAgeIsDigits) {
  EXPECT_EQ(parse_set_cookie("a=b; max-age=-1").value().max_age_s, 0);
  EXPECT_EQ(parse_set_cookie("a=b; max-age=99999999999999999999").value().max_age_s,
            std::numeric_limits<std::int64_t>::max());
  for (const std::string_view age : {"", "-", "+1", "1.5", "1s", "0x1"})
    EXPECT_FALSE(parse_set_cookie("a=b; max-age=" + std::string(age)).value().max_age_s) << age;
}

TEST(CookieDate, EverySpellingOfADateIsRead) {
  for (const std::string_view date :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "06 Nov 1994 8:49:37", "1994 6 November 08:49:37 UTC", "08:49:37 nov 6 1994", "6-NOV-1994,08:49:37"})
    EXPECT_EQ(parse_cookie_date(date), 784'111'777) << date;
  EXPECT_EQ(parse_cookie_date("Thu, 01-Jan-70 00:00:00 GMT"), 0);
  EXPECT_EQ(parse_cookie_date("Fri, 01 Jan 69 00:00:00 GMT"), 3'124'224'000);
  EXPECT_EQ(parse_cookie_date("Fri, 31 Dec 9999 23:59:59 GMT"), 253'402'300'799);
  EXPECT_EQ(parse_cookie_date("Mon, 01 Jan 1601 00:00:00 GMT"), -11'644'473'600);
}

TEST(CookieDate, WhatIsNoDateIsNone) {
  for (const std::string_view date : {"", "never", "0", "Sun, 06 Nov 1994", "08:49:37 Nov 6", "31 Feb 1994 08:49:37",
                                      "6 Nov 1994 24:00:00", "6 Nov 1994 08:60:00", "6 Nov 1600 08:49:37",
                                      "6 Nov 19940 08:49:37", "6 Nov 1994 08:49", "-1", "32 Nov 1994 1:1:1"})
    EXPECT_FALSE(parse_cookie_date(date)) << date;
}

TEST(Cookies, OfTheCommandLineAreCheckedAndWritten) {
  EXPECT_EQ(parse_cookies("a=b").value(), "a=b");
  EXPECT_EQ(parse_cookies(" a = b ;c=d=e; ").value(), "a=b; c=d=e");
  EXPECT_EQ(parse_cookies("").value(), "");
  EXPECT_THAT(parse_cookies("a=canary\r\nX: 1").error().text, HasSubstr("0x0D"));
  EXPECT_THAT(parse_cookies("canary").error().text, HasSubstr("a=b; c=d"));
  EXPECT_THAT(parse_cookies("a=b; =canary").error().text, Not(HasSubstr("canary")));
  EXPECT_FALSE(parse_cookies(std::string_view("a=\0", 3)));
}

TEST(Cookies, OfARequestAreReadAsTheyAre) {
  EXPECT_THAT(read_cookie_field("a=b; c=d=e;f; =g;h="), ElementsAre(Pair("a", "b"), Pair("c", "d=e"), Pair("h", "")));
}

}  // namespace
}  // namespace atonce
