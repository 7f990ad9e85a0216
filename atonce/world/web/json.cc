#include "atonce/world/web/json.h"

#include <fmt/format.h>

#include <iterator>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

struct Style {
  std::string_view colon, comma;
};
constexpr Style tight{":", ","};
constexpr Style spaced{": ", ", "};

void append_unit(std::string& out, char32_t unit) {
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(unit));
}

void append_code(std::string& out, char32_t code) {
  if (code < 0x10000) return append_unit(out, code);
  append_unit(out, 0xd800 + ((code - 0x10000) >> 10));
  append_unit(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
}

void append_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const Character character = first_character(text);
    text.remove_prefix(std::max<std::size_t>(character.length, 1));
    if (character.length == 0) {
      out += "\\ufffd";
      continue;
    }
    switch (character.code) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      default:
        if (character.code >= 0x20 && character.code < 0x7f) {
          out += static_cast<char>(character.code);
        } else if (character.code == 0x7f) {
          out += '\x7f';
        } else {
          append_code(out, character.code);
        }
    }
  }
  out += '"';
}

void append(std::string& out, const WebJson& json, const Style& style);

struct Writer {
  std::string& out;
  const Style& style;

  void operator()(std::nullptr_t) const { out += "null"; }
  void operator()(bool flag) const { out += flag ? "true" : "false"; }
  void operator()(std::int64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
  void operator()(std::uint64_t number) const { fmt::format_to(std::back_inserter(out), "{}", number); }
  void operator()(double number) const {
    std::string text = fmt::format("{}", number);
    if (text.find_first_of(".en") == text.npos) text += ".0";
    out += text;
  }
  void operator()(const std::string& text) const { append_text(out, text); }
  void operator()(const WebJson::Array& items) const {
    out += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out += style.comma;
      append(out, items[i], style);
    }
    out += ']';
  }
  void operator()(const WebJson::Object& members) const {
    out += '{';
    bool first = true;
    for (const auto& [name, member] : members) {
      if (!first) out += style.comma;
      first = false;
      append_text(out, name);
      out += style.colon;
      append(out, member, style);
    }
    out += '}';
  }
};

void append(std::string& out, const WebJson& json, const Style& style) { std::visit(Writer{out, style}, json.value); }

std::string write(const WebJson& json, const Style& style) {
  std::string out;
  append(out, json, style);
  return out;
}

}  // namespace

std::string write_json(const WebJson& json) { return write(json, tight); }
std::string write_spaced_json(const WebJson& json) { return write(json, spaced); }

}  // namespace atonce
