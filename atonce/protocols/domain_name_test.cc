#include "atonce/protocols/domain_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace atonce {
namespace {

using namespace std::string_literals;
using testing::HasSubstr;

std::string normal(std::string_view text) {
  const auto name = normalize_name(text);
  return name ? *name : "complaint: " + name.error().text;
}

TEST(DomainName, IsLowerCaseWithoutATrailingDot) {
  EXPECT_EQ(normal("google.com"), "google.com");
  EXPECT_EQ(normal("WWW.Example.ORG."), "www.example.org");
  EXPECT_EQ(normal("localhost"), "localhost");
  EXPECT_EQ(normal("123.example"), "123.example");
}

TEST(DomainName, AllowsHyphensAndUnderscoresWhereRealHostsHaveThem) {
  for (const std::string_view name : {"-a.example", "a-.example", "a--b.example", "_dmarc.example", "my_host"})
    EXPECT_EQ(normal(name), name);
}

TEST(DomainName, TurnsInternationalNamesIntoPunycode) {
  EXPECT_EQ(normal("bücher.example"), "xn--bcher-kva.example");
  EXPECT_EQ(normal("BÜCHER.Example."), "xn--bcher-kva.example");
  EXPECT_EQ(normal("例え.テスト"), "xn--r8jz45g.xn--zckzah");
  EXPECT_EQ(normal("例え。テスト"), "xn--r8jz45g.xn--zckzah") << "ideographic full stop";
  EXPECT_EQ(normal("faß.de"), "xn--fa-hia.de") << "non-transitional: not fass.de";
  EXPECT_EQ(normal("_sip.bücher.example"), "_sip.xn--bcher-kva.example");
}

TEST(DomainName, GivesTheSameForDecomposedLetters) {
  EXPECT_EQ(normal("bu\u0308cher.example"), "xn--bcher-kva.example");
}

TEST(DomainName, LeavesPunycodeAsItIs) { EXPECT_EQ(normal("XN--BCHER-KVA.example"), "xn--bcher-kva.example"); }

TEST(DomainName, RefusesEmptyNamesAndLabels) {
  EXPECT_THAT(normal(""), HasSubstr("name is empty"));
  EXPECT_THAT(normal("."), HasSubstr("name is empty"));
  for (const std::string_view name : {".example", "a..example", "example..", ".."})
    EXPECT_THAT(normal(name), HasSubstr("empty label")) << name;
}

TEST(DomainName, AcceptsALabelOf63BytesAndRefusesOneOf64) {
  EXPECT_EQ(normal(std::string(63, 'a') + ".example"), std::string(63, 'a') + ".example");
  EXPECT_THAT(normal(std::string(64, 'a') + ".example"),
              HasSubstr("label of the name has 64 bytes, and DNS allows 63"));
  EXPECT_THAT(normal("example." + std::string(64, 'a')), HasSubstr("64 bytes"));
  EXPECT_THAT(normal(std::string(60, 'a') + "ü.example"), HasSubstr("complaint")) << "64 bytes and more in punycode";
}

TEST(DomainName, AcceptsANameOf253BytesAndRefusesOneOf254) {
  const std::string label = std::string(61, 'b') + ".";
  const std::string longest = label + label + label + label + "abcde";
  ASSERT_EQ(longest.size(), 253u);
  EXPECT_EQ(normal(longest), longest);
  EXPECT_EQ(normal(longest + "."), longest);
  EXPECT_THAT(normal(longest + "f"), HasSubstr("254 bytes, and DNS allows 253"));
  EXPECT_THAT(normal(std::string(1 << 20, 'a')), HasSubstr("1048576 bytes"));
  EXPECT_THAT(normal("ü" + std::string(1 << 20, 'a')), HasSubstr("1048578 bytes"));
}

TEST(DomainName, RefusesBytesThatNoHostNameHas) {
  EXPECT_THAT(normal("a\0b"s), HasSubstr("NUL byte"));
  EXPECT_THAT(normal("ü\0b"s), HasSubstr("NUL byte"));
  EXPECT_THAT(normal("a\x1b[31m"), HasSubstr("control byte 0x1B"));
  EXPECT_THAT(normal("ü\x1b[31m"), HasSubstr("control byte 0x1B"));
  EXPECT_THAT(normal("a b"), HasSubstr("a space"));
  EXPECT_THAT(normal("a\tb"), HasSubstr("a tab"));
  EXPECT_THAT(normal("a\\b"), HasSubstr("a backslash"));
  EXPECT_THAT(normal("*.example"), HasSubstr("'*' cannot stand"));
  EXPECT_THAT(normal("a/b"), HasSubstr("'/' cannot stand"));
  EXPECT_THAT(normal("ü/b"), HasSubstr("complaint"));
}

TEST(DomainName, RefusesBytesThatAreNotUtf8) {
  EXPECT_THAT(normal("caf\xe9.example"), HasSubstr("no ASCII form"));
  EXPECT_THAT(normal("\xff\xfe"), HasSubstr("no ASCII form"));
}

}  // namespace
}  // namespace atonce
