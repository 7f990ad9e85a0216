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
struct Json {
  using Array = std::vector<Json>;
  using Object = std::map<std::string, Json, std::less<>>;

  std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object> value = nullptr;

  Json() = default;
  Json(bool flag) : value(flag) {}
  Json(std::int64_t number) : value(number) {}
  Json(std::uint64_t number) : value(number) {}
  Json(int number) : value(std::int64_t{number}) {}
  Json(double number) : value(number) {}
  Json(std::string text) : value(std::move(text)) {}
  Json(std::string_view text) : value(std::string(text)) {}
  Json(const char* text) : value(std::string(text)) {}
  Json(Array items) : value(std::move(items)) {}
  Json(Object members) : value(std::move(members)) {}
};

/// On one line, without spaces, all characters beyond ASCII escaped: what Flask's jsonify writes. Bytes that are not
/// UTF-8 become U+FFFD.
std::string write_json(const Json& json);
/// The same with a space behind each colon and comma: what Python's json.dumps writes.
std::string write_spaced_json(const Json& json);

/// Empty for what is not JSON (RFC 8259), and for what is nested deeper than 500 levels.
std::optional<Json> parse_json(std::string_view text);

}  // namespace atonce
