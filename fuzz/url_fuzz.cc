// What stands in a list or in a Location field: read as a URL and as a reference, the value is well formed, bounded,
// and what is written is read back as the same.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "atonce/protocols/url/query.h"
#include "atonce/protocols/url/url.h"

namespace {

using namespace atonce;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_visible(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is(const Parsed<Url>& read, const Url& url) { return read.has_value() && *read == url; }

void check(const Url& url) {
  require(!url.host.empty() && url.port != 0 && url.path.starts_with('/'));
  require(is_visible(write_url(url, Userinfo::shown)) && is_visible(host_field(url)));
  require(write_url(url, Userinfo::shown).size() <= url_bytes_max);
  require(url.host.find_first_of(url.address.family == Family::v6 ? "/?#@[]" : "/?#@:[]") == url.host.npos);
  require(is(parse_url(write_url(url, Userinfo::shown)), url));
  require(parse_url(redact(write_url(url))).has_value());
  require(is(resolve_reference(url, write_url(url, Userinfo::shown)), url));
  require(is(resolve_reference(url, ""), url));
  require(url.path.starts_with("//") || is(resolve_reference(url, request_target(url)), url));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const Parsed<Url> url = parse_url(text)) check(*url);
  if (const Parsed<Url> url = parse_url(text, Scheme::https)) check(*url);
  const Url base = parse_url("https://ann:secret@example.com:8443/a/b?c").value();
  if (const Parsed<Url> url = resolve_reference(base, text)) {
    check(*url);
    require(!url->has_userinfo() || same_origin(*url, base) || text.contains('@'));
  }
  require(percent_decode(percent_encode(text)) == text);
  require(parse_form(write_form(parse_form(text))) == parse_form(text));
  static_cast<void>(redact(text));
  return 0;
}
