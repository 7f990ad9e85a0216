#pragma once

#include <string>
#include <string_view>

#include "atonce/world/web/json.h"
#include "atonce/world/web/web_routes.h"

namespace atonce {

/// What of a request an answer tells back; names as in httpbin.
enum class Echo : std::uint16_t {
  args = 1,
  headers = 2,
  origin = 4,
  url = 8,
  body = 16,  ///< form, data, files and json
  method = 32,
};
constexpr Echo operator|(Echo one, Echo other) {
  return static_cast<Echo>(static_cast<std::uint16_t>(one) | static_cast<std::uint16_t>(other));
}
constexpr bool has(Echo set, Echo part) {
  return (static_cast<std::uint16_t>(set) & static_cast<std::uint16_t>(part)) != 0;
}
inline constexpr Echo echo_get = Echo::args | Echo::headers | Echo::origin | Echo::url;
inline constexpr Echo echo_post = echo_get | Echo::body;

WebJson::Object echo(const WebCall& call, Echo parts);

/// Names as CGI and Python's WSGI give them ("X-Forwarded-For"), several of one name joined by commas, empty ones left
/// out.
WebJson::Object echo_fields(const WebRequest& request);
/// "http://name:port/path?query", the escapes of characters that need none undone, as werkzeug shows it.
std::string url_of(const WebRequest& request);
/// A field's value where it is there and not empty.
std::string origin_of(const WebRequest& request);

/// One value for a name, or the list of its values.
WebJson::Object flatten(const WebPairs& pairs);
/// Text, or a data: URL with base64 where it is not UTF-8.
std::string text_or_data_url(std::string_view bytes, std::string_view content_type = "application/octet-stream");

}  // namespace atonce
