#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "atonce/protocols/cookies/public_suffixes.h"
#include "atonce/protocols/cookies/set_cookie.h"
#include "atonce/protocols/url/url.h"

namespace atonce {

/// A cookie in a jar.
struct Cookie {
  std::string name;
  std::string value;
  std::string domain;  ///< lower-case ASCII
  std::string path;
  std::optional<std::int64_t> expires_s;  ///< seconds since 1970; none: as long as the jar
  bool host_only = false;                 ///< goes to `domain` itself and to no name below it
  bool secure = false;
  bool http_only = false;
  std::uint64_t created = 0;  ///< a count of the jar, no clock
  std::uint64_t used = 0;
};

/// What a jar holds at most. Source: RFC 6265 6.1 (the least that must be kept), curl's lib/cookie.h.
struct CookieLimits {
  std::size_t per_response_max = 50;        // curl's; the rest of a response's Set-Cookie fields is passed over.
  std::size_t per_domain_max = 150;         // Chrome keeps 180, RFC 6265 asks for 50.
  std::size_t per_jar_max = 3'000;          // What RFC 6265 asks for.
  std::size_t sent_max = 150;               // curl's.
  std::size_t field_bytes_max = 8'190;      // curl's; servers refuse longer fields.
  std::int64_t age_s_max = 400 * 86'400LL;  // RFC 6265bis 5.5.
};

/// The cookies of one user agent: RFC 6265bis, without its rules about pages inside pages. One thread at a time.
///
/// `now_s` is the wall clock in seconds since 1970. As in curl, an http URL of localhost, 127.0.0.1 or ::1 counts as
/// secure; unlike it, a public suffix's cookie for itself stays with that host.
class CookieJar {
 public:
  explicit CookieJar(PublicSuffixes suffixes, CookieLimits limits = {});

  /// Takes in one Set-Cookie field of an answer from `url`; false when it is refused or was a deletion.
  bool store(const Url& url, std::string_view set_cookie, std::int64_t now_s);
  /// All those of one answer, up to `per_response_max`.
  void store_all(const Url& url, const std::vector<std::string_view>& set_cookies, std::int64_t now_s);

  /// The value of the Cookie field of a request for `url`: longest path first, then the oldest. Empty: no field.
  std::string cookie_header(const Url& url, std::int64_t now_s);

  std::size_t size() const { return size_; }
  void clear();
  /// In order of creation, expired ones too.
  std::vector<Cookie> cookies() const;

 private:
  std::vector<Cookie*> matching(const Url& url, std::int64_t now_s);
  bool would_cover_a_secure_one(const Cookie& cookie) const;
  bool put(Cookie cookie, std::int64_t now_s);
  void remove_expired(std::int64_t now_s);
  void make_room(std::vector<Cookie>& bucket, std::int64_t now_s);
  void evict(std::vector<Cookie>& bucket, std::vector<Cookie>::iterator cookie);
  void evict_oldest();

  PublicSuffixes suffixes_;
  CookieLimits limits_;
  std::unordered_map<std::string, std::vector<Cookie>> by_domain_;
  std::size_t size_ = 0;  ///< of all of them together
  std::uint64_t clock_ = 0;
};

/// Host or a name above it. Source: RFC 6265 5.1.3.
bool domain_matches(const Url& url, std::string_view domain);
/// Source: RFC 6265 5.1.4.
bool path_matches(std::string_view request_path, std::string_view cookie_path);
std::string_view default_cookie_path(std::string_view request_path);

/// "a=b" and "c=d" as one field; either may be empty.
std::string join_cookies(std::string_view first, std::string_view second);

}  // namespace atonce
