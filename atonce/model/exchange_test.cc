#include "atonce/model/exchange.h"

#include <gtest/gtest.h>

#include "atonce/model/exchange_codec.h"
#include "atonce/model/sample_exchange.h"

namespace atonce {
namespace {

/// More than is kept, in every field.
Exchange endless_exchange() {
  Exchange exchange = sample_exchange();
  const std::string much(10'000, 'x');
  TlsFacts& tls = exchange.tls.own();
  for (std::string* text :
       {&exchange.method, &exchange.url, &exchange.reason, &exchange.content_type, &exchange.content_encoding,
        &exchange.detail, &exchange.hash, &exchange.title, &exchange.saved_as, &tls.version, &tls.cipher, &tls.alpn,
        &tls.subject, &tls.issuer, &tls.verify_text})
    *text = much;
  exchange.redirects.assign(1'000, {301, much});
  tls.names.assign(10'000, much.substr(0, 300));
  return exchange;
}

std::string written(const Exchange& exchange) {
  std::string bytes;
  write_exchange(exchange, bytes);
  return bytes;
}

TEST(Exchange, NamesOfVersionsReadBack) {
  for (const HttpVersion version :
       {HttpVersion::unknown, HttpVersion::http09, HttpVersion::http10, HttpVersion::http11, HttpVersion::http2})
    EXPECT_EQ(parse_http_version(name_of(version)), version);
  EXPECT_EQ(name_of(HttpVersion::http11), "HTTP/1.1");
  EXPECT_EQ(parse_http_version("HTTP/3"), HttpVersion::unknown);
}

TEST(Exchange, WithinItsCapsStaysAsItIs) {
  Exchange exchange = sample_exchange();
  bound(exchange);
  EXPECT_EQ(exchange, sample_exchange());
}

TEST(Exchange, KeepsNoMoreThanItsCapsAndTellsWhatWasCut) {
  Exchange exchange = endless_exchange();
  bound(exchange);
  EXPECT_EQ(exchange.url.size(), ExchangeCaps::url);
  EXPECT_EQ(exchange.redirects.size(), ExchangeCaps::redirect_bytes / ExchangeCaps::url);
  EXPECT_EQ(exchange.redirects_cut + exchange.redirects.size(), 1'003u);
  EXPECT_EQ(exchange.tls->names.size(), TlsFacts::names_max);
  EXPECT_EQ(exchange.tls->names_total, 10'000u);
  Exchange again = exchange;
  bound(again);
  EXPECT_EQ(again, exchange);
}

TEST(Exchange, IsCutBetweenCharacters) {
  Exchange exchange;
  exchange.title = std::string(ExchangeCaps::sentence - 1, 'x') + "\u20ac";
  bound(exchange);
  EXPECT_EQ(exchange.title, std::string(ExchangeCaps::sentence - 1, 'x'));
}

TEST(Exchange, ShowsNobodysUserinfo) {
  EXPECT_EQ(hide_userinfo("https://me:secret@example.org/a@b?c@d"), "https://***@example.org/a@b?c@d");
  EXPECT_EQ(hide_userinfo("me:sec@ret@example.org"), "***@example.org");
  EXPECT_EQ(hide_userinfo("//me@example.org\\x"), "//***@example.org\\x");
  EXPECT_EQ(hide_userinfo("https://example.org/a@b"), "https://example.org/a@b");
  EXPECT_EQ(hide_userinfo("example.org?next=https://me@x"), "example.org?next=https://me@x");
  EXPECT_TRUE(has_userinfo("https://me@example.org"));
  EXPECT_FALSE(has_userinfo("https://***@example.org"));
  EXPECT_FALSE(has_userinfo("https://example.org/@"));
  Exchange exchange{.url = "http://a:b@h/", .redirects = {{301, "http://c@h/"}}};
  bound(exchange);
  EXPECT_EQ(exchange.url, "http://***@h/");
  EXPECT_EQ(exchange.redirects[0].url, "http://***@h/");
}

TEST(ExchangeCodec, ReadsBackWhatItWrote) {
  for (const Exchange& exchange : {sample_exchange(), Exchange{}}) {
    const std::string bytes = written(exchange) + "behind";
    std::string_view rest = bytes;
    Exchange back = sample_exchange();
    ASSERT_TRUE(read_exchange(rest, back));
    EXPECT_EQ(back, exchange);
    EXPECT_EQ(rest, "behind");
  }
}

TEST(ExchangeCodec, LeavesOutAKnownUrl) {
  std::string bytes;
  write_exchange(sample_exchange(), bytes, true);
  std::string_view rest = bytes;
  Exchange back;
  ASSERT_TRUE(read_exchange(rest, back));
  EXPECT_EQ(back.url, "");
  EXPECT_EQ(back.saved_as, sample_exchange().saved_as);
}

TEST(ExchangeCodec, WritesNoMoreThanIsKept) {
  Exchange bounded = endless_exchange();
  bound(bounded);
  const std::string bytes = written(endless_exchange());
  EXPECT_LE(bytes.size(), exchange_bytes_max);
  std::string_view rest = bytes;
  Exchange back;
  ASSERT_TRUE(read_exchange(rest, back));
  bounded.tls.own().names_total = back.tls->names_total;  // What `bound` counts anew.
  EXPECT_EQ(back, bounded);
}

TEST(ExchangeCodec, RefusesEveryPrefix) {
  const std::string bytes = written(sample_exchange());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string_view rest = std::string_view(bytes).substr(0, size);
    Exchange back;
    EXPECT_FALSE(read_exchange(rest, back)) << size;
  }
}

TEST(ExchangeCodec, ReadsAnyDamagedByteWithinTheCaps) {
  const std::string bytes = written(sample_exchange());
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const int value : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(value);
      std::string_view rest = damaged;
      Exchange back;
      if (!read_exchange(rest, back)) continue;
      EXPECT_LE(back.redirects.size(), ExchangeCaps::redirects);
      EXPECT_LE(written(back).size(), exchange_bytes_max);
    }
}

}  // namespace
}  // namespace atonce
