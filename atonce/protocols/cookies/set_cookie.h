#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/model/result.h"
#include "atonce/protocols/url/query.h"

namespace atonce {

inline constexpr std::size_t cookie_bytes_max = 4096;            ///< name and value together: RFC 6265 6.1, and curl's
inline constexpr std::size_t cookie_attribute_bytes_max = 1024;  ///< a longer one is passed over: RFC 6265bis 5.6

/// A Set-Cookie field as the server wrote it; whether a jar takes it depends on who said so.
struct SetCookie {
  std::string name;
  std::string value;
  std::optional<std::int64_t> expires_s;  ///< of Expires, seconds since 1970
  std::optional<std::int64_t> max_age_s;  ///< of Max-Age; goes before Expires
  std::string domain;                     ///< as written, without a leading dot; empty: none
  std::string path;                       ///< empty unless it begins with "/"
  std::string same_site;                  ///< as written
  bool secure = false;
  bool http_only = false;
};

/// Reads the value of a Set-Cookie field, forgivingly: unknown attributes and dates that are none are passed over and
/// the last of two attributes counts. None for a field with control bytes, without a name, or with a name and value of
/// over 4096 bytes. Source: RFC 6265bis 5.6.
std::optional<SetCookie> parse_set_cookie(std::string_view field);

/// Seconds since 1970 of a date as cookies have them ("Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01-Jan-70 0:0:0", "Jan 1
/// 1970 00:00:00"), always taken as UTC. Source: RFC 6265 5.1.1.
std::optional<std::int64_t> parse_cookie_date(std::string_view text);

/// Checks what a person gives as cookies, "a=b; c=d", and writes it as a Cookie field has it. A complaint says what
/// cannot stand there, without repeating a value.
Parsed<std::string> parse_cookies(std::string_view text);

/// Reads a Cookie field, as a server does. Source: RFC 6265 4.2.1, with pairs that have no "=" passed over.
NameValues read_cookie_field(std::string_view field);

}  // namespace atonce
