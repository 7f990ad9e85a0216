#include <fmt/format.h>

#include <algorithm>

#include "atonce/jobs/hurl/hurl_reader.h"
#include "atonce/jobs/hurl/text.h"
#include "atonce/jobs/hurl/words.h"
#include "atonce/model/escape.h"

namespace atonce::hurl {
namespace {

template <class Rows>
auto find_row(const Rows& rows, std::string_view name) {
  const auto row = std::ranges::find(rows, name, [](const auto& one) { return one.name; });
  return row == rows.end() ? nullptr : &*row;
}

/// "a, b and c", each name once.
template <class Rows>
std::string names_of(const Rows& rows) {
  std::string out;
  for (const auto& row : rows) out += fmt::format("{}{}", out.empty() ? "" : ", ", row.name);
  return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool HurlReader::query(Query& out) {
  out.place = state_.place;
  const std::string_view name = word();
  const QueryRow* const row = find_row(all_queries, name);
  if (row == nullptr) return fail(fmt::format("a query must stand here; there are {}", names_of(all_queries)));
  advance(name.size());
  out.kind = row->kind;
  if (row->argument != QueryRow::Argument::none) {
    if (!need_blank(fmt::format("what {} looks for", name))) return false;
    const bool good = row->argument == QueryRow::Argument::pattern ? pattern(out.pattern)
                      : row->argument == QueryRow::Argument::path  ? path(out.path)
                                                                   : query_argument(out);
    if (!good) return false;
  }
  return filters(out.filters);
}

bool HurlReader::query_argument(Query& out) {
  const Place start = state_.place;
  if (!quoted(out.argument)) return false;
  const std::string_view text = out.argument.literal();
  if (out.kind == QueryKind::certificate &&
      (text == "Value" || std::ranges::find(certificate_attributes, text) == certificate_attributes.end())) {
    const std::string known = fmt::format("{}", fmt::join(certificate_attributes, ", "));
    if (text == "Value")
      note(start, fmt::format("the certificate attribute Value is not supported; there are {}", known));
    else
      note_wrong(start, fmt::format("a certificate has no attribute of this name; there are {}", known));
  }
  return true;
}

bool HurlReader::filters(std::vector<Filter>& out) {
  for (;;) {
    const State before = state_;
    skip_blanks();
    const std::string_view name = word();
    const FilterRow* const row = find_row(all_filters, name);
    if (row == nullptr || state_.at == before.at) {
      state_ = before;
      return true;
    }
    if (out.size() >= limits_.depth_max) return fail(fmt::format("there are more than {} filters", limits_.depth_max));
    Filter& filter = out.emplace_back();
    filter.kind = row->kind;
    filter.place = state_.place;
    advance(name.size());
    if (!filter_arguments(filter, static_cast<unsigned>(row->argument))) return false;
  }
}

bool HurlReader::filter_arguments(Filter& out, unsigned argument) {
  using Argument = FilterRow::Argument;
  const Argument kind = static_cast<Argument>(argument);
  if (kind == Argument::none) return true;
  if (!need_blank(fmt::format("what {} works with", name_of(out.kind)))) return false;
  const Place start = state_.place;
  switch (kind) {
    case Argument::none: return true;
    case Argument::path: return path(out.path);
    case Argument::pattern: return pattern(out.pattern);
    case Argument::index: return integer(out.index);
    case Argument::text:
      if (!quoted(out.first)) return false;
      if (out.kind == FilterKind::decode && out.first.is_literal() && !is_charset(out.first.literal()))
        note(start, fmt::format("the character set \"{}\" is not supported",
                                escape_for_terminal(out.first.literal().substr(0, 40))));
      return true;
    case Argument::text_and_text:
    case Argument::pattern_and_text:
      if (out.kind == FilterKind::replace && peek() == '/') out.kind = FilterKind::replace_regex;  // as before Hurl 6
      if (!(out.kind == FilterKind::replace ? quoted(out.first) : pattern(out.pattern))) return false;
      return need_blank("what it is replaced with") && quoted(out.second);
  }
  return false;
}

bool HurlReader::capture(Capture& out) {
  out.place = state_.place;
  const Found found = key(out.name);
  if (found == Found::no) return fail("the name of a variable must stand here");
  if (found == Found::wrong) return false;
  skip_blanks();
  if (!take(":")) return fail("\":\" must follow the name of a variable");
  skip_blanks();
  if (!query(out.query)) return false;
  skip_blanks();
  if (word() == "redact") out.redact = take("redact");
  return end_line();
}

bool HurlReader::assertion(Assert& out) {
  out.place = state_.place;
  const State start = state_;
  if (!query(out.query) || !need_blank("a filter or a predicate")) return false;
  if (word() == "not") {
    out.negated = take("not");
    if (!need_blank("a predicate")) return false;
  }
  if (!predicate(out)) return false;
  out.source = cut_at_character(since(start), 1 << 10);
  return end_line();
}

bool HurlReader::predicate(Assert& out) {
  using Argument = PredicateRow::Argument;
  const PredicateRow* found = nullptr;
  for (const PredicateRow& row : all_predicates) {
    const bool sign = row.name[0] < 'A';
    if (sign ? at(row.name) : word() == row.name) {
      found = &row;
      break;
    }
  }
  if (found == nullptr && word() == "countEquals") return fail("countEquals is no longer Hurl; write: count == ...");
  if (found == nullptr)
    return fail(fmt::format("a filter or a predicate must stand here; predicates are {}", names_of(all_predicates)));
  advance(found->name.size());
  out.predicate = found->kind;
  if (found->argument == Argument::none) return true;
  if (found->name[0] < 'A')
    skip_blanks();
  else if (!need_blank("what is expected"))
    return false;
  const Place place = state_.place;
  if (found->argument == Argument::pattern) {
    out.expected.kind = Expected::Kind::regex;
    return pattern(out.expected.pattern);
  }
  if (!expected(out.expected)) return false;
  using Kind = Expected::Kind;
  const Kind kind = out.expected.kind;
  const Value& constant = out.expected.constant;
  if (kind == Kind::regex) return fail_at(place, "a regular expression can only stand behind matches");
  if (found->argument == Argument::ordered && kind != Kind::text && kind != Kind::expression &&
      !(kind == Kind::constant && constant.is_number()))
    return fail_at(place, fmt::format("behind {} a number or a string must stand", found->name));
  if (found->argument == Argument::bytes && kind != Kind::text && kind != Kind::expression && kind != Kind::file &&
      !(kind == Kind::constant && constant.is<Bytes>()))
    return fail_at(place, fmt::format("behind {} a string or bytes must stand", found->name));
  return true;
}

bool HurlReader::expected(Expected& out) {
  using Kind = Expected::Kind;
  if (peek() == '"') return out.kind = Kind::text, quoted(out.text);
  if (at("{{")) return out.kind = Kind::expression, whole_expression(out.text);
  if (peek() == '/') return out.kind = Kind::regex, pattern(out.pattern);
  if (take("file,")) return out.kind = Kind::file, file(out.text);
  if (at("`") || at("base64,") || at("hex,")) {
    const Place start = state_.place;
    Body read;
    if (at("```")) {
      if (!multiline(read)) return false;
    } else if (take("`")) {
      if (!string(read.text, {.ends = "`\n", .escapes = "`#\\{}"})) return false;
      if (!take("`")) return fail_at(start, "the backquote that opens here is not closed on this line");
    } else {
      read.kind = Body::Kind::bytes;
      if (!(take("hex,") ? hex(read.bytes) : take("base64,") && base64(read.bytes))) return false;
    }
    if (read.kind == Body::Kind::graphql) return fail_at(start, "a GraphQL query cannot be expected here");
    if (read.kind == Body::Kind::bytes) return out.kind = Kind::constant, out.constant = {Bytes{read.bytes}}, true;
    return out.kind = Kind::text, out.text = std::move(read.text), true;
  }
  return constant(out);
}

bool HurlReader::constant(Expected& out) {
  out.kind = Expected::Kind::constant;
  const std::string_view name = word();
  if (name == "true" || name == "false") return out.constant = Value{name == "true"}, advance(name.size()), true;
  if (name == "null") return advance(name.size()), true;
  if (peek() != '-' && !is_digit(peek()))
    return fail(
        "a value must stand here: a number, true, false, null, a string in double quotes, base64,...; hex,...; "
        "file,...; or {{...}}");
  const Place start = state_.place;
  Maker maker;
  if (!json_number(maker)) return false;
  const Template text = maker.finish();
  Parsed<Value> number = parse_json(text.literal());
  if (!number) return fail_at(start, "the number " + number.error().text);
  out.constant = std::move(*number);
  return true;
}

}  // namespace atonce::hurl
