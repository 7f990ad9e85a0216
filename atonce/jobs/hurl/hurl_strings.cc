#include <fmt/format.h>

#include <charconv>

#include "atonce/jobs/hurl/hurl_reader.h"
#include "atonce/jobs/hurl/jsonpath.h"
#include "atonce/jobs/hurl/text.h"
#include "atonce/jobs/regex.h"
#include "atonce/model/escape.h"

namespace atonce::hurl {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Characters of a key besides letters, digits and those beyond ASCII: Hurl's own, and the rest of a token of RFC 9110
/// but "#" and "`", which mean something else here.
bool is_key_character(char c) {
  return is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80 ||
         std::string_view("_-.[]@$!%&'*+^|~").find(c) != std::string_view::npos;
}

}  // namespace

void HurlReader::Maker::put(Expression expression) {
  made_.pieces.push_back({.text = std::exchange(text_, {}), .expression = {std::move(expression)}});
  hard_ = 0;
}

Template HurlReader::Maker::finish(bool trimmed) {
  while (trimmed && text_.size() > hard_ && std::string_view(" \t\r").find(text_.back()) != std::string_view::npos)
    text_.pop_back();
  if (!text_.empty()) made_.pieces.push_back({.text = std::move(text_)});
  return std::move(made_);
}

bool HurlReader::string(Template& out, const StringRules& rules) {
  Maker maker;
  while (!at_end() && rules.ends.find(peek()) == rules.ends.npos) {
    if (at("{{")) {
      Expression found;
      if (!expression(found)) return false;
      maker.put(std::move(found));
    } else if (peek() == '\\') {
      if (!escape(maker, rules.escapes)) return false;
    } else {
      maker.put(text_.substr(state_.at, 1));
      advance();
    }
  }
  out = maker.finish(rules.trimmed);
  return true;
}

bool HurlReader::quoted(Template& out) {
  const Place start = state_.place;
  if (!take("\"")) return fail("a string in double quotes must stand here");
  if (!string(out, {.ends = "\"", .escapes = "\"\\/{}"})) return false;
  return take("\"") || fail_at(start, "the double quote that opens here is not closed");
}

bool HurlReader::value(Template& out) { return string(out, {.ends = "#\n", .escapes = "#\\{}", .trimmed = true}); }

bool HurlReader::file_name(Template& out) {
  const Place start = state_.place;
  if (!string(out, {.ends = "#; \n", .escapes = ";# \\{}"})) return false;
  return !out.empty() || fail_at(start, "the name of a file must stand here");
}

bool HurlReader::escape(Maker& maker, std::string_view escapes) {
  constexpr std::string_view from = "bfnrt";
  constexpr std::string_view to = "\b\f\n\r\t";
  const Place start = state_.place;
  advance();
  const char c = peek();
  if (!at_end() && escapes.find(c) != escapes.npos) {
    maker.put_hard(text_.substr(state_.at, 1));
  } else if (const std::size_t known = from.find(c); !at_end() && known != from.npos) {
    maker.put_hard(to.substr(known, 1));
  } else if (at("u{")) {
    const std::size_t close = text_.find('}', state_.at);
    const std::string_view digits = text_.substr(state_.at + 2, close == text_.npos ? 0 : close - state_.at - 2);
    unsigned code = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    std::string character;
    if (digits.empty() || digits.size() > 8 || read.ptr != digits.data() + digits.size() ||
        !append_utf8(character, code))
      return fail_at(start, "\\u{...} takes the hexadecimal number of a character, as \\u{e9}");
    maker.put_hard(character);
    advance(digits.size() + 2);
  } else {
    return fail_at(start,
                   "the backslash must stand before one of b f n r t u{...} \\ or a character that means "
                   "something else here; two backslashes are one");
  }
  advance();
  return true;
}

bool HurlReader::expression(Expression& out) {
  constexpr unsigned open_max = 16;
  out.place = state_.place;
  if (expressions_open_ >= open_max) return fail("expressions are nested too deeply here");
  ++expressions_open_;
  const bool good = expression_inside(out);
  --expressions_open_;
  return good;
}

bool HurlReader::expression_inside(Expression& out) {
  advance(2);
  skip_blanks();
  const State start = state_;
  if (is_letter(peek()))
    while (is_letter(peek()) || is_digit(peek()) || peek() == '_' || peek() == '-') advance();
  out.name = since(start);
  if (out.name.empty()) return fail("the name of a variable must stand between {{ and }}; it begins with a letter");
  if (out.name.size() > limits_.name_bytes_max) return fail_at(out.place, "the name of the variable is too long");
  if (out.name == "newUuid") out.source = Expression::Source::new_uuid;
  if (out.name == "newDate") out.source = Expression::Source::new_date;
  if (out.name == "getEnv") {
    note(out.place, "the function getEnv is not supported; give the variable with --variable");
    skip_blanks();
    Template ignored;
    if (peek() == '"' && !quoted(ignored)) return false;
  }
  if (!filters(out.filters)) return false;
  skip_blanks();
  return take("}}") || fail("}} or a filter must stand here");
}

bool HurlReader::whole_expression(Template& out) {
  Expression found;
  if (!expression(found)) return false;
  Maker maker;
  maker.put(std::move(found));
  out = maker.finish();
  return true;
}

HurlReader::Found HurlReader::key(Template& out) {
  const State start = state_;
  Maker maker;
  for (;;) {
    if (at("{{")) {
      Expression found;
      if (!expression(found)) return Found::wrong;
      maker.put(std::move(found));
    } else if (peek() == '\\') {
      if (!escape(maker, "#:\\{} ")) return Found::wrong;
    } else if (!at_end() && is_key_character(peek())) {
      maker.put(text_.substr(state_.at, 1));
      advance();
    } else {
      break;
    }
  }
  out = maker.finish();
  if (!out.empty()) return Found::yes;
  state_ = start;
  return Found::no;
}

HurlReader::Found HurlReader::field(FieldTemplate& out) {
  const State start = state_;
  out.place = state_.place;
  const Found found = key(out.name);
  if (found != Found::yes) return found;
  skip_blanks();
  if (!take(":")) {
    state_ = start;
    return Found::no;
  }
  skip_blanks();
  return value(out.value) && end_line() ? Found::yes : Found::wrong;
}

bool HurlReader::pattern(Pattern& out) {
  const Place start = state_.place;
  if (peek() == '/') {
    std::string text;
    advance();
    while (!at_line_end() && peek() != '/') {
      if (at("\\/"))
        advance();  // the slash alone
      else if (peek() == '\\' && peek(1) != '\n' && peek(1) != '\0')
        text += peek(), advance();
      text += peek();
      advance();
    }
    if (!take("/")) return fail_at(start, "the slash that opens the regular expression is not closed on this line");
    out.text = Template::of(std::move(text));
  } else if (peek() != '"') {
    return fail("a regular expression must stand here, between double quotes or slashes");
  } else if (!quoted(out.text)) {
    return false;
  }
  if (!out.text.is_literal()) return true;
  if (auto compiled = Regex::parse(out.text.literal()))
    out.compiled = std::move(*compiled);
  else
    note_wrong(start, std::move(compiled.error().text));
  return true;
}

bool HurlReader::path(PathText& out) {
  const Place start = state_.place;
  if (!quoted(out.text)) return false;
  if (!out.text.is_literal()) return true;
  if (auto compiled = JsonPath::compile(out.text.literal()))
    out.compiled = std::move(*compiled);
  else
    note_wrong(start, std::move(compiled.error().text));
  return true;
}

bool HurlReader::integer(std::int64_t& out) {
  const State start = state_;
  take("-");
  while (is_digit(peek())) advance();
  const std::string_view digits = since(start);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (read.ec == std::errc() && read.ptr == digits.data() + digits.size()) return true;
  return fail_at(start.place, "an integer of 64 bits must stand here");
}

}  // namespace atonce::hurl
