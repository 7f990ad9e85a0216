#include "atonce/model/exchange.h"

#include <algorithm>
#include <array>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

constexpr std::array<std::string_view, 5> version_names{"", "HTTP/0.9", "HTTP/1.0", "HTTP/1.1", "HTTP/2"};

void cut(std::string& text, std::size_t most) { text.resize(cut_at_character(text, most).size()); }

/// Where a part of a text stands.
struct Span {
  std::size_t begin = 0, size = 0;
};

/// What stands before the last "@" of the authority.
std::optional<Span> find_userinfo(std::string_view url) {
  if (!url.contains('@')) return std::nullopt;
  const std::size_t colon = std::min(url.find_first_of(":/\\?#@"), url.size());
  const std::string_view behind = url.substr(colon);
  const std::size_t begin = behind.starts_with("://") ? colon + 3 : url.starts_with("//") ? 2 : 0;
  const std::size_t end = std::min(url.find_first_of("/\\?#", begin), url.size());
  const std::size_t at = url.substr(begin, end - begin).rfind('@');
  if (at == url.npos) return std::nullopt;
  return Span{begin, at};
}

constexpr std::string_view hidden = "***";

void bound_url(std::string& url, std::size_t most) {
  if (has_userinfo(url)) url = hide_userinfo(url);
  cut(url, most);
}

void bound_redirects(Exchange& exchange) {
  std::size_t kept = 0, bytes = 0;
  for (Redirect& redirect : exchange.redirects) {
    bound_url(redirect.url, ExchangeCaps::url);
    bytes += redirect.url.size();
    if (kept == ExchangeCaps::redirects || bytes > ExchangeCaps::redirect_bytes) break;
    ++kept;
  }
  exchange.redirects_cut += static_cast<std::uint32_t>(exchange.redirects.size() - kept);
  exchange.redirects.resize(kept);
}

bool is_bounded(const TlsFacts& tls) {
  for (const std::string* words : {&tls.version, &tls.cipher, &tls.alpn, &tls.serial, &tls.verify_text})
    if (words->size() > ExchangeCaps::words) return false;
  return std::max(tls.subject.size(), tls.issuer.size()) <= ExchangeCaps::sentence &&
         tls.names.size() <= std::min<std::size_t>(TlsFacts::names_max, tls.names_total) &&
         std::ranges::all_of(tls.names, [](const std::string& name) { return name.size() <= ExchangeCaps::name; });
}

void bound(TlsFacts& tls) {
  for (std::string* words : {&tls.version, &tls.cipher, &tls.alpn, &tls.serial, &tls.verify_text})
    cut(*words, ExchangeCaps::words);
  for (std::string* sentence : {&tls.subject, &tls.issuer}) cut(*sentence, ExchangeCaps::sentence);
  tls.names_total = std::max(tls.names_total, static_cast<std::uint32_t>(tls.names.size()));
  if (tls.names.size() > TlsFacts::names_max) tls.names.resize(TlsFacts::names_max);
  for (std::string& name : tls.names) cut(name, ExchangeCaps::name);
}

}  // namespace

std::string_view name_of(HttpVersion version) { return version_names[static_cast<std::size_t>(version)]; }

HttpVersion parse_http_version(std::string_view name) {
  for (std::size_t i = 1; i < version_names.size(); ++i)
    if (version_names[i] == name) return static_cast<HttpVersion>(i);
  return HttpVersion::unknown;
}

void bound(Exchange& exchange) {
  bound_url(exchange.url, ExchangeCaps::url);
  for (std::string* words :
       {&exchange.method, &exchange.reason, &exchange.content_type, &exchange.content_encoding, &exchange.hash})
    cut(*words, ExchangeCaps::words);
  for (std::string* sentence : {&exchange.detail, &exchange.title}) cut(*sentence, ExchangeCaps::sentence);
  cut(exchange.saved_as, ExchangeCaps::path);
  bound_redirects(exchange);
  if (exchange.tls && !is_bounded(*exchange.tls)) bound(exchange.tls.own());
}

bool has_userinfo(std::string_view url) {
  const std::optional<Span> userinfo = find_userinfo(url);
  return userinfo && url.substr(userinfo->begin, userinfo->size) != hidden;
}

std::string hide_userinfo(std::string_view url) {
  const std::optional<Span> userinfo = find_userinfo(url);
  std::string shown(url);
  if (userinfo) shown.replace(userinfo->begin, userinfo->size, hidden);
  return shown;
}

}  // namespace atonce
