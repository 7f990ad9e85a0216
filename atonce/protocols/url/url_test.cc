#include "atonce/protocols/url/url.h"

#include <gmock/gmock.h>

namespace atonce {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string normal(std::string_view text, std::optional<Scheme> assumed = std::nullopt) {
  const Parsed<Url> url = parse_url(text, assumed);
  return url ? write_url(*url, Userinfo::shown) : "refused: " + url.error().text;
}

std::string host_of(std::string_view text) {
  const Parsed<Url> url = parse_url(text);
  return url ? url->host : "refused: " + url.error().text;
}

TEST(ParseUrl, TakesAUrlApart) {
  const Url url = parse_url("HTTP://Ann%40x:s%3Ap@Example.COM.:8080/a/b?c=d#e").value();
  EXPECT_EQ(url.scheme, Scheme::http);
  EXPECT_EQ(url.user, "Ann@x");
  EXPECT_EQ(url.password, "s:p");
  EXPECT_EQ(url.host, "example.com");
  EXPECT_FALSE(url.address);
  EXPECT_EQ(url.port, 8080);
  EXPECT_EQ(url.path, "/a/b");
  EXPECT_EQ(url.query, "c=d");
}

TEST(ParseUrl, PathAndPortHaveDefaults) {
  EXPECT_EQ(normal("http://h"), "http://h/");
  EXPECT_EQ(normal("http://h?q"), "http://h/?q");
  EXPECT_EQ(normal("http://h#f"), "http://h/");
  EXPECT_EQ(normal("http://h:80/"), "http://h/");
  EXPECT_EQ(normal("https://h:443/"), "https://h/");
  EXPECT_EQ(normal("https://h:80/"), "https://h:80/");
  EXPECT_EQ(normal("http://h:/"), "http://h/");
  EXPECT_EQ(normal("http://h:0080/"), "http://h/");
}

TEST(ParseUrl, AnEmptyQueryIsNotNoQuery) {
  EXPECT_EQ(normal("http://h/?"), "http://h/?");
  EXPECT_NE(parse_url("http://h/?").value(), parse_url("http://h/").value());
}

TEST(ParseUrl, WithoutASchemeTheAssumedOneIsTaken) {
  EXPECT_EQ(normal("example.com", Scheme::https), "https://example.com/");
  EXPECT_EQ(normal("example.com:8080/a?b", Scheme::http), "http://example.com:8080/a?b");
  EXPECT_EQ(normal("//example.com/a", Scheme::https),
            "refused: the URL has no host; write it as in https://example.com/");
  EXPECT_EQ(normal("u:p@example.com", Scheme::https), "https://u:p@example.com/");
  EXPECT_EQ(normal("[2001:DB8::1]:8443", Scheme::https), "https://[2001:db8::1]:8443/");
  EXPECT_EQ(normal("http://h/", Scheme::https), "http://h/");
}

TEST(ParseUrl, WithoutAnySchemeItSaysHowToWriteOne) {
  EXPECT_THAT(normal("example.com"), HasSubstr("https://"));
  EXPECT_THAT(normal("example.com:80"), HasSubstr("has no scheme"));
}

TEST(ParseUrl, OtherSchemesAreNamed) {
  EXPECT_THAT(normal("ftp://h/"), HasSubstr("'ftp'"));
  EXPECT_THAT(normal("FILE:///etc/passwd"), HasSubstr("'file'"));
  EXPECT_THAT(normal("mailto:ann@example.com", Scheme::https), HasSubstr("'mailto'"));
  EXPECT_THAT(normal("javascript:alert(1)", Scheme::https), HasSubstr("'javascript'"));
  EXPECT_LT(normal(std::string(60'000, 'x') + "://h").size(), 120U);
}

TEST(ParseUrl, SlashesAreCountedAsCurlCountsThem) {
  EXPECT_EQ(normal("http:/h/x"), "http://h/x");
  EXPECT_EQ(normal("http:///h/x"), "http://h/x");
  EXPECT_THAT(normal("http:////h"), HasSubstr("two slashes"));
  EXPECT_THAT(normal("http:h"), HasSubstr("two slashes"));
  EXPECT_THAT(normal("http:h", Scheme::https), HasSubstr("two slashes"));
}

TEST(ParseUrl, VisibleCharactersStayAndTheRestIsEncoded) {
  EXPECT_EQ(normal("http://h/\"<>^`{|}[]\\?\"<>^`{|}[]\\"), "http://h/\"<>^`{|}[]\\?\"<>^`{|}[]\\");
  EXPECT_EQ(normal("http://h/b\xC3\xBC?\xFF"), "http://h/b%C3%BC?%FF");
  EXPECT_EQ(normal("http://h/%7e%7E%zz%"), "http://h/%7e%7E%zz%");
}

TEST(ParseUrl, DotSegmentsGo) {
  EXPECT_EQ(normal("http://h/a/../../b?c/../d"), "http://h/b?c/../d");
  EXPECT_EQ(normal("http://h/a//b/./c/."), "http://h/a//b/c/");
  EXPECT_EQ(normal("http://h/.."), "http://h/");
  EXPECT_EQ(normal("http://h/%2e%2e/a"), "http://h/%2e%2e/a");
  EXPECT_EQ(normal("http://h//"), "http://h//");
}

TEST(ParseUrl, SpacesAndControlBytesAreRefusedInWords) {
  EXPECT_THAT(normal("http://h/a b"), HasSubstr("%20"));
  EXPECT_THAT(normal("http://h/a\r\nX: 1"), HasSubstr("0x0D"));
  EXPECT_THAT(normal("http://h/\x7F"), HasSubstr("0x7F"));
  EXPECT_THAT(normal(std::string_view("http://h/\0", 10)), HasSubstr("0x00"));
  EXPECT_THAT(normal(""), HasSubstr("empty"));
}

TEST(ParseUrl, UserinfoIsReadAsCurlReadsIt) {
  EXPECT_EQ(parse_url("http://:p@h").value().password, "p");
  EXPECT_EQ(parse_url("http://u:p:q@h").value().password, "p:q");
  EXPECT_FALSE(parse_url("http://@h").value().has_userinfo());
  EXPECT_EQ(normal("http://u:@h"), "http://u@h/");
  EXPECT_THAT(normal("http://a@b@c/"), HasSubstr("%40"));
  EXPECT_THAT(normal("http://u%0d%0a:p@h"), HasSubstr("control bytes"));
  EXPECT_THAT(normal("http://u:%00@h"), HasSubstr("control bytes"));
}

TEST(ParseUrl, NoComplaintRepeatsAPassword) {
  for (const std::string_view text :
       {"http://u:canary/@h", "http://u:canary@", "http://u:canary@h:canary/", "http://u:canary@@h/",
        "http://u:canary\\@h", "u:canary@", "http://u:can ary@h"}) {
    EXPECT_THAT(normal(text, Scheme::https), HasSubstr("refused")) << text;
    EXPECT_THAT(normal(text, Scheme::https), Not(HasSubstr("canary"))) << text;
  }
}

TEST(ParseUrl, PortsAreNumbersFromOneTo65535) {
  EXPECT_EQ(parse_url("http://h:65535").value().port, 65535);
  for (const std::string_view text : {"http://h:0", "http://h:65536", "http://h:99999999999999999999", "http://h:8a",
                                      "http://h:-1", "http://h:+1", "http://h:80:80", "http://h: 80"})
    EXPECT_THAT(normal(text), HasSubstr("refused")) << text;
}

TEST(Host, EverySpellingOfAnIpv4AddressIsTheAddress) {
  for (const std::string_view spelling : {"127.0.0.1", "127.0.0.1.", "127.1", "127.0.1", "2130706433", "0x7f000001",
                                          "0X7F.1", "0177.0.0.01", "017700000001", "0x7f.0.0x0.1", "%31%32%37.0.0.1",
                                          "\xEF\xBC\x91\xEF\xBC\x92\xEF\xBC\x97.0.0.1",  // full-width digits
                                          "127\xE3\x80\x82"
                                          "0\xE3\x80\x82"
                                          "0\xE3\x80\x82"
                                          "1"}) {  // ideographic full stops
    EXPECT_EQ(host_of("http://" + std::string(spelling) + "/"), "127.0.0.1") << spelling;
    EXPECT_EQ(parse_url("http://" + std::string(spelling) + "/").value().address, IpAddress::v4(0x7f000001))
        << spelling;
  }
  EXPECT_EQ(host_of("http://1/"), "0.0.0.1");
  EXPECT_EQ(host_of("http://4294967295/"), "255.255.255.255");
}

TEST(Host, WhatOnlyLooksLikeAnAddressIsRefused) {
  for (const std::string_view host : {"256.1.1.1", "1.2.3.4.5", "08.1.1.1", "0x", "4294967296", "1.2.65536",
                                      "1.2.3.256", "example.1", "a.0x7f", "0x100000000", "1.0x"})
    EXPECT_THAT(host_of("http://" + std::string(host) + "/"), HasSubstr("IPv4")) << host;
}

TEST(Host, NamesWithDigitsAreNames) {
  for (const std::string_view host : {"1.example", "0x7f.example", "1e100.net", "127.0.0.1.example", "a.0x7g"})
    EXPECT_EQ(host_of("http://" + std::string(host) + "/"), host);
}

TEST(Host, Ipv6AddressesAreWrittenInOneWay) {
  EXPECT_EQ(host_of("http://[2001:DB8:0:0:0::1]/"), "2001:db8::1");
  EXPECT_EQ(host_of("http://[::FFFF:1.2.3.4]/"), "::ffff:1.2.3.4");
  EXPECT_EQ(normal("http://[::1]:8080/a"), "http://[::1]:8080/a");
  for (const std::string_view host :
       {"[::1", "::1]", "[::1%25lo]", "[]", "[127.0.0.1]", "[::g]", "[::1]x", "[v1.x]", "::1"})
    EXPECT_THAT(host_of("http://" + std::string(host) + "/"), HasSubstr("refused")) << host;
}

TEST(Host, InternationalNamesBecomeAscii) {
  EXPECT_EQ(host_of("http://B\xC3\xBC"
                    "cher.example/"),
            "xn--bcher-kva.example");
  EXPECT_EQ(host_of("http://b%C3%BCcher.example/"), "xn--bcher-kva.example");
}

TEST(Host, NaughtyHostsAreRefused) {
  for (const std::string_view host : {"",
                                      "a b",
                                      "a..b",
                                      ".",
                                      "..",
                                      "*",
                                      "a;b",
                                      "a|b",
                                      "a%2fb",
                                      "a%00b",
                                      "a%0d%0ab",
                                      "a,b",
                                      "a\\b",
                                      "good\\@evil",
                                      "$(id)",
                                      "'--",
                                      "a%",
                                      "%zz",
                                      "a%25b",
                                      "xn--a\xC3\xBC",
                                      "\xFF\xFE",
                                      "\xE2\x80\xAE"
                                      "a"})
    EXPECT_THAT(host_of("http://" + std::string(host) + "/"), HasSubstr("refused")) << host;
  EXPECT_THAT(host_of("http://" + std::string(64, 'a') + "/"), HasSubstr("label"));
}

TEST(WriteUrl, WhatIsWrittenIsReadBackAsTheSame) {
  for (const std::string_view text :
       {"http://h", "https://u:p@h:1/a?b", "http://[::1]:9/", "http://:%20%3A%40@h/%?%", "http://h/?", "http://h//a//",
        "http://0x7f.1/\xFF", "http://%E2%82%AC:\xE2\x82\xAC@h/", "http://h/a;b,c'd(e)!*?[x]=\\", "https://h:80"}) {
    const Url url = parse_url(text).value();
    EXPECT_EQ(parse_url(write_url(url, Userinfo::shown)).value(), url) << text;
    Url hidden = url;
    hidden.user.clear();
    hidden.password.clear();
    EXPECT_EQ(parse_url(write_url(url)).value(), hidden) << text;
  }
}

TEST(WriteUrl, KeepsUserAndPasswordBackUnlessAsked) {
  const Url url = parse_url("http://ann:canary@h/").value();
  EXPECT_EQ(write_url(url), "http://h/");
  EXPECT_EQ(write_url(url, Userinfo::shown), "http://ann:canary@h/");
}

TEST(Origin, IsSchemeHostAndPort) {
  const auto same = [](std::string_view a, std::string_view b) {
    return same_origin(parse_url(a).value(), parse_url(b).value());
  };
  EXPECT_TRUE(same("http://H/a", "http://u@h:80/b?c"));
  EXPECT_TRUE(same("http://127.0.0.1/", "http://2130706433/"));
  EXPECT_FALSE(same("http://h/", "https://h/"));
  EXPECT_FALSE(same("http://h/", "http://h:8080/"));
  EXPECT_FALSE(same("http://h/", "http://h.example/"));
}

TEST(Wire, TargetAndHostAreWhatTheFieldsWant) {
  const Url url = parse_url("https://u:p@h:8443/a?b#c").value();
  EXPECT_EQ(request_target(url), "/a?b");
  EXPECT_EQ(host_field(url), "h:8443");
  EXPECT_EQ(host_and_port(parse_url("https://h/").value()), "h:443");
  EXPECT_EQ(host_field(parse_url("https://h/").value()), "h");
  EXPECT_EQ(host_field(parse_url("http://[::1]:80/").value()), "[::1]");
  EXPECT_EQ(host_and_port(parse_url("http://[::1]/").value()), "[::1]:80");
}

TEST(Wire, PathAndQueryAreTakenFromWhatWasWritten) {
  for (const std::string_view text :
       {"https://h", "http://u:p@h:81/a/b?c=%20d?e", "https://[::1]/?", "http://h/a%3f"}) {
    const Url url = parse_url(text).value();
    Url taken{.scheme = url.scheme};
    take_written_path(taken, write_url(url));
    EXPECT_EQ(taken.path, url.path);
    EXPECT_EQ(taken.query, url.query);
  }
}

TEST(ParseUrl, LengthHasACap) {
  const std::string start = "http://h/";
  EXPECT_TRUE(parse_url(start + std::string(url_bytes_max - start.size(), 'a')));
  EXPECT_THAT(normal(start + std::string(url_bytes_max - start.size() + 1, 'a')), HasSubstr("at most 65536"));
  EXPECT_THAT(normal(start + std::string(url_bytes_max / 2, '\xFF')), HasSubstr("once it is encoded"));
}

}  // namespace
}  // namespace atonce
