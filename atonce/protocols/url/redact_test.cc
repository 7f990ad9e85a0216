#include <gmock/gmock.h>

#include "atonce/protocols/url/url.h"

namespace atonce {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Redact, UserAndPasswordGoAndTheRestStays) {
  EXPECT_EQ(redact("https://ann:canary@example.com/a?b"), "https://***@example.com/a?b");
  EXPECT_EQ(redact("17,https://canary@example.com,x"), "17,https://***@example.com,x");
  EXPECT_EQ(redact("\"http://:canary@[::1]:80/\""), "\"http://***@[::1]:80/\"");
}

TEST(Redact, AUrlWithoutASchemeHasThemToo) {
  EXPECT_EQ(redact("ann:canary@example.com/a"), "***@example.com/a");
  EXPECT_EQ(redact("first ann:canary@example.com  last"), "first ***@example.com  last");
}

TEST(Redact, EachUrlOfALineIsSeen) {
  EXPECT_EQ(redact("http://a:canary@b/ http://c:canary@d/"), "http://***@b/ http://***@d/");
  EXPECT_EQ(redact("http://a:canary@b,http://c:canary@d"), "http://***@b,http://***@d");
  EXPECT_EQ(redact("https://p.example/?to=http://c:canary@d/"), "https://p.example/?to=http://***@d/");
}

TEST(Redact, TextWithoutUserinfoStaysAsItIs) {
  for (const std::string_view text :
       {"", " ", "example.com", "https://example.com/@ann", "https://example.com:80/a@2x.png", "https://[::1]:8/a@b",
        "a b c", "https://example.com/?mail=a@b", "://", "1,example.com"})
    EXPECT_EQ(redact(text), text);
}

TEST(Redact, APasswordThatBreaksTheUrlIsHiddenAllTheSame) {
  for (const std::string_view text :
       {"https://ann:canary/canary@example.com/", "https://ann:canary canary@example.com/", "https://ann:canary#x@h",
        "https://ann:canary@canary@example.com/", "https://ann:canary\"<@h", "ann:canary/canary@example.com",
        "https://ann:canary?@h", "https://ann:can\\ary:canary@h", "http:////ann:canary@h", "http:/ann:canary@h"})
    EXPECT_THAT(redact(text), Not(HasSubstr("canary"))) << text;
}

}  // namespace
}  // namespace atonce
