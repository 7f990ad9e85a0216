#include "atonce/protocols/cookies/jar.h"

#include <algorithm>

#include "atonce/protocols/domain_name.h"

namespace atonce {
namespace {

bool is_expired(const Cookie& cookie, std::int64_t now_s) { return cookie.expires_s && *cookie.expires_s <= now_s; }

/// curl's: what never leaves this machine needs no TLS.
bool is_secure(const Url& url) {
  return url.scheme == Scheme::https || url.host == "localhost" || url.host == "127.0.0.1" || url.host == "::1";
}

bool starts_with_word(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::ranges::equal(text.substr(0, lower.size()), lower, [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

/// "__Secure-" and "__Host-" promise what the attributes must keep. Source: RFC 6265bis 4.1.3.
bool keeps_its_prefix(const Cookie& cookie) {
  if (starts_with_word(cookie.name, "__secure-")) return cookie.secure;
  if (starts_with_word(cookie.name, "__host-")) return cookie.secure && cookie.host_only && cookie.path == "/";
  return true;
}

/// Fills domain and host_only; false when the host may not set cookies for that domain.
bool take_domain(const Url& url, std::string_view attribute, const PublicSuffixes& suffixes, Cookie& cookie) {
  cookie.domain = url.host;
  cookie.host_only = true;
  if (attribute.empty()) return true;
  if (url.address) return attribute == url.host;
  const Parsed<std::string> domain = normalize_name(attribute);
  if (!domain || !domain_matches(url, *domain)) return false;
  if (suffixes.contains(*domain)) return *domain == url.host;
  cookie.domain = *domain;
  cookie.host_only = false;
  return true;
}

std::optional<std::int64_t> expiry(const SetCookie& said, std::int64_t now_s, std::int64_t age_s_max) {
  if (said.max_age_s) return now_s + std::min(*said.max_age_s, age_s_max);
  if (said.expires_s) return std::min(*said.expires_s, now_s + age_s_max);
  return std::nullopt;
}

/// A name is, or stands below, a domain.
bool within(std::string_view host, std::string_view domain) {
  return host.ends_with(domain) && (host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.');
}

}  // namespace

CookieJar::CookieJar(PublicSuffixes suffixes, CookieLimits limits) : suffixes_(std::move(suffixes)), limits_(limits) {}

bool CookieJar::store(const Url& url, std::string_view set_cookie, std::int64_t now_s) {
  std::optional<SetCookie> said = parse_set_cookie(set_cookie);
  if (!said) return false;
  Cookie cookie{.name = std::move(said->name), .value = std::move(said->value), .path = std::move(said->path)};
  if (!take_domain(url, said->domain, suffixes_, cookie)) return false;
  if (cookie.path.empty()) cookie.path = default_cookie_path(url.path);
  cookie.expires_s = expiry(*said, now_s, limits_.age_s_max);
  cookie.secure = said->secure;
  cookie.http_only = said->http_only;
  if (cookie.secure && !is_secure(url)) return false;
  if (!keeps_its_prefix(cookie)) return false;
  if (!cookie.secure && !is_secure(url) && would_cover_a_secure_one(cookie)) return false;
  return put(std::move(cookie), now_s);
}

void CookieJar::store_all(const Url& url, const std::vector<std::string_view>& set_cookies, std::int64_t now_s) {
  const std::size_t count = std::min(set_cookies.size(), limits_.per_response_max);
  for (std::size_t i = 0; i < count; ++i) store(url, set_cookies[i], now_s);
}

/// RFC 6265bis 5.7, step 16: who listens in on http shall not replace what https has set.
bool CookieJar::would_cover_a_secure_one(const Cookie& cookie) const {
  for (const auto& [domain, bucket] : by_domain_) {
    if (!within(domain, cookie.domain) && !within(cookie.domain, domain)) continue;
    for (const Cookie& other : bucket)
      if (other.secure && other.name == cookie.name && path_matches(cookie.path, other.path)) return true;
  }
  return false;
}

bool CookieJar::put(Cookie cookie, std::int64_t now_s) {
  std::vector<Cookie>& bucket = by_domain_[cookie.domain];
  const auto same = std::ranges::find_if(bucket, [&](const Cookie& other) {
    return other.name == cookie.name && other.path == cookie.path && other.host_only == cookie.host_only;
  });
  cookie.created = cookie.used = ++clock_;
  if (is_expired(cookie, now_s)) {
    if (same != bucket.end()) evict(bucket, same);
    if (bucket.empty()) by_domain_.erase(cookie.domain);
    return false;
  }
  if (same != bucket.end()) {
    cookie.created = same->created;
    *same = std::move(cookie);
    return true;
  }
  bucket.push_back(std::move(cookie));
  ++size_;
  make_room(bucket, now_s);
  return true;
}

void CookieJar::evict(std::vector<Cookie>& bucket, std::vector<Cookie>::iterator cookie) {
  bucket.erase(cookie);
  --size_;
}

void CookieJar::remove_expired(std::int64_t now_s) {
  for (auto& [domain, bucket] : by_domain_)
    size_ -= std::erase_if(bucket, [now_s](const Cookie& cookie) { return is_expired(cookie, now_s); });
  std::erase_if(by_domain_, [](const auto& entry) { return entry.second.empty(); });
}

/// Never the cookie that has just come: it is the one used last.
void CookieJar::make_room(std::vector<Cookie>& bucket, std::int64_t now_s) {
  if (bucket.size() > limits_.per_domain_max) {
    const std::size_t expired = std::erase_if(bucket, [now_s](const Cookie& c) { return is_expired(c, now_s); });
    size_ -= expired;
    if (expired == 0) evict(bucket, std::ranges::min_element(bucket, {}, &Cookie::used));
  }
  if (size_ <= limits_.per_jar_max) return;
  remove_expired(now_s);
  if (size_ > limits_.per_jar_max) evict_oldest();
}

void CookieJar::evict_oldest() {
  const auto oldest_use = [](const auto& entry) {
    return std::ranges::min_element(entry.second, {}, &Cookie::used)->used;
  };
  const auto entry = std::ranges::min_element(by_domain_, {}, oldest_use);
  evict(entry->second, std::ranges::min_element(entry->second, {}, &Cookie::used));
  if (entry->second.empty()) by_domain_.erase(entry);
}

std::vector<Cookie*> CookieJar::matching(const Url& url, std::int64_t now_s) {
  std::vector<Cookie*> found;
  std::string domain = url.host;
  for (;;) {
    if (const auto bucket = by_domain_.find(domain); bucket != by_domain_.end())
      for (Cookie& cookie : bucket->second)
        if ((!cookie.host_only || cookie.domain == url.host) && (!cookie.secure || is_secure(url)) &&
            !is_expired(cookie, now_s) && path_matches(url.path, cookie.path))
          found.push_back(&cookie);
    const std::size_t dot = domain.find('.');
    if (url.address || dot == domain.npos) return found;
    domain.erase(0, dot + 1);
  }
}

std::string CookieJar::cookie_header(const Url& url, std::int64_t now_s) {
  if (size_ == 0) return {};
  std::vector<Cookie*> found = matching(url, now_s);
  std::ranges::sort(found, [](const Cookie* a, const Cookie* b) {
    return a->path.size() != b->path.size() ? a->path.size() > b->path.size() : a->created < b->created;
  });
  if (found.size() > limits_.sent_max) found.resize(limits_.sent_max);
  std::string field;
  for (Cookie* cookie : found) {
    if (field.size() + 2 + cookie->name.size() + 1 + cookie->value.size() > limits_.field_bytes_max) break;
    if (!field.empty()) field += "; ";
    field.append(cookie->name).append(1, '=').append(cookie->value);
    cookie->used = ++clock_;
  }
  return field;
}

void CookieJar::clear() {
  by_domain_.clear();
  size_ = 0;
}

std::vector<Cookie> CookieJar::cookies() const {
  std::vector<Cookie> all;
  all.reserve(size_);
  for (const auto& [domain, bucket] : by_domain_) all.insert(all.end(), bucket.begin(), bucket.end());
  std::ranges::sort(all, {}, &Cookie::created);
  return all;
}

bool domain_matches(const Url& url, std::string_view domain) {
  return url.address ? url.host == domain : within(url.host, domain);
}

bool path_matches(std::string_view request_path, std::string_view cookie_path) {
  if (!request_path.starts_with(cookie_path)) return false;
  return request_path.size() == cookie_path.size() || cookie_path.ends_with('/') ||
         request_path[cookie_path.size()] == '/';
}

std::string_view default_cookie_path(std::string_view request_path) {
  const std::size_t slash = request_path.rfind('/');
  return slash == request_path.npos || slash == 0 ? "/" : request_path.substr(0, slash);
}

std::string join_cookies(std::string_view first, std::string_view second) {
  std::string field(first);
  if (!first.empty() && !second.empty()) field += "; ";
  return field += second;
}

}  // namespace atonce
