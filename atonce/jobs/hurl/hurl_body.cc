#include <fmt/format.h>

#include "atonce/jobs/hurl/hurl_reader.h"
#include "atonce/jobs/hurl/text.h"
#include "atonce/protocols/http/base64.h"

namespace atonce::hurl {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c); }

}  // namespace

HurlReader::Found HurlReader::body(Body& out) {
  out.place = state_.place;
  const auto done = [&](bool good) { return good && end_line() ? Found::yes : Found::wrong; };
  if (at("```")) return done(multiline(out));
  if (take("base64,")) return out.kind = Body::Kind::bytes, done(base64(out.bytes));
  if (take("hex,")) return out.kind = Body::Kind::bytes, done(hex(out.bytes));
  if (take("file,")) return out.kind = Body::Kind::file, done(file(out.text));
  if (peek() == '<') return out.kind = Body::Kind::xml, done(xml(out));
  if (take("`"))
    return done(string(out.text, {.ends = "`\n", .escapes = "`#\\{}"}) &&
                (take("`") || fail_at(out.place, "the backquote that opens here is not closed on this line")));
  const std::string_view name = word();
  if (peek() == '{' || peek() == '[' || peek() == '"' || peek() == '-' || is_digit(peek()) || name == "true" ||
      name == "false" || name == "null")
    return out.kind = Body::Kind::json, done(json_body(out));
  return Found::no;
}

bool HurlReader::json_body(Body& out) {
  Maker maker;
  if (!json_value(maker, 0)) return false;
  out.text = maker.finish();
  return true;
}

void HurlReader::json_blanks(Maker& maker) {
  const State start = state_;
  while (!at_end() && is_space(peek())) advance();
  maker.put(since(start));
}

/// A text of RFC 8259 in which an expression may stand for a value, and inside strings.
bool HurlReader::json_value(Maker& maker, unsigned depth) {
  if (depth > limits_.depth_max)
    return fail(fmt::format("the JSON is nested deeper than {} levels", limits_.depth_max));
  if (at("{{")) {
    Expression found{.writing = Expression::Writing::json_value};
    if (!expression(found)) return false;
    maker.put(std::move(found));
    return true;
  }
  if (peek() == '"') return json_string(maker);
  if (peek() == '-' || is_digit(peek())) return json_number(maker);
  if (peek() == '{' || peek() == '[') {
    const char open = peek();
    maker.put(text_.substr(state_.at, 1));
    advance();
    return json_members(maker, depth + 1, open == '{' ? '}' : ']');
  }
  for (const std::string_view known : {"true", "false", "null"})
    if (word() == known) return maker.put(known), advance(known.size()), true;
  return fail("a value of JSON must stand here");
}

bool HurlReader::json_members(Maker& maker, unsigned depth, char close) {
  const auto put_one = [&] {
    maker.put(text_.substr(state_.at, 1));
    advance();
  };
  json_blanks(maker);
  if (peek() == close) return put_one(), true;
  for (;;) {
    json_blanks(maker);
    if (close == '}') {
      if (peek() != '"') return fail("the name of a member, in double quotes, must stand here");
      if (!json_string(maker)) return false;
      json_blanks(maker);
      if (peek() != ':') return fail("\":\" must stand here");
      put_one();
      json_blanks(maker);
    }
    if (!json_value(maker, depth)) return false;
    json_blanks(maker);
    if (peek() == close) return put_one(), true;
    if (peek() != ',') return fail(fmt::format("\",\" or \"{}\" must stand here", close));
    put_one();
  }
}

bool HurlReader::json_string(Maker& maker) {
  const Place start = state_.place;
  maker.put("\"");
  advance();
  while (peek() != '"') {
    if (at_end() || peek() == '\n') return fail_at(start, "the string that opens here is not closed on this line");
    if (at("{{")) {
      Expression found{.writing = Expression::Writing::json_text};
      if (!expression(found)) return false;
      maker.put(std::move(found));
      continue;
    }
    if (static_cast<unsigned char>(peek()) < 0x20) return fail("a control character in a JSON string must be escaped");
    if (peek() == '\\') {
      const bool hex = peek(1) == 'u' && parse_hex(text_.substr(std::min(state_.at + 2, text_.size()), 4)) &&
                       text_.size() - state_.at >= 6;
      if (!hex && (peek(1) == '\0' || std::string_view("\"\\/bfnrt").find(peek(1)) == std::string_view::npos))
        return fail("JSON has no such escape");
      maker.put(text_.substr(state_.at, 1));
      advance();
    }
    maker.put(text_.substr(state_.at, 1));
    advance();
  }
  maker.put("\"");
  advance();
  return true;
}

bool HurlReader::json_number(Maker& maker) {
  const State start = state_;
  take("-");
  const bool zero = peek() == '0';
  const std::size_t digits = state_.at;
  while (is_digit(peek())) advance();
  bool good = state_.at > digits && !(zero && state_.at - digits > 1);
  const auto some_digits = [&] {
    good = good && is_digit(peek());
    while (is_digit(peek())) advance();
  };
  if (take(".")) some_digits();
  if (take("e") || take("E")) {
    if (!take("+")) take("-");
    some_digits();
  }
  maker.put(since(start));
  return good || fail_at(start.place, "this is no number of JSON");
}

/// Up to the end of the first element. Well-formed as far as brackets go: whether names match is the server's business.
bool HurlReader::xml(Body& out) {
  const State start = state_;
  while (at("<?") || at("<!")) {
    if (!xml_aside()) return false;
    while (!at_end() && is_space(peek())) advance();
  }
  if (peek() != '<') return fail("an XML element must stand here");
  for (unsigned depth = 0;;) {
    if (!(at("<?") || at("<!") ? xml_aside() : xml_tag(depth))) return false;
    if (depth == 0) break;
    while (!at_end() && peek() != '<') advance();
    if (at_end()) return fail_at(start.place, "the XML that begins here does not end");
  }
  out.text = Template::of(std::string(since(start)));
  return true;
}

/// A declaration, a comment, CDATA, a document type.
bool HurlReader::xml_aside() {
  const Place start = state_.place;
  const std::string_view end = at("<?") ? "?>" : at("<!--") ? "-->" : at("<![CDATA[") ? "]]>" : ">";
  while (!at_end() && !at(end)) advance();
  return take(end) || fail_at(start, "this piece of XML does not end");
}

/// `depth`: elements that are open.
bool HurlReader::xml_tag(unsigned& depth) {
  const Place start = state_.place;
  const bool closes = at("</");
  if (closes && depth == 0) return fail("no XML element is open that could end here");
  advance(closes ? 2 : 1);
  if (at_end() || is_space(peek()) || peek() == '>') return fail("the name of an XML element must stand here");
  char quote = '\0';
  for (char before = '\0'; !at_end(); before = text_[state_.at - 1]) {
    const char c = peek();
    advance();
    if (quote != '\0')
      quote = c == quote ? '\0' : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '>' && closes)
      return --depth, true;
    else if (c == '>')
      return depth += before == '/' ? 0 : 1, true;
  }
  return fail_at(start, "this tag of XML does not end");
}

/// ``` and a type, and then lines; or a text on one line.
bool HurlReader::multiline(Body& out) {
  const Place start = state_.place;
  advance(3);
  const State inside = state_;
  const std::string_view type = word();
  advance(type.size());
  bool escapes = false;
  bool templates = true;
  while (take(",")) {
    const std::string_view attribute = word();
    if (attribute == "escape")
      escapes = true;
    else if (attribute == "novariable")
      templates = false;
    else
      break;
    advance(attribute.size());
  }
  skip_blanks();
  const bool lines = take_line_end();
  const std::string_view known = lines ? type : "";
  if (!lines) state_ = inside;
  if (known == "json")
    out.kind = Body::Kind::json;
  else if (known == "xml")
    out.kind = Body::Kind::xml;
  else if (known == "graphql")
    return graphql(out);
  else if (!known.empty() && known != "base64" && known != "hex" && known != "raw")
    return fail_at(inside.place, fmt::format("there is no multiline string of type {}; Hurl has json, xml, graphql, "
                                             "base64 and hex",
                                             known));
  if (!lines && text_.substr(state_.at, text_.find('\n', state_.at) - state_.at).find("```") == std::string_view::npos)
    return fail_at(start, "the line must end behind ``` and its type, or the string must close on this line");
  if (!multiline_text(out.text, escapes, templates)) return false;
  if (known != "base64" && known != "hex") return true;
  std::string digits;
  for (const char c : out.text.literal())
    if (!is_space(c)) digits += c;
  const std::optional<std::string> bytes = known == "hex" ? parse_hex(digits) : parse_base64(digits);
  if (!bytes || !out.text.is_literal()) return fail_at(start, fmt::format("this is not {}", known));
  out = {.kind = Body::Kind::bytes, .bytes = *bytes, .place = out.place};
  return true;
}

bool HurlReader::multiline_text(Template& out, bool escapes, bool templates) {
  const Place start = state_.place;
  Maker maker;
  while (!at("```")) {
    if (at_end()) return fail_at(start, "the string that begins here is not closed by ```");
    if (templates && at("{{")) {
      Expression found;
      if (!expression(found)) return false;
      maker.put(std::move(found));
    } else if (escapes && peek() == '\\') {
      if (!escape(maker, "\\`")) return false;
    } else {
      maker.put(text_.substr(state_.at, 1));
      advance();
    }
  }
  advance(3);
  out = maker.finish();
  return true;
}

/// The query, then `variables {...}` on a line of its own, if any.
bool HurlReader::graphql(Body& out) {
  out.kind = Body::Kind::graphql;
  const Place start = state_.place;
  Maker maker;
  for (bool line_start = true; !at("```");) {
    if (at_end()) return fail_at(start, "the string that begins here is not closed by ```");
    if (line_start && at("variables") && !is_word(peek(9))) {
      FieldTemplate variables{.name = Template::of("variables"), .place = state_.place};
      advance(9);
      skip_blanks();
      if (peek() != '{' || at("{{")) return fail("the variables of a GraphQL query are a JSON object");
      Maker value_maker;
      if (!json_value(value_maker, 0)) return false;
      variables.value = value_maker.finish();
      out.variables.push_back(std::move(variables));
      while (!at_end() && is_space(peek())) advance();
      if (!at("```")) return fail("``` must follow the variables of a GraphQL query");
      break;
    }
    if (at("{{")) {
      Expression found{.writing = Expression::Writing::plain};
      if (!expression(found)) return false;
      maker.put(std::move(found));
      line_start = false;
    } else {
      line_start = peek() == '\n';
      maker.put(text_.substr(state_.at, 1));
      advance();
    }
  }
  advance(3);
  out.text = maker.finish();
  return true;
}

bool HurlReader::base64(std::string& out) {
  const Place start = state_.place;
  std::string digits;
  while (!at_end() && peek() != ';') {
    if (!is_space(peek())) digits += peek();
    advance();
  }
  if (!take(";")) return fail_at(start, "the base64 that begins here is not closed by \";\"");
  const std::optional<std::string> bytes = parse_base64(digits);
  if (!bytes) return fail_at(start, "this is not base64");
  out = *bytes;
  return true;
}

bool HurlReader::hex(std::string& out) {
  const Place start = state_.place;
  std::string digits;
  while (!at_end() && peek() != ';' && peek() != '\n') {
    if (!is_space(peek())) digits += peek();
    advance();
  }
  if (!take(";")) return fail_at(start, "the hexadecimal bytes that begin here are not closed by \";\"");
  const std::optional<std::string> bytes = parse_hex(digits);
  if (!bytes) return fail_at(start, "these are not hexadecimal bytes: each has two digits");
  out = *bytes;
  return true;
}

bool HurlReader::file(Template& out) {
  skip_blanks();
  if (!file_name(out)) return false;
  skip_blanks();
  return take(";") || fail("\";\" must follow the name of the file");
}

}  // namespace atonce::hurl
