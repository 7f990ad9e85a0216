#include "atonce/protocols/cookies/jar.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace atonce {
namespace {

constexpr std::int64_t now_s = 1'800'000'000;

Url url(std::string_view text) { return parse_url(text).value(); }

/// The list is read once for all tests: it never changes.
const PublicSuffixes& suffixes() {
  static const PublicSuffixes list = PublicSuffixes::system();
  return list;
}

class Jar : public ::testing::Test {
 protected:
  bool set(std::string_view at, std::string_view field) { return jar_.store(url(at), field, now_s); }
  std::string sent(std::string_view to, std::int64_t at_s = now_s) { return jar_.cookie_header(url(to), at_s); }

  CookieJar jar_{suffixes()};
};

TEST_F(Jar, WithoutADomainACookieGoesBackToItsHostAlone) {
  EXPECT_TRUE(set("https://a.example.com/", "x=1"));
  EXPECT_EQ(sent("https://a.example.com/deep/path?q"), "x=1");
  EXPECT_EQ(sent("https://A.EXAMPLE.com:8443/"), "x=1");
  EXPECT_EQ(sent("https://b.a.example.com/"), "");
  EXPECT_EQ(sent("https://example.com/"), "");
}

TEST_F(Jar, WithADomainItGoesToNamesBelow) {
  EXPECT_TRUE(set("https://a.example.com/", "x=1; domain=.Example.COM"));
  EXPECT_EQ(sent("https://example.com/"), "x=1");
  EXPECT_EQ(sent("https://b.a.example.com/"), "x=1");
  EXPECT_EQ(sent("https://notexample.com/"), "");
}

TEST_F(Jar, ADomainThatIsNotOnesOwnIsRefused) {
  for (const std::string_view domain :
       {"example.org", "b.example.com", "le.com", "com", "example.com.evil.test", "..", "x y"})
    EXPECT_FALSE(set("https://a.example.com/", fmt::format("x=1; domain={}", domain))) << domain;
  EXPECT_EQ(jar_.size(), 0U);
}

TEST_F(Jar, NoCookieIsSetForAPublicSuffix) {
  EXPECT_FALSE(set("https://example.co.uk/", "x=1; domain=co.uk"));
  EXPECT_FALSE(set("https://ann.github.io/", "x=1; domain=github.io"));
  EXPECT_TRUE(set("https://github.io/", "x=1; domain=github.io"));
  EXPECT_EQ(sent("https://github.io/"), "x=1");
  EXPECT_EQ(sent("https://ann.github.io/"), "");
}

TEST_F(Jar, ANameWithoutADotKeepsItsCookies) {
  EXPECT_TRUE(set("http://localhost/", "x=1; domain=localhost"));
  EXPECT_EQ(sent("http://localhost:8080/"), "x=1");
  EXPECT_EQ(sent("http://a.localhost/"), "");
}

TEST_F(Jar, AddressesAreNoDomains) {
  EXPECT_TRUE(set("http://127.0.0.1/", "x=1; domain=127.0.0.1"));
  EXPECT_FALSE(set("http://127.0.0.1/", "y=1; domain=0.0.1"));
  EXPECT_FALSE(set("http://127.0.0.1/", "y=1; domain=1"));
  EXPECT_EQ(sent("http://127.0.0.1/"), "x=1");
  EXPECT_EQ(sent("http://2130706433/"), "x=1");
  EXPECT_TRUE(set("http://[2001:db8::1]/", "z=1"));
  EXPECT_EQ(sent("http://[2001:DB8:0::1]/"), "z=1");
}

TEST_F(Jar, PathsMatchWholeSegments) {
  EXPECT_TRUE(set("http://h.test/", "x=1; path=/a/b"));
  EXPECT_EQ(sent("http://h.test/a/b"), "x=1");
  EXPECT_EQ(sent("http://h.test/a/b/c"), "x=1");
  EXPECT_EQ(sent("http://h.test/a/b?c"), "x=1");
  EXPECT_EQ(sent("http://h.test/a/bc"), "");
  EXPECT_EQ(sent("http://h.test/a"), "");
  EXPECT_EQ(sent("http://h.test/A/B"), "");
}

TEST_F(Jar, TheDefaultPathIsTheFolderOfTheRequest) {
  EXPECT_TRUE(set("http://h.test/a/b/c?d/e", "x=1"));
  EXPECT_EQ(jar_.cookies().front().path, "/a/b");
  EXPECT_TRUE(set("http://h.test/top", "y=1; path=relative"));
  EXPECT_EQ(jar_.cookies().back().path, "/");
}

TEST_F(Jar, SecureOnesStayOffPlainHttp) {
  EXPECT_FALSE(set("http://h.test/", "x=1; secure"));
  EXPECT_TRUE(set("https://h.test/", "x=1; secure"));
  EXPECT_EQ(sent("http://h.test/"), "");
  EXPECT_EQ(sent("https://h.test/"), "x=1");
  EXPECT_TRUE(set("http://localhost/", "y=1; secure"));
  EXPECT_EQ(sent("http://localhost/"), "y=1");
}

TEST_F(Jar, PlainHttpDoesNotCoverASecureOne) {
  EXPECT_TRUE(set("https://h.test/", "x=1; secure; domain=h.test"));
  EXPECT_FALSE(set("http://h.test/", "x=2"));
  EXPECT_FALSE(set("http://a.h.test/", "x=2; path=/deep"));
  EXPECT_TRUE(set("http://h.test/", "y=2"));
  EXPECT_TRUE(set("https://h.test/", "x=3; domain=h.test"));
  EXPECT_EQ(sent("https://h.test/"), "x=3; y=2");
}

TEST_F(Jar, PrefixesKeepTheirPromise) {
  EXPECT_FALSE(set("https://h.test/", "__Secure-x=1"));
  EXPECT_TRUE(set("https://h.test/", "__Secure-x=1; secure"));
  EXPECT_FALSE(set("https://h.test/", "__host-x=1; secure; domain=h.test; path=/"));
  EXPECT_FALSE(set("https://h.test/", "__Host-x=1; secure; path=/a"));
  EXPECT_FALSE(set("https://h.test/", "__Host-x=1; path=/"));
  EXPECT_TRUE(set("https://h.test/", "__Host-x=1; secure; path=/"));
}

TEST_F(Jar, CookiesEndWhenTheySaid) {
  EXPECT_TRUE(set("http://h.test/", "x=1; max-age=10"));
  EXPECT_TRUE(set("http://h.test/", "y=1; expires=Fri, 15 Jan 2027 08:00:20 GMT"));  // now + 20 s
  EXPECT_TRUE(set("http://h.test/", "z=1; max-age=30; expires=Thu, 01 Jan 1970 00:00:00 GMT"));
  EXPECT_EQ(sent("http://h.test/", now_s + 9), "x=1; y=1; z=1");
  EXPECT_EQ(sent("http://h.test/", now_s + 10), "y=1; z=1");
  EXPECT_EQ(sent("http://h.test/", now_s + 20), "z=1");
  EXPECT_EQ(sent("http://h.test/", now_s + 30), "");
}

TEST_F(Jar, NoCookieLivesLongerThanFourHundredDays) {
  EXPECT_TRUE(set("http://h.test/", "x=1; max-age=99999999999999999999"));
  EXPECT_EQ(jar_.cookies().front().expires_s, now_s + 400 * 86'400);
}

TEST_F(Jar, AnEarlierDateDeletes) {
  EXPECT_TRUE(set("http://h.test/", "x=1"));
  EXPECT_FALSE(set("http://h.test/", "x=; max-age=0"));
  EXPECT_EQ(jar_.size(), 0U);
  EXPECT_TRUE(set("http://h.test/", "x=1"));
  EXPECT_FALSE(set("http://h.test/", "x=gone; expires=Thu, 01 Jan 1970 00:00:00 GMT"));
  EXPECT_EQ(sent("http://h.test/"), "");
}

TEST_F(Jar, ANewValueKeepsItsPlaceInTheOrder) {
  EXPECT_TRUE(set("http://h.test/", "a=1"));
  EXPECT_TRUE(set("http://h.test/", "b=1"));
  EXPECT_TRUE(set("http://h.test/", "a=2"));
  EXPECT_EQ(sent("http://h.test/"), "a=2; b=1");
}

TEST_F(Jar, LongerPathsComeFirst) {
  EXPECT_TRUE(set("http://h.test/", "a=1; path=/"));
  EXPECT_TRUE(set("http://h.test/", "b=1; path=/x/y"));
  EXPECT_TRUE(set("http://h.test/", "c=1; path=/x"));
  EXPECT_EQ(sent("http://h.test/x/y"), "b=1; c=1; a=1");
}

TEST_F(Jar, AFloodOfCookiesStopsAtTheCaps) {
  for (int i = 0; i < 1'000; ++i) set("http://h.test/", fmt::format("c{}=1; path=/{}", i, i % 2 == 0 ? "" : "x"));
  EXPECT_EQ(jar_.size(), 150U);
  EXPECT_THAT(sent("http://h.test/"), ::testing::EndsWith("c998=1"));
  for (int i = 0; i < 5'000; ++i) set(fmt::format("http://h{}.test/", i), "a=1");
  EXPECT_EQ(jar_.size(), 3'000U);
  EXPECT_EQ(sent("http://h4999.test/"), "a=1");
  EXPECT_EQ(sent("http://h0.test/"), "");
}

TEST_F(Jar, OneAnswerSetsFiftyCookiesAtMost) {
  std::vector<std::string> fields;
  for (int i = 0; i < 60; ++i) fields.push_back(fmt::format("c{}=1", i));
  jar_.store_all(url("http://h.test/"), {fields.begin(), fields.end()}, now_s);
  EXPECT_EQ(jar_.size(), 50U);
}

TEST_F(Jar, TheFieldSentStaysShort) {
  for (int i = 0; i < 10; ++i) set("http://h.test/", fmt::format("c{}={}", i, std::string(4'000, 'x')));
  EXPECT_LE(sent("http://h.test/").size(), 8'190U);
  EXPECT_THAT(sent("http://h.test/"), ::testing::StartsWith("c0="));
}

TEST_F(Jar, ExpiredCookiesMakeRoomFirst) {
  CookieJar jar{suffixes(), {.per_domain_max = 2}};
  jar.store(url("http://h.test/"), "old=1", now_s);
  jar.store(url("http://h.test/"), "brief=1; max-age=1", now_s);
  jar.store(url("http://h.test/"), "new=1", now_s + 2);
  EXPECT_EQ(jar.cookie_header(url("http://h.test/"), now_s + 2), "old=1; new=1");
}

TEST(JoinCookies, PutsASemicolonBetween) {
  EXPECT_EQ(join_cookies("a=1", "b=2"), "a=1; b=2");
  EXPECT_EQ(join_cookies("", "b=2"), "b=2");
  EXPECT_EQ(join_cookies("a=1", ""), "a=1");
}

}  // namespace
}  // namespace atonce
