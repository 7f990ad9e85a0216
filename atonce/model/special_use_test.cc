#include "atonce/model/special_use.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

IpAddress ip(std::string_view literal) { return parse_address(literal).value(); }

std::string_view use_of(std::string_view literal) {
  const SpecialUse* use = special_use_of(ip(literal));
  return use == nullptr ? "ordinary" : use->name;
}

IpAddress beside(IpAddress address, int step) {
  for (std::size_t i = address.family == Family::v4 ? 4 : 16; i-- > 0;) {
    address.bytes[i] = static_cast<std::uint8_t>(address.bytes[i] + step);
    if (address.bytes[i] != (step > 0 ? 0 : 255)) break;
  }
  return address;
}

/// The row that a plain search for the longest prefix finds.
const SpecialUse* longest_row(const IpAddress& address) {
  const SpecialUse* found = nullptr;
  for (const SpecialUse& row : all_special_uses())
    if (row.network.contains(address) && (found == nullptr || row.network.prefix > found->network.prefix)) found = &row;
  return found != nullptr && found->reachable ? nullptr : found;
}

TEST(SpecialUse, EveryRangeIsKnownFromItsFirstToItsLastAddressAndNotBeyond) {
  for (const SpecialUse& row : all_special_uses()) {
    const IpAddress first = row.network.address;
    const IpAddress last = row.network.last();
    for (const IpAddress& address : {first, last, beside(first, -1), beside(last, 1)})
      EXPECT_EQ(special_use_of(address), longest_row(address)) << row.name << ' ' << write_address(address);
  }
}

TEST(SpecialUse, NamesThePlacesThatANameMustNotLeadTo) {
  EXPECT_EQ(use_of("0.0.0.0"), "this network");
  EXPECT_EQ(use_of("10.1.2.3"), "private use");
  EXPECT_EQ(use_of("100.127.255.255"), "shared address space of providers");
  EXPECT_EQ(use_of("127.0.0.53"), "loopback");
  EXPECT_EQ(use_of("169.254.169.254"), "link-local");
  EXPECT_EQ(use_of("172.31.0.1"), "private use");
  EXPECT_EQ(use_of("192.168.1.1"), "private use");
  EXPECT_EQ(use_of("198.19.0.1"), "benchmarking");
  EXPECT_EQ(use_of("239.255.255.255"), "multicast");
  EXPECT_EQ(use_of("255.255.255.255"), "broadcast");
  EXPECT_EQ(use_of("::"), "unspecified");
  EXPECT_EQ(use_of("::1"), "loopback");
  EXPECT_EQ(use_of("fd00::1"), "unique-local");
  EXPECT_EQ(use_of("fe80::1"), "link-local");
  EXPECT_EQ(use_of("ff02::1"), "multicast");
  EXPECT_EQ(use_of("3fff:fff::1"), "documentation");
}

TEST(SpecialUse, OrdinaryHostsAreLeftAlone) {
  for (const std::string_view literal :
       {"1.1.1.1", "8.8.8.8", "9.255.255.255", "100.63.255.255", "100.128.0.0", "172.32.0.1", "192.0.1.0", "192.0.0.9",
        "192.31.196.1", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2001:200::1", "2001:4860:4860::8888",
        "2620:4f:8000::1", "2a00::1", "3fff:1000::1"})
    EXPECT_EQ(use_of(literal), "ordinary") << literal;
}

TEST(SpecialUse, AnAddressThatLeadsToAnotherIsJudgedByThatOne) {
  EXPECT_EQ(use_of("::ffff:127.0.0.1"), "loopback");
  EXPECT_EQ(use_of("::ffff:8.8.8.8"), "ordinary");
  EXPECT_EQ(use_of("64:ff9b::192.168.0.1"), "private use");
  EXPECT_EQ(use_of("64:ff9b::8.8.8.8"), "ordinary");
  EXPECT_EQ(use_of("2002:a00:1::1"), "private use");
  EXPECT_EQ(use_of("2002:808:808::1"), "ordinary");
}

TEST(SpecialUse, ALocalTranslatorsAddressIsJudgedByEveryReading) {
  EXPECT_EQ(use_of("64:ff9b:1::8.8.8.8"), "ordinary") << "/96";
  EXPECT_EQ(use_of("64:ff9b:1::10.0.0.1"), "private use") << "/96";
  EXPECT_EQ(use_of("64:ff9b:1:808:8:800::"), "ordinary") << "/48: 8.8, a zero, 8.8";
  EXPECT_EQ(use_of("64:ff9b:1:a00:0:100::"), "private use") << "/48";
  EXPECT_EQ(use_of("64:ff9b:1:000a:0000:0100::"), "private use") << "/56";
  EXPECT_EQ(use_of("64:ff9b:1:0:7f:0:100:0"), "loopback") << "/64";
  EXPECT_EQ(use_of("64:ff9b:1:a00:0:100:808:808"), "private use") << "one reading is enough";
  EXPECT_EQ(use_of("64:ff9b:1::"), "this network");
}

TEST(SpecialUse, OnlyTheBytesOfAFamilyCount) {
  EXPECT_EQ(special_use_of(IpAddress::none()), nullptr);
  EXPECT_EQ(use_of("a00::"), "ordinary") << "10/8 is a range of the other family";
}

}  // namespace
}  // namespace atonce
