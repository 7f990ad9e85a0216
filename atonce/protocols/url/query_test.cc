#include "atonce/protocols/url/query.h"

#include <gmock/gmock.h>

namespace atonce {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(PercentEncode, OnlyUnreservedBytesStay) {
  EXPECT_EQ(percent_encode("azAZ09-._~"), "azAZ09-._~");
  EXPECT_EQ(percent_encode(" /?#@%+&=\xC3\xBC"), "%20%2F%3F%23%40%25%2B%26%3D%C3%BC");
  EXPECT_EQ(percent_encode(std::string_view("\0", 1)), "%00");
}

TEST(PercentDecode, ReadsBackEveryByte) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
}

TEST(PercentDecode, WhatIsNoEscapeStays) {
  EXPECT_EQ(percent_decode("100%"), "100%");
  EXPECT_EQ(percent_decode("%4"), "%4");
  EXPECT_EQ(percent_decode("%zz%4g%%41"), "%zz%4g%A");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
}

TEST(Form, WritesAndReadsBackAnyPairs) {
  const NameValues pairs{{"a", "1 2"}, {"b&=", "+%"}, {"c", ""}};
  EXPECT_EQ(write_form(pairs), "a=1+2&b%26%3D=%2B%25&c=");
  EXPECT_EQ(write_query(pairs), "a=1%202&b%26%3D=%2B%25&c=");
  EXPECT_EQ(parse_form(write_form(pairs)), pairs);
  EXPECT_EQ(parse_form(write_query(pairs)), pairs);
}

TEST(Form, AnyTextIsRead) {
  EXPECT_THAT(parse_form(""), IsEmpty());
  EXPECT_THAT(parse_form("&&a&=b&c=d=e&"), ElementsAre(Pair("a", ""), Pair("", "b"), Pair("c", "d=e")));
}

TEST(AppendQuery, GoesBehindWhatIsThere) {
  const NameValues pairs{{"q", "a b"}};
  Url url = parse_url("http://example.com/").value();
  append_query(url, {});
  EXPECT_EQ(request_target(url), "/");
  append_query(url, pairs);
  EXPECT_EQ(request_target(url), "/?q=a%20b");
  append_query(url, pairs);
  EXPECT_EQ(request_target(url), "/?q=a%20b&q=a%20b");
}

}  // namespace
}  // namespace atonce
