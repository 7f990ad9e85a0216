#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atonce {

/// "Sun, 06 Nov 1994 08:49:37 GMT". `unix_s`: years 0 to 9999. Source: RFC 9110 5.6.7.
std::string write_http_date(std::int64_t unix_s);
/// Reads that, and the two obsolete forms of RFC 850 and asctime. Two digits of a year mean 1970 to 2069. Strict:
/// cookies have rules of their own.
std::optional<std::int64_t> parse_http_date(std::string_view text);

}  // namespace atonce
