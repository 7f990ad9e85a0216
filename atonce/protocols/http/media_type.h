#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace atonce {

/// "text/html; charset=UTF-8". Source: RFC 9110 8.3.1.
struct MediaType {
  std::string type;     ///< lower case: "text"
  std::string subtype;  ///< lower case: "html"
  std::string charset;  ///< lower case; empty when there is none

  bool is(std::string_view full) const;  ///< `full` in lower case: "text/html"
  bool is_html() const;
  bool is_json() const;  ///< application/json, text/json, and whatever ends in +json
  bool is_xml() const;
};

/// Nothing when it is no media type. Parameters that are broken are passed over, as browsers do.
std::optional<MediaType> parse_media_type(std::string_view field);

}  // namespace atonce
