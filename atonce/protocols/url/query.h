#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atonce/protocols/url/url.h"

namespace atonce {

/// Every byte but letters, digits and "-._~" as "%41", like curl_easy_escape(3). Source: RFC 3986 2.1, 2.3.
std::string percent_encode(std::string_view text);
/// The bytes behind each "%41"; a "%" without two hexadecimal digits stays as it is. The result may hold any byte.
std::string percent_decode(std::string_view text);

using NameValues = std::vector<std::pair<std::string, std::string>>;

/// "a=1&b=%20": names and values percent-encoded.
std::string write_query(std::span<const std::pair<std::string, std::string>> pairs);
/// The body of application/x-www-form-urlencoded: the same with "+" for a space. Source: WHATWG URL 5.2.
std::string write_form(std::span<const std::pair<std::string, std::string>> pairs);
/// Reads both back; "a" alone has an empty value, "+" is a space. Source: WHATWG URL 5.1.
NameValues parse_form(std::string_view text);

/// Puts more pairs behind the query that a URL has.
void append_query(Url& url, std::span<const std::pair<std::string, std::string>> pairs);

}  // namespace atonce
