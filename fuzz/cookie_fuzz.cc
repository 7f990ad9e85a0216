// What servers set as cookies: a line each, from URLs that are related to each other; whatever comes, the jar stays
// within its caps and what it sends is one clean field.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "atonce/protocols/cookies/jar.h"

namespace {

using namespace atonce;

constexpr std::int64_t now_s = 1'800'000'000;
constexpr CookieLimits limits{.per_domain_max = 4, .per_jar_max = 6, .sent_max = 3, .field_bytes_max = 100};

void require(bool holds) {
  if (!holds) std::abort();
}

struct World {
  PublicSuffixes suffixes = PublicSuffixes::system();
  std::array<Url, 6> urls{
      parse_url("https://example.com/").value(),      parse_url("http://a.example.com/x/y").value(),
      parse_url("https://b.a.example.com/x").value(), parse_url("http://127.0.0.1/").value(),
      parse_url("https://ann.github.io/y/z").value(), parse_url("http://localhost/x/").value(),
  };
};

void check_sent(CookieJar& jar, const Url& url) {
  const std::string field = jar.cookie_header(url, now_s);
  require(field.size() <= limits.field_bytes_max);
  require(field.find_first_of(std::string_view("\r\n\0", 3)) == field.npos);
  require(read_cookie_field(field).size() <= limits.sent_max);
  require(parse_cookies(field).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const World world;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  std::string_view text = all;
  CookieJar jar{world.suffixes, limits};
  while (text.size() > 1) {
    const Url& from = world.urls[static_cast<std::uint8_t>(text[0]) % world.urls.size()];
    const std::size_t end = std::min(text.find('\n'), text.size());
    jar.store(from, text.substr(1, std::max<std::size_t>(end, 1) - 1), now_s);
    text.remove_prefix(std::min(end + 1, text.size()));
    require(jar.size() <= limits.per_jar_max && jar.cookies().size() == jar.size());
  }
  for (const Url& url : world.urls) check_sent(jar, url);
  if (const Parsed<std::string> field = parse_cookies(all)) require(parse_cookies(*field).value() == *field);
  return 0;
}
