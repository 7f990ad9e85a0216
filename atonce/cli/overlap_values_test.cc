#include "atonce/cli/overlap_values.h"

#include <gmock/gmock.h>

namespace atonce {
namespace {

using testing::HasSubstr;
using Place = std::pair<std::string, std::uint16_t>;

TEST(OverlapValues, AServerIsAHostAndAPort) {
  EXPECT_EQ(parse_host_port("localhost:9000").value(), Place("localhost", 9'000));
  EXPECT_EQ(parse_host_port("192.0.2.1").value(), Place("192.0.2.1", 8'197));
  EXPECT_EQ(parse_host_port("[::1]:80").value(), Place("::1", 80));
  EXPECT_EQ(parse_host_port("[2001:db8::1]").value(), Place("2001:db8::1", 8'197));
  EXPECT_EQ(parse_host_port("2001:db8::1").value(), Place("2001:db8::1", 8'197));
}

TEST(OverlapValues, WhatIsNoServerIsRefused) {
  for (const char* text : {"", ":80", "host:", "host:0", "host:65536", "host:x", "[::1", "[::1]80",
                           "[::1]:", "[host]:80", "http://host:80", "a b:80", "me@host:80"})
    EXPECT_FALSE(parse_host_port(text)) << text;
  EXPECT_THAT(parse_host_port("a\x1b:1:2 3").error().text, testing::Not(HasSubstr("\x1b")));
}

TEST(OverlapValues, WorkIsAKindAndHowMuch) {
  EXPECT_EQ(parse_work("uniform")->samples, 120'000'000u);
  EXPECT_EQ(parse_work("normal")->samples, 10'000'000u);
  EXPECT_EQ(parse_work("normal")->kind, WorkKind::normal);
  EXPECT_EQ(parse_work("uniform:1_000_000")->samples, 1'000'000u);
  EXPECT_EQ(parse_work("sha256:a:b.iso")->file, "a:b.iso");
}

TEST(OverlapValues, WhatIsNoWorkIsRefusedInWords) {
  for (const char* text :
       {"", "uniform:", "uniform:0", "uniform:-1", "uniform:x", "normal:", "sha256", "sha256:", "md5:f"})
    EXPECT_FALSE(parse_work(text)) << text;
  EXPECT_THAT(parse_work("md5:f").error().text, HasSubstr("uniform:N, normal:N and sha256:FILE"));
  EXPECT_THAT(parse_work("sha256").error().text, HasSubstr("which file?"));
}

}  // namespace
}  // namespace atonce
