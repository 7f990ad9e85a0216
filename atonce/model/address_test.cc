#include "atonce/model/address.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

TEST(Address, ReadsAndWritesBothFamilies) {
  for (const char* text : {"192.0.2.1", "127.0.0.1", "2001:db8::1", "::1", "::ffff:192.0.2.1"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(write_address(*address), text);
  }
}

TEST(Address, RefusesWhatIsNotALiteral) {
  for (const std::string_view text :
       {"", "1.2.3", "0x7f.1", "010.0.0.1", "256.1.1.1", "1.2.3.4 ", "fe80::1%eth0", ":::"})
    EXPECT_FALSE(parse_address(text)) << text;
  EXPECT_FALSE(parse_address(std::string_view("1.2.3.4\0", 8)));
  EXPECT_FALSE(parse_address(std::string(1000, '1')));
}

TEST(Address, PutsIpv6InBracketsBeforeAPort) {
  EXPECT_EQ(write_endpoint({*parse_address("::1"), 443}), "[::1]:443");
  EXPECT_EQ(write_endpoint({*parse_address("127.0.0.1"), 80}), "127.0.0.1:80");
}

TEST(Address, IsWrittenBehindOtherText) {
  std::string text = "at ";
  for (const char* address : {"0.9.10.99", "100.255.0.1", "2001:db8::1"}) append_address(text, *parse_address(address));
  append_address(text, IpAddress::none());
  EXPECT_EQ(text, "at 0.9.10.99100.255.0.12001:db8::1");
}

TEST(Address, KnowsItsNumberInHostOrder) {
  EXPECT_EQ(IpAddress::v4(0x7f000001).v4_host_order(), 0x7f000001u);
  EXPECT_EQ(write_address(IpAddress::v4(0x7f000001)), "127.0.0.1");
  EXPECT_TRUE(IpAddress::v4(0x7f010203).is_loopback());
}

}  // namespace
}  // namespace atonce
