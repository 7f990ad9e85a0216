#include "atonce/protocols/http/media_type.h"

#include <algorithm>

#include "atonce/protocols/http/fields.h"
#include "atonce/protocols/http/writer.h"

namespace atonce {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte; });
  return out;
}

/// Takes a quoted-string off the front, and the quotes and backslashes off it: RFC 9110 5.6.4.
std::string take_quoted(std::string_view& text) {
  std::string value;
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
    value += text.front();
    text.remove_prefix(1);
  }
  return value;
}

/// The first parameter of the name that has a value.
std::string find_parameter(std::string_view parameters, std::string_view name) {
  while (!parameters.empty()) {
    parameters.remove_prefix(1);  // the semicolon
    const std::size_t end = std::min(parameters.find_first_of(";="), parameters.size());
    const bool wanted = equal_but_case(trim(parameters.substr(0, end)), name);
    parameters.remove_prefix(end);
    std::string value;
    if (parameters.starts_with('=')) {
      parameters.remove_prefix(1);
      if (parameters.starts_with('"')) value = take_quoted(parameters);
      const std::string_view rest = parameters.substr(0, parameters.find(';'));
      if (value.empty()) value = trim(rest);
      parameters.remove_prefix(rest.size());
    }
    if (wanted && !value.empty()) return value;
  }
  return {};
}

}  // namespace

bool MediaType::is(std::string_view full) const {
  return full.size() == type.size() + 1 + subtype.size() && full.starts_with(type) && full[type.size()] == '/' &&
         full.ends_with(subtype);
}

bool MediaType::is_html() const { return is("text/html") || is("application/xhtml+xml"); }
bool MediaType::is_json() const { return is("application/json") || is("text/json") || subtype.ends_with("+json"); }
bool MediaType::is_xml() const { return is("application/xml") || is("text/xml") || subtype.ends_with("+xml"); }

std::optional<MediaType> parse_media_type(std::string_view field) {
  const std::size_t semicolon = std::min(field.find(';'), field.size());
  const std::string_view full = trim(field.substr(0, semicolon));
  const std::size_t slash = full.find('/');
  if (slash == full.npos || !is_token(full.substr(0, slash)) || !is_token(full.substr(slash + 1))) return std::nullopt;
  return MediaType{lower(full.substr(0, slash)), lower(full.substr(slash + 1)),
                   lower(find_parameter(field.substr(semicolon), "charset"))};
}

}  // namespace atonce
