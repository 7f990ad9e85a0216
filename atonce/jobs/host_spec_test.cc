#include "atonce/jobs/host_spec.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atonce {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

/// "name", or "first x count", then ":port" if the cell has one of its own.
std::string spec(std::string_view cell) {
  const auto hosts = parse_host_spec(cell);
  if (!hosts) return "complaint: " + hosts.error().text;
  std::string text =
      hosts->addresses ? fmt::format("{} x {}", write_address(hosts->first), hosts->addresses) : hosts->name;
  if (hosts->port != 0) text += fmt::format(" :{}", hosts->port);
  return text;
}

TEST(HostSpec, ReadsNames) {
  EXPECT_EQ(spec("google.com"), "google.com");
  EXPECT_EQ(spec("Bücher.Example."), "xn--bcher-kva.example");
  EXPECT_EQ(spec("192.0.2.1-static.example"), "192.0.2.1-static.example");
  EXPECT_EQ(spec("3com.com"), "3com.com");
}

TEST(HostSpec, ReadsAddresses) {
  EXPECT_EQ(spec("192.0.2.1"), "192.0.2.1 x 1");
  EXPECT_EQ(spec("192.0.2.1."), "192.0.2.1 x 1");
  EXPECT_EQ(spec("2001:DB8::1"), "2001:db8::1 x 1");
  EXPECT_EQ(spec("::ffff:192.0.2.1"), "::ffff:192.0.2.1 x 1");
  EXPECT_EQ(spec("[::1]"), "::1 x 1");
}

TEST(HostSpec, ReadsAPortOfItsOwn) {
  EXPECT_EQ(spec("google.com:8443"), "google.com :8443");
  EXPECT_EQ(spec("192.0.2.1:1"), "192.0.2.1 x 1 :1");
  EXPECT_EQ(spec("[2001:db8::1]:65535"), "2001:db8::1 x 1 :65535");
  EXPECT_EQ(spec("192.0.2.0/30:80"), "192.0.2.0 x 4 :80");
}

TEST(HostSpec, RefusesBadPorts) {
  for (const std::string_view cell : {"a.example:", "a.example:0", "a.example:65536", "a.example:99999999999",
                                      "a.example:http", "a.example:-1", "a.example:+80", "[::1]:", "[::1]:x"})
    EXPECT_THAT(spec(cell), HasSubstr("not a number from 1 to 65535")) << cell;
}

TEST(HostSpec, ReadsPrefixesWithTheirFirstAndLastAddress) {
  EXPECT_EQ(spec("192.0.2.0/24"), "192.0.2.0 x 256");
  EXPECT_EQ(spec("192.0.2.77/24"), "192.0.2.0 x 256") << "host bits are cleared";
  EXPECT_EQ(spec("192.0.2.77/32"), "192.0.2.77 x 1");
  EXPECT_EQ(spec("192.0.2.129/25"), "192.0.2.128 x 128");
  EXPECT_EQ(spec("1.2.3.4/0"), "0.0.0.0 x 4294967296");
  EXPECT_EQ(spec("2001:db8::ffff/120"), "2001:db8::ff00 x 256");
  EXPECT_EQ(spec("2001:db8::/96"), "2001:db8:: x 4294967296");
}

TEST(HostSpec, RefusesPrefixesThatCannotBe) {
  EXPECT_THAT(spec("2001:db8::/95"), HasSubstr("must be /96 or longer"));
  EXPECT_THAT(spec("192.0.2.0/33"), HasSubstr("from 0 to 32"));
  EXPECT_THAT(spec("2001:db8::/129"), HasSubstr("from 0 to 128"));
  EXPECT_THAT(spec("192.0.2.0/"), HasSubstr("from 0 to 32"));
  EXPECT_THAT(spec("192.0.2.0/24/8"), HasSubstr("from 0 to 32"));
  EXPECT_THAT(spec("example.org/path"), HasSubstr("https://host/path"));
}

TEST(HostSpec, ReadsRanges) {
  EXPECT_EQ(spec("192.0.2.1-192.0.2.50"), "192.0.2.1 x 50");
  EXPECT_EQ(spec("192.0.2.1-50"), "192.0.2.1 x 50");
  EXPECT_EQ(spec("192.0.2.1-1"), "192.0.2.1 x 1");
  EXPECT_EQ(spec("192.0.2.255-192.0.3.0"), "192.0.2.255 x 2");
  EXPECT_EQ(spec("0.0.0.0-255.255.255.255"), "0.0.0.0 x 4294967296");
  EXPECT_EQ(spec("2001:db8::ffff:ffff:ffff:ffff-2001:db8:0:1::"), "2001:db8::ffff:ffff:ffff:ffff x 2");
}

TEST(HostSpec, RefusesRangesThatCannotBe) {
  EXPECT_THAT(spec("192.0.2.9-192.0.2.1"), HasSubstr("runs backwards"));
  EXPECT_THAT(spec("192.0.2.9-1"), HasSubstr("runs backwards"));
  EXPECT_THAT(spec("192.0.2.1-"), HasSubstr("does not end in an address"));
  EXPECT_THAT(spec("192.0.2.1-256"), HasSubstr("does not end in an address"));
  EXPECT_THAT(spec("2001:db8::1-50"), HasSubstr("does not end in an address"));
  EXPECT_THAT(spec("::-ffff::"), HasSubstr("more than 2^32"));
  EXPECT_THAT(spec("::-::1:0:0"), HasSubstr("more than 2^32"));
  EXPECT_THAT(spec("1::-1:0:0:1::"), HasSubstr("more than 2^32"));
}

TEST(HostSpec, TakesHostAndPortFromAUrl) {
  EXPECT_EQ(spec("https://example.org/path?q#f"), "example.org :443");
  EXPECT_EQ(spec("HTTP://Example.org"), "example.org :80");
  EXPECT_EQ(spec("https://example.org:8443/"), "example.org :8443");
  EXPECT_EQ(spec("https://example.org:/"), "example.org :443");
  EXPECT_EQ(spec("https://me:secret@example.org/a@b"), "example.org :443");
  EXPECT_EQ(spec("https://[::1]:4433/"), "::1 x 1 :4433");
  EXPECT_EQ(spec("https://[::1]/"), "::1 x 1 :443");
  EXPECT_EQ(spec("gopher://example.org:70/1"), "example.org :70");
  EXPECT_THAT(spec("gopher://example.org/1"), HasSubstr("write host:port"));
  EXPECT_THAT(spec("https:///path"), HasSubstr("name is empty"));
}

TEST(HostSpec, RefusesWhatOnlyLooksLikeAnAddress) {
  for (const std::string_view cell : {"256.1.1.1", "1.2.3", "12345", "010.0.0.1", "1.2.3.4.5", "host.1"})
    EXPECT_THAT(spec(cell), HasSubstr("looks like an IPv4 address and is not one")) << cell;
  EXPECT_THAT(spec("2001:db8::1::2"), HasSubstr("not an IPv6 address"));
  EXPECT_THAT(spec("fe80::1%eth0"), HasSubstr("not an IPv6 address"));
  EXPECT_THAT(spec("a:b:c"), HasSubstr("not an IPv6 address"));
  EXPECT_THAT(spec("[192.0.2.1]:80"), HasSubstr("not an IPv6 address"));
  EXPECT_THAT(spec("[::1"), HasSubstr("not closed"));
  EXPECT_THAT(spec("[::1]80"), HasSubstr("only a colon and a port"));
}

TEST(HostSpec, NoSpellingOfAnAddressBecomesAName) {
  // A browser reads all of these as 127.0.0.1 (WHATWG URL); a name that looks so would pass every guard for addresses.
  for (const std::string_view cell : {"2130706433", "017700000001", "0177.0.0.1", "127.1", "127.0.1", "0127.0.0.1",
                                      "127.0.0.01", "0300.0250.0.1", "127.0.0.1.1", "1.2.3.4294967296"})
    EXPECT_THAT(spec(cell), HasSubstr("complaint")) << cell;
  for (const std::string_view cell : {"0x7f000001", "0x7f.0.0.1", "0x7F.1", "127.0.0.0x1", "0X7F000001.", "0x"})
    EXPECT_THAT(spec(cell), HasSubstr("complaint")) << cell;
  EXPECT_EQ(spec("\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1"), "127.0.0.1 x 1") << "full-width digits";
  EXPECT_EQ(spec("127\xE3\x80\x82"
                 "0.0.1"),
            "127.0.0.1 x 1")
      << "an ideographic full stop";
  EXPECT_EQ(spec("::ffff:7f00:1"), "::ffff:127.0.0.1 x 1");
  EXPECT_EQ(spec("http://0x7f.example/"), "0x7f.example :80") << "a top-level domain makes it a name";
}

TEST(HostSpec, RefusesTheEmptyCellAndBytesThatNoNameHas) {
  EXPECT_THAT(spec(""), HasSubstr("name is empty"));
  EXPECT_THAT(spec("a\0b.example"s), HasSubstr("NUL"));
  EXPECT_THAT(spec("a b.example"), HasSubstr("space"));
  EXPECT_THAT(spec("user@example.org"), HasSubstr("'@' cannot stand"));
}

TEST(HostSpec, CountsAddressesAcrossBytes) {
  EXPECT_EQ(write_address(address_after(*parse_address("10.0.255.255"), 1)), "10.1.0.0");
  EXPECT_EQ(write_address(address_after(*parse_address("0.0.0.0"), 0xFFFFFFFF)), "255.255.255.255");
  EXPECT_EQ(write_address(address_after(*parse_address("2001:db8::ffff:ffff"), 1)), "2001:db8::1:0:0");
}

}  // namespace
}  // namespace atonce
