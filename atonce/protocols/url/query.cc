#include "atonce/protocols/url/query.h"

#include <array>
#include <cstdint>

namespace atonce {
namespace {

constexpr char hex_digits[] = "0123456789ABCDEF";

constexpr std::array<bool, 256> unreserved = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 'a'; c <= 'z'; ++c) table[c] = table[c - 'a' + 'A'] = true;
  for (unsigned c = '0'; c <= '9'; ++c) table[c] = true;
  for (const unsigned char c : {'-', '.', '_', '~'}) table[c] = true;
  return table;
}();

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_escaped(std::string& text, std::string_view raw, bool plus) {
  for (const char c : raw) {
    const auto byte = static_cast<std::uint8_t>(c);
    if (unreserved[byte]) {
      text += c;
    } else if (plus && c == ' ') {
      text += '+';
    } else {
      text += '%';
      text += hex_digits[byte >> 4];
      text += hex_digits[byte & 0xf];
    }
  }
}

std::string decode(std::string_view text, bool plus) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '%' && text.size() - i > 2;
    const int high = escape ? hex_value(text[i + 1]) : -1;
    const int low = escape ? hex_value(text[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
      result += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      result += plus && text[i] == '+' ? ' ' : text[i];
    }
  }
  return result;
}

std::string write_pairs(std::span<const std::pair<std::string, std::string>> pairs, bool plus) {
  std::string text;
  for (const auto& [name, value] : pairs) {
    if (!text.empty()) text += '&';
    append_escaped(text, name, plus);
    text += '=';
    append_escaped(text, value, plus);
  }
  return text;
}

}  // namespace

std::string percent_encode(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  append_escaped(result, text, false);
  return result;
}

std::string percent_decode(std::string_view text) { return decode(text, false); }

std::string write_query(std::span<const std::pair<std::string, std::string>> pairs) {
  return write_pairs(pairs, false);
}
std::string write_form(std::span<const std::pair<std::string, std::string>> pairs) { return write_pairs(pairs, true); }

NameValues parse_form(std::string_view text) {
  NameValues pairs;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    pairs.emplace_back(decode(pair.substr(0, equals), true),
                       decode(pair.substr(std::min(equals + 1, pair.size())), true));
  }
  return pairs;
}

void append_query(Url& url, std::span<const std::pair<std::string, std::string>> pairs) {
  if (pairs.empty()) return;
  std::string& query = url.query ? *url.query : url.query.emplace();
  if (!query.empty()) query += '&';
  query += write_query(pairs);
}

}  // namespace atonce
