#include "atonce/results/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "atonce/model/escape.h"
#include "atonce/results/row_fields.h"

namespace atonce {
namespace {

constexpr bool plain(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

void append_unit(std::string& row, std::uint32_t unit) {
  constexpr std::string_view digits = "0123456789abcdef";
  row += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) row += digits[(unit >> shift) & 0xF];
}

/// Appends the first character of `text` and returns its bytes.
std::size_t append_character(std::string& row, std::string_view text) {
  const auto [code, length] = first_character(text);
  if (length == 0) {
    row += "\\ufffd";
    return 1;
  }
  if (code == '"' || code == '\\') {
    row += '\\';
    row += static_cast<char>(code);
  } else if (!is_hidden(code)) {
    row += text.substr(0, length);
  } else if (code < 0x10000) {
    append_unit(row, code);
  } else {
    append_unit(row, 0xD800 + ((code - 0x10000) >> 10));
    append_unit(row, 0xDC00 + ((code - 0x10000) & 0x3FF));
  }
  return length;
}

}  // namespace

void append_json_string(std::string& row, std::string_view text) {
  row += '"';
  while (!text.empty()) {
    const auto run = static_cast<std::size_t>(std::ranges::find_if_not(text, plain) - text.begin());
    row += text.substr(0, run);
    text.remove_prefix(run);
    if (!text.empty()) text.remove_prefix(append_character(row, text));
  }
  row += '"';
}

void append_number(std::string& row, std::uint64_t number) {
  const fmt::format_int text(number);
  row.append(text.data(), text.size());
}

void append_seconds(std::string& row, Duration duration) {
  const auto us = static_cast<std::uint64_t>((std::max<std::int64_t>(0, duration.count()) + 500) / 1'000);
  append_number(row, us / 1'000'000);
  std::array<char, 7> decimals{'.'};
  std::uint64_t rest = us % 1'000'000;
  for (std::size_t i = 6; i > 0; --i, rest /= 10) decimals[i] = static_cast<char>('0' + rest % 10);
  row.append(decimals.data(), decimals.size());
}

void append_json_columns(std::string& row, const Target& target) {
  char separator = '{';
  for (const auto& [name, value] : target.columns) {
    row += separator;
    append_json_string(row, name);
    row += ':';
    append_json_string(row, value);
    separator = ',';
  }
  row += '}';
}

void append_json_attempts(std::string& row, const Outcome& outcome) {
  char separator = '[';
  for (const Attempt& attempt : outcome.attempts) {
    row += separator;
    row += R"({"address":")";
    append_address(row, attempt.address);
    row += R"(","verdict":")";
    row += name_of(attempt.verdict);
    row += R"(","errno":)";
    if (attempt.error == 0)
      row += "null";
    else
      append_number(row, static_cast<std::uint64_t>(attempt.error));
    row += R"(,"error":)";
    if (attempt.error == 0)
      row += "null";
    else
      append_json_string(row, error_name(attempt.error));
    row += R"(,"time":)";
    append_seconds(row, attempt.took);
    row += '}';
    separator = ',';
  }
  row += ']';
}

}  // namespace atonce
