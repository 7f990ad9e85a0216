#include "atonce/world/web/form.h"

#include "atonce/protocols/http/fields.h"

namespace atonce {
namespace {

constexpr std::size_t parts_max = 10'000;

int hex_of(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  const char lower = static_cast<char>(letter | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Takes the text up to `end`, and `end` itself.
std::optional<std::string_view> take_until(std::string_view& text, std::string_view end) {
  const std::size_t place = text.find(end);
  if (place == text.npos) return std::nullopt;
  const std::string_view taken = text.substr(0, place);
  text.remove_prefix(place + end.size());
  return taken;
}

void read_part_field(WebPart& part, std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (equal_but_case(name, "content-type")) part.content_type = value;
  if (!equal_but_case(name, "content-disposition")) return;
  part.name = web_parameter_of(value, "name").value_or("");
  part.file = web_parameter_of(value, "filename").has_value();
}

/// Steps over a quoted string that begins at `text`; gives its content.
std::string take_quoted(std::string_view& text) {
  std::string content;
  text.remove_prefix(1);
  while (!text.empty() && text[0] != '"') {
    if (text[0] == '\\' && text.size() > 1) text.remove_prefix(1);
    content += text[0];
    text.remove_prefix(1);
  }
  if (!text.empty()) text.remove_prefix(1);
  return content;
}

}  // namespace

std::string decode_web_percent(std::string_view text, bool plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_of(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_of(text[i + 2]) : -1;
    if (low >= 0) {
      decoded += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      decoded += plus && text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

WebPairs parse_web_form(std::string_view text) {
  WebPairs pairs;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    pairs.emplace_back(decode_web_percent(pair.substr(0, equals), true),
                       decode_web_percent(pair.substr(std::min(equals + 1, pair.size())), true));
  }
  return pairs;
}

std::optional<std::string_view> web_value_of(const WebPairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs)
    if (key == name) return value;
  return std::nullopt;
}

std::vector<WebPart> parse_web_multipart(std::string_view content_type, std::string_view body) {
  std::vector<WebPart> parts;
  const std::optional<std::string> boundary = web_parameter_of(content_type, "boundary");
  if (!boundary || boundary->empty()) return parts;
  const std::string first = "--" + *boundary;
  const std::string next = "\r\n" + first;
  if (body.starts_with(first)) {
    body.remove_prefix(first.size());
  } else if (!take_until(body, next)) {
    return parts;
  }
  while (parts.size() < parts_max && take_until(body, "\r\n")) {
    WebPart part;
    while (true) {
      const std::optional<std::string_view> line = take_until(body, "\r\n");
      if (!line) return parts;
      if (line->empty()) break;
      read_part_field(part, *line);
    }
    const std::optional<std::string_view> content = take_until(body, next);
    if (!content) return parts;
    part.body = *content;
    if (!part.name.empty()) parts.push_back(std::move(part));
    if (body.starts_with("--")) break;
  }
  return parts;
}

std::optional<std::string> web_parameter_of(std::string_view field, std::string_view name) {
  field.remove_prefix(std::min(field.find(';'), field.size()));
  while (!field.empty()) {
    field = trim(field.substr(1));
    const std::size_t end = field.find_first_of("=;");
    const std::string_view key = trim(field.substr(0, end));
    field.remove_prefix(std::min(end, field.size()));
    std::string value;
    if (field.starts_with('=')) {
      field = trim(field.substr(1));
      if (field.starts_with('"')) {
        value = take_quoted(field);
        field.remove_prefix(std::min(field.find(';'), field.size()));
      } else {
        const std::string_view plain = field.substr(0, field.find(';'));
        value = trim(plain);
        field.remove_prefix(plain.size());
      }
    }
    if (equal_but_case(key, name)) return value;
  }
  return std::nullopt;
}

}  // namespace atonce
