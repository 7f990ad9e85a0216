#include "atonce/cli/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace atonce {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr std::array<std::string_view, 4> strategies{"sequential", "processes", "threads", "async"};

TEST(Values, ReadPortsAndRangesInTheirOrder) {
  EXPECT_THAT(*parse_ports("443,80,8000-8100"), ElementsAre(Pair(443, 443), Pair(80, 80), Pair(8000, 8100)));
  EXPECT_THAT(*parse_ports("1-65535"), ElementsAre(Pair(1, 65535)));
}

TEST(Values, RefusePortsThatCannotBe) {
  for (const char* text : {"", ",", "0", "65536", "80,", "-80", "80-", "http", "80 ", "8o", "99999999999999999999"})
    EXPECT_FALSE(parse_ports(text)) << text;
  EXPECT_THAT(parse_ports("90-80").error().text, HasSubstr("write 80-90"));
  EXPECT_THAT(parse_ports("80,79-81").error().text, HasSubstr("port 80 stands twice"));
}

TEST(Values, ReadARateInEveryUnit) {
  EXPECT_DOUBLE_EQ(*parse_rate("500"), 500);
  EXPECT_DOUBLE_EQ(*parse_rate("500/s"), 500);
  EXPECT_DOUBLE_EQ(*parse_rate("30/m"), 0.5);
  EXPECT_DOUBLE_EQ(*parse_rate("1.5/s"), 1.5);
  EXPECT_DOUBLE_EQ(*parse_rate("3600/h"), 1);
}

TEST(Values, RefuseARateOfNothingAndNonsense) {
  for (const char* text : {"", "0", "0/s", "-1", "nan", "inf", "1e400", "5/", "5/d", "/s", "5 /s", "1e300"})
    EXPECT_FALSE(parse_rate(text)) << text;
}

TEST(Values, ReadWholeNumbersWithinTheirBounds) {
  EXPECT_EQ(*parse_number("1,000,000", 1, 10'000'000), 1'000'000u);
  EXPECT_EQ(*parse_number("0", 0, 1), 0u);
  for (const char* text : {"", "-1", "+1", "1.5", "2", "0x1", " 1", ",", "18446744073709551616"})
    EXPECT_FALSE(parse_number(text, 0, 1)) << text;
  EXPECT_THAT(parse_number("0", 1, 10'000'000).error().text, "\"0\" is not a whole number from 1 to 10,000,000");
}

TEST(Values, ReadAStrategyAndItsNumber) {
  EXPECT_EQ(parse_strategy("threads:20", strategies)->count, 20u);
  EXPECT_EQ(parse_strategy("async", strategies)->count, std::nullopt);
  EXPECT_THAT(parse_strategy("thread:20", strategies).error().text, HasSubstr("Did you mean threads?"));
  for (const char* text :
       {"", ":", "threads:", "threads:0", "threads:10001", "async:10000001", "sequential:2", "threads:1:2"})
    EXPECT_FALSE(parse_strategy(text, strategies)) << text;
}

TEST(Values, ReadAResolverOfEitherFamily) {
  EXPECT_EQ(write_endpoint(*parse_server("192.0.2.53")), "192.0.2.53:53");
  EXPECT_EQ(write_endpoint(*parse_server("192.0.2.53:5353")), "192.0.2.53:5353");
  EXPECT_EQ(write_endpoint(*parse_server("2001:db8::53")), "[2001:db8::53]:53");
  EXPECT_EQ(write_endpoint(*parse_server("[2001:db8::53]:5353")), "[2001:db8::53]:5353");
  for (const char* text :
       {"", ":", "[", "[]", "dns.example", "192.0.2.53:", "192.0.2.53:0", "[192.0.2.53]:53", "[::1]x", "1.2.3"})
    EXPECT_FALSE(parse_server(text)) << text;
}

TEST(Values, ShowWhatWasTypedEscapedAndCut) {
  EXPECT_THAT(parse_rate("\x1b[31m").error().text, HasSubstr("\\x1B[31m"));
  EXPECT_LT(parse_number(std::string(100'000, 'x'), 0, 1).error().text.size(), 200u);
}

}  // namespace
}  // namespace atonce
