#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atonce {

using WebPairs = std::vector<std::pair<std::string, std::string>>;

/// Percent-decodes; what is no escape stays as it is. With `plus`, a plus sign is a space.
std::string decode_web_percent(std::string_view text, bool plus);

/// Reads "a=1&b=2" of a query or of application/x-www-form-urlencoded (WHATWG URL 5.1). A name without "=" has an empty
/// value.
WebPairs parse_web_form(std::string_view text);

/// The first value of a name; empty when there is none.
std::optional<std::string_view> web_value_of(const WebPairs& pairs, std::string_view name);

/// A part of a multipart body.
struct WebPart {
  std::string name;
  std::string content_type;
  bool file = false;  ///< it has a file name
  std::string_view body;
};

/// Reads multipart/form-data (RFC 7578, RFC 2046 5.1): the parts that are whole and have a name. `content_type` is the
/// whole field; without a boundary there are none.
std::vector<WebPart> parse_web_multipart(std::string_view content_type, std::string_view body);

/// The value of a parameter of a field like `text/html; charset=utf-8`, without its quotes.
std::optional<std::string> web_parameter_of(std::string_view field, std::string_view name);

}  // namespace atonce
