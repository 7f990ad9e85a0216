#include "atonce/model/network.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

IpAddress ip(std::string_view literal) { return parse_address(literal).value(); }

std::string read(std::string_view text) {
  const auto network = parse_network(text);
  return network ? write_network(*network) : "complaint";
}

TEST(Network, IsReadWithItsHostBitsCleared) {
  EXPECT_EQ(read("192.0.2.77/24"), "192.0.2.0/24");
  EXPECT_EQ(read("192.0.2.77/0"), "0.0.0.0/0");
  EXPECT_EQ(read("192.0.2.77/32"), "192.0.2.77/32");
  EXPECT_EQ(read("172.31.255.255/12"), "172.16.0.0/12");
  EXPECT_EQ(read("2001:db8:ffff::1/33"), "2001:db8:8000::/33");
  EXPECT_EQ(read("::1/128"), "::1/128");
}

TEST(Network, IsRefusedWhenItCannotBe) {
  for (const std::string_view text : {"", "/", "192.0.2.0", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "::/129",
                                      "192.0.2.0/24x", "192.0.2.0/24/8", "0x7f.0.0.1/8", "10/8", "name/8"})
    EXPECT_EQ(read(text), "complaint") << text;
}

TEST(Network, HoldsItsFirstAndItsLastAddressAndNoneBeside) {
  const Network twelve = *parse_network("172.16.0.0/12");
  EXPECT_TRUE(twelve.contains(ip("172.16.0.0")));
  EXPECT_TRUE(twelve.contains(ip("172.31.255.255")));
  EXPECT_FALSE(twelve.contains(ip("172.15.255.255")));
  EXPECT_FALSE(twelve.contains(ip("172.32.0.0")));
  EXPECT_EQ(twelve.last(), ip("172.31.255.255"));
}

TEST(Network, HoldsNothingOfTheOtherFamily) {
  EXPECT_FALSE(parse_network("0.0.0.0/0")->contains(ip("::1")));
  EXPECT_FALSE(parse_network("::/0")->contains(ip("0.0.0.1")));
  EXPECT_FALSE(parse_network("::/0")->contains(IpAddress::none()));
  EXPECT_TRUE(parse_network("::/0")->contains(ip("ffff::")));
}

}  // namespace
}  // namespace atonce
