#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace atonce {

/// A JSON value, as the built-in server reads and writes it. Objects are in the order of their names.
struct WebJson {
  using Array = std::vector<WebJson>;
  using Object = std::map<std::string, WebJson, std::less<>>;

  std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object> value = nullptr;

  WebJson() = default;
  WebJson(bool flag) : value(flag) {}
  WebJson(std::int64_t number) : value(number) {}
  WebJson(std::uint64_t number) : value(number) {}
  WebJson(int number) : value(std::int64_t{number}) {}
  WebJson(double number) : value(number) {}
  WebJson(std::string text) : value(std::move(text)) {}
  WebJson(std::string_view text) : value(std::string(text)) {}
  WebJson(const char* text) : value(std::string(text)) {}
  WebJson(Array items) : value(std::move(items)) {}
  WebJson(Object members) : value(std::move(members)) {}
};

/// On one line, without spaces, all characters beyond ASCII escaped: what Flask's jsonify writes. Bytes that are not
/// UTF-8 become U+FFFD.
std::string write_json(const WebJson& json);
/// The same with a space behind each colon and comma: what Python's json.dumps writes.
std::string write_spaced_json(const WebJson& json);

/// Empty for what is not JSON (RFC 8259), and for what is nested deeper than 500 levels.
std::optional<WebJson> parse_web_json(std::string_view text);

}  // namespace atonce
