#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace atonce {

/// A number and nothing else.
template <class Number>
std::optional<Number> parse_web_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace atonce
