#include "atonce/world/web_fate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "atonce/world/names.h"
#include "atonce/world/truth.h"
#include "atonce/world/world_site.h"

namespace atonce {
namespace {

WorldSpec world(const char* text) {
  WorldSpec spec = parse_world_spec(text).value();
  spec.ports = {80, 443};
  return spec;
}

/// The first name of a world with this fate of the web.
std::string name_with(const WorldSpec& spec, WebFate fate) {
  for (std::uint64_t rank = 1;; ++rank)
    if (const std::string name = world_name(1, rank); web_fate_of(spec, name) == fate) return name;
}

TEST(WebFate, SharesOf100000NamesMatchTheirTable) {
  constexpr double names = 100'000;
  const WorldSpec spec = world("calm");
  std::array<int, all_web_fates.size()> seen{};
  for (std::uint64_t rank = 1; rank <= 100'000; ++rank)
    ++seen[static_cast<std::size_t>(web_fate_of(spec, world_name(3, rank)))];
  for (const WebFateRow& row : all_web_fates) {
    const double share = row.share / 10'000.0;
    // Five standard deviations of a binomial count.
    EXPECT_NEAR(seen[static_cast<std::size_t>(row.fate)], share * names,
                5 * std::sqrt(names * share * (1 - share)) + 0.5)
        << row.name;
  }
}

TEST(WebFate, IsTheSameHoweverTheNameIsWritten) {
  const WorldSpec spec = world("calm");
  const std::string name = name_with(spec, WebFate::missing);
  std::string upper = name + ".";
  for (char& letter : upper) letter = static_cast<char>(std::toupper(letter));
  EXPECT_EQ(web_fate_of(spec, upper), WebFate::missing);
  EXPECT_EQ(web_fate_of(world("calm,seed=2"), name) == WebFate::missing &&
                web_fate_of(world("calm,seed=3"), name) == WebFate::missing,
            false);
}

TEST(WebFate, IsAPageForEveryNameOfAPlainWeb) {
  for (std::uint64_t rank = 1; rank <= 1'000; ++rank)
    EXPECT_EQ(web_fate_of(world("open"), world_name(1, rank)), WebFate::page);
  EXPECT_EQ(world("open").web, WebKind::plain);
  EXPECT_EQ(world("far-open").web, WebKind::off);
  EXPECT_EQ(world("far-open,web=varied").web, WebKind::varied);
  EXPECT_EQ(world("calm,rtt=10ms").web, WebKind::off);
  EXPECT_EQ(parse_world_spec(write_world_spec(world("far-open,web=plain")))->web, WebKind::plain);
  EXPECT_EQ(parse_world_spec(write_world_spec(world("calm,web=off")))->web, WebKind::off);
  EXPECT_FALSE(parse_world_spec("calm,web=wide"));
}

TEST(WebFate, IsWhatTheSiteAnswers) {
  const WorldSpec spec = world("calm");
  for (const WebFateRow& row : all_web_fates) {
    const std::string name = name_with(spec, row.fate);
    const WebResponse response = answer_world_request(spec, {.target = "/any/page?x", .host = name + ":443"});
    if (row.status != 0 && response.raw == WebRaw::no) EXPECT_EQ(response.status, row.status) << row.name;
    EXPECT_EQ(response.raw != WebRaw::no, row.verdict != Verdict::ok && row.fate < WebFate::cert_expired) << row.name;
    EXPECT_EQ(answer_world_request(spec, {.target = "/get", .host = name}).status, 200) << row.name;
    EXPECT_EQ(answer_world_request(spec, {.target = "/welcome", .host = name}).status, 200) << row.name;
  }
  const std::string page = answer_world_request(spec, {.host = name_with(spec, WebFate::page)}).body;
  EXPECT_NE(page.find("<title>" + name_with(spec, WebFate::page) + "</title>"), page.npos);
}

TEST(WebFate, OfACertificateShowsOverTlsAlone) {
  const WorldSpec spec = world("calm");
  const std::string name = name_with(spec, WebFate::cert_expired);
  EXPECT_EQ(web_truth_of(spec, name, "/", true).verdict, Verdict::cert_expired);
  EXPECT_EQ(web_truth_of(spec, name, "/get", true).verdict, Verdict::cert_expired);
  EXPECT_EQ(web_truth_of(spec, name, "/", false).status, 200);
}

TEST(WebFate, ChoosesACertificateForEachName) {
  const WorldSpec spec = world("calm");
  const Authority authority = Authority::make().value();
  const CredentialsChooser choose = choose_in_world(spec, authority).value();
  for (const WebFate fate : {WebFate::page, WebFate::cert_expired, WebFate::cert_name, WebFate::cert_untrusted})
    EXPECT_TRUE(choose(name_with(spec, fate)));
  EXPECT_FALSE(choose(""));
}

TEST(FetchTruth, SaysWhichStatusIsRight) {
  const WorldSpec spec = world("open,web=varied");
  const auto row = [&](std::string host, std::string path) {
    Target target{.line = 7, .input = "x", .host = host, .port = 80};
    target.url = "http://" + host + path;
    return write_fetch_truth_row(spec, target);
  };
  EXPECT_EQ(row(name_with(spec, WebFate::moved), "/"),
            "{\"line\":7,\"input\":\"x\",\"url\":\"http://" + name_with(spec, WebFate::moved) +
                "/\",\"verdict\":\"ok\",\"status_code\":301,\"final_status_code\":200}\n");
  const std::string page = name_with(spec, WebFate::page);
  EXPECT_NE(row(page, "/status/418").find("\"status_code\":418"), std::string::npos);
  EXPECT_NE(row(page, "/hostile/short-body").find("\"verdict\":\"partial\",\"status_code\":null"), std::string::npos);
  EXPECT_NE(row(name_with(spec, WebFate::empty_reply), "/").find("\"verdict\":\"empty_reply\""), std::string::npos);
}

TEST(FetchTruth, OfAHostThatIsNotOpenIsThatOfAProbe) {
  const WorldSpec spec = world("refused");
  Target target{.line = 1, .input = "x", .host = "example.com", .port = 443};
  target.url = "https://example.com/";
  EXPECT_EQ(fetch_truth_of(spec, target).verdict, Verdict::closed);
  EXPECT_EQ(fetch_truth_of(spec, target).status, 0);
}

}  // namespace
}  // namespace atonce
