#include "atonce/jobs/url_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atonce {
namespace {

using testing::HasSubstr;

std::string filled(std::string_view text, std::string_view host, std::uint16_t port = 0) {
  const auto made = UrlTemplate::parse(text);
  if (!made) return "complaint: " + made.error().text;
  const auto url = made->fill(host, port);
  return url ? write_url(*url) : "complaint: " + url.error().text;
}

TEST(UrlTemplate, PutsTheHostWhereTheBracesAre) {
  EXPECT_EQ(filled("https://{}/robots.txt", "a.example"), "https://a.example/robots.txt");
  EXPECT_EQ(filled("http://www.{}:8080/", "a.example"), "http://www.a.example:8080/");
  EXPECT_EQ(filled("https://archive.example/?of={}&again={}", "a.example"),
            "https://archive.example/?of=a.example&again=a.example");
}

TEST(UrlTemplate, BringsAPortAndBrackets) {
  EXPECT_EQ(filled("https://{}/", "a.example", 8443), "https://a.example:8443/");
  EXPECT_EQ(filled("https://{}/", "2001:db8::1", 443), "https://[2001:db8::1]/");
  EXPECT_EQ(filled("https://{}/", "192.0.2.1"), "https://192.0.2.1/");
}

TEST(UrlTemplate, AssumesHttps) { EXPECT_EQ(filled("{}/a", "a.example"), "https://a.example/a"); }

TEST(UrlTemplate, ComplainsBeforeAnythingStarts) {
  EXPECT_THAT(filled("https://a.example/", "b"), HasSubstr("{} where the host goes"));
  EXPECT_THAT(filled("ftp://{}/", "b"), HasSubstr("complaint: "));
  EXPECT_THAT(filled("https://{}:99999/", "b"), HasSubstr("complaint: "));
}

TEST(UrlTemplate, ComplainsOfATargetThatDoesNotFit) {
  EXPECT_THAT(filled("https://{}:8080/", "a.example", 9090), HasSubstr("complaint: "));
}

}  // namespace
}  // namespace atonce
