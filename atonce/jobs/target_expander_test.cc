#include "atonce/jobs/target_expander.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atonce {
namespace {

using testing::ElementsAre;

/// Up to `most` targets of one line, as host:port.
std::vector<std::string> expand(std::string_view text, const PortRanges& ports, std::size_t most = 100) {
  TargetExpander expander(ports);
  TargetParser parser;
  if (!parser.parse(text, 1, expander.line())) return {};
  expander.start_line();
  std::vector<std::string> targets;
  Target target;
  while (targets.size() < most && expander.next(target))
    targets.push_back(target.host + ":" + std::to_string(target.port));
  return targets;
}

TEST(TargetExpander, GivesANameWithEachPort) {
  EXPECT_THAT(expand("a.example", {{443, 443}}), ElementsAre("a.example:443"));
  EXPECT_THAT(expand("a.example", {{80, 80}, {8000, 8002}}),
              ElementsAre("a.example:80", "a.example:8000", "a.example:8001", "a.example:8002"));
}

TEST(TargetExpander, LetsTheLinesOwnPortOverrideThePorts) {
  EXPECT_THAT(expand("a.example:25", {{80, 80}, {443, 443}}), ElementsAre("a.example:25"));
  EXPECT_THAT(expand("192.0.2.0/31:25", {{80, 80}, {443, 443}}), ElementsAre("192.0.2.0:25", "192.0.2.1:25"));
}

TEST(TargetExpander, GivesEachAddressWithEachPort) {
  EXPECT_THAT(expand("192.0.2.254-192.0.3.0", {{80, 80}, {443, 443}}),
              ElementsAre("192.0.2.254:80", "192.0.2.254:443", "192.0.2.255:80", "192.0.2.255:443", "192.0.3.0:80",
                          "192.0.3.0:443"));
  EXPECT_THAT(expand("2001:db8::ff-2001:db8::100", {{1, 1}}), ElementsAre("2001:db8::ff:1", "2001:db8::100:1"));
}

TEST(TargetExpander, ReachesPort65535AndStops) { EXPECT_EQ(expand("a.example", {{1, 65535}}, 70'000).size(), 65'535u); }

TEST(TargetExpander, UnderstandsAWholeInternetWithoutHoldingIt) {
  EXPECT_THAT(expand("0.0.0.0/0", {{1, 65535}}, 2), ElementsAre("0.0.0.0:1", "0.0.0.0:2"));
  TargetExpander expander({{80, 80}, {443, 444}});
  TargetParser parser;
  ASSERT_TRUE(parser.parse("10.0.0.0/8", 1, expander.line()));
  expander.start_line();
  EXPECT_EQ(expander.line_targets(), 3u << 24);
}

TEST(TargetExpander, FillsEveryFieldOfATarget) {
  TargetExpander expander({{443, 443}});
  TargetParser parser;
  ASSERT_TRUE(parser.parse("7,192.0.2.0/31,note", 12, expander.line()));
  expander.start_line();
  for (const char* host : {"192.0.2.0", "192.0.2.1"}) {
    Target target{.input = "old", .host = "old", .complaint = "old", .columns = {{"old", "old"}}};
    ASSERT_TRUE(expander.next(target));
    EXPECT_EQ(target.line, 12u);
    EXPECT_EQ(target.input, "192.0.2.0/31");
    EXPECT_EQ(target.host, host);
    EXPECT_EQ(target.address, *parse_address(host));
    EXPECT_EQ(target.port, 443);
    EXPECT_TRUE(target.valid());
    EXPECT_THAT(target.columns, ElementsAre(testing::Pair("rank", "7"), testing::Pair("column3", "note")));
  }
}

TEST(TargetExpander, GivesOneTargetForALineThatIsNone) {
  TargetExpander expander({{80, 80}, {443, 443}});
  TargetParser parser;
  ASSERT_TRUE(parser.parse("a..example:99", 3, expander.line()));
  expander.start_line();
  Target target{.host = "old", .address = IpAddress::v4(1), .port = 9};
  ASSERT_TRUE(expander.next(target));
  EXPECT_FALSE(target.valid());
  EXPECT_EQ(target.input, "a..example:99");
  EXPECT_EQ(target.host, "");
  EXPECT_EQ(target.port, 0);
  EXPECT_EQ(target.address, IpAddress::none());
  EXPECT_FALSE(expander.next(target));
}

TEST(TargetExpander, KeepsLinesApart) {
  TargetExpander expander({{443, 443}});
  TargetParser parser;
  Target target;
  std::vector<std::string> hosts;
  for (const char* text : {"a-name-too-long-for-a-small-string.example", "192.0.2.7", "..", "b.example"}) {
    ASSERT_TRUE(parser.parse(text, 1, expander.line()));
    expander.start_line();
    while (expander.next(target))
      hosts.push_back(target.host + (target.address ? " literal" : "") + target.complaint.substr(0, 8));
  }
  EXPECT_THAT(hosts,
              ElementsAre("a-name-too-long-for-a-small-string.example", "192.0.2.7 literal", "the name", "b.example"));
}

}  // namespace
}  // namespace atonce
