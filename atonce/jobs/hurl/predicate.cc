#include "atonce/jobs/hurl/predicate.h"

#include <fmt/format.h>

#include <algorithm>

#include "atonce/jobs/hurl/calendar.h"
#include "atonce/jobs/hurl/text.h"
#include "atonce/jobs/hurl/words.h"
#include "atonce/model/address.h"
#include "atonce/model/escape.h"

namespace atonce::hurl {
namespace {

/// Three ways: it holds, it does not, the two cannot be compared.
enum class Truth : std::uint8_t { yes, no, incomparable };

Truth truth(bool holds) { return holds ? Truth::yes : Truth::no; }

/// The first of the words for a predicate, as a sentence has it: "contains", "is an integer".
std::string_view words_of(PredicateKind kind) {
  switch (kind) {
    case PredicateKind::equal: return "";
    case PredicateKind::not_equal: return "not";
    case PredicateKind::greater: return "greater than";
    case PredicateKind::greater_or_equal: return "greater than or equal to";
    case PredicateKind::less: return "less than";
    case PredicateKind::less_or_equal: return "less than or equal to";
    case PredicateKind::starts_with: return "starts with";
    case PredicateKind::ends_with: return "ends with";
    case PredicateKind::contains: return "contains";
    case PredicateKind::includes: return "includes";
    case PredicateKind::matches: return "matches";
    case PredicateKind::exists: return "something";
    case PredicateKind::is_boolean: return "a boolean";
    case PredicateKind::is_collection: return "a collection";
    case PredicateKind::is_date: return "a date";
    case PredicateKind::is_empty: return "empty";
    case PredicateKind::is_float: return "a float";
    case PredicateKind::is_integer: return "an integer";
    case PredicateKind::is_ipv4: return "an IPv4 address";
    case PredicateKind::is_ipv6: return "an IPv6 address";
    case PredicateKind::is_iso_date: return "a date of RFC 3339";
    case PredicateKind::is_list: return "a list";
    case PredicateKind::is_number: return "a number";
    case PredicateKind::is_object: return "an object";
    case PredicateKind::is_string: return "a string";
    case PredicateKind::is_uuid: return "a UUID";
  }
  return "";
}

bool is_uuid(std::string_view text) {
  constexpr std::string_view shape = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh";
  return text.size() == shape.size() && std::ranges::equal(text, shape, [](char c, char s) {
           return s == '-' ? c == '-' : (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
         });
}

/// Text or bytes, for those that compare both.
std::optional<std::string_view> octets(const Value& value) {
  if (const std::string* text = value.get<std::string>()) return *text;
  if (const Bytes* bytes = value.get<Bytes>()) return bytes->data;
  if (const NodeSet* nodes = value.get<NodeSet>(); nodes && nodes->texts.size() == 1) return nodes->texts.front();
  return std::nullopt;
}

/// -1, 0, 1; 2 when the two have no order.
int compare(const Value& one, const Value& other) {
  if (one.is_number() && other.is_number()) return compare_numbers(one, other);
  const auto sign = [](auto order) { return order < 0 ? -1 : order > 0 ? 1 : 0; };
  if (one.is<std::string>() && other.is<std::string>())
    return sign(one.get<std::string>()->compare(*other.get<std::string>()));
  if (one.is<Date>() && other.is<Date>()) return sign(one.get<Date>()->unix_ns <=> other.get<Date>()->unix_ns);
  return 2;
}

Truth ordered(PredicateKind kind, const Value& actual, const Value& expected) {
  const int order = compare(actual, expected);
  if (order == 2) return Truth::incomparable;
  switch (kind) {
    case PredicateKind::greater: return truth(order > 0);
    case PredicateKind::greater_or_equal: return truth(order >= 0);
    case PredicateKind::less: return truth(order < 0);
    default: return truth(order <= 0);
  }
}

Truth includes(const Value& actual, const Value& expected) {
  if (const List* list = actual.get<List>()) return truth(std::ranges::find(*list, expected) != list->end());
  if (const NodeSet* nodes = actual.get<NodeSet>(); nodes && expected.is<std::string>())
    return truth(std::ranges::find(nodes->texts, *expected.get<std::string>()) != nodes->texts.end());
  return Truth::incomparable;
}

Truth compare_octets(PredicateKind kind, const Value& actual, const Value& expected) {
  if (kind == PredicateKind::contains && actual.is<List>()) return includes(actual, expected);
  const std::optional<std::string_view> left = octets(actual);
  const std::optional<std::string_view> right = octets(expected);
  if (!left || !right) return Truth::incomparable;
  if (kind == PredicateKind::starts_with) return truth(left->starts_with(*right));
  if (kind == PredicateKind::ends_with) return truth(left->ends_with(*right));
  return truth(left->find(*right) != left->npos);
}

Truth is_empty(const Value& value) {
  if (const List* list = value.get<List>()) return truth(list->empty());
  if (const Object* object = value.get<Object>()) return truth(object->empty());
  if (const NodeSet* nodes = value.get<NodeSet>()) return truth(nodes->texts.empty());
  if (const std::optional<std::string_view> text = octets(value)) return truth(text->empty());
  return Truth::incomparable;
}

Truth of_type(PredicateKind kind, const Value& value) {
  const std::string* const text = value.get<std::string>();
  const auto of_text = [&](auto test) { return text == nullptr ? Truth::incomparable : truth(test(*text)); };
  const auto family = [](Family wanted) {
    return [wanted](const std::string& one) {
      const std::optional<IpAddress> address = parse_address(one);
      return address && address->family == wanted;
    };
  };
  switch (kind) {
    case PredicateKind::is_boolean: return truth(value.is<bool>());
    case PredicateKind::is_collection: return truth(value.is_collection());
    case PredicateKind::is_date: return truth(value.is<Date>());
    case PredicateKind::is_empty: return is_empty(value);
    case PredicateKind::is_float: return truth(value.is<double>());
    case PredicateKind::is_integer: return truth(value.is_integer());
    case PredicateKind::is_ipv4: return of_text(family(Family::v4));
    case PredicateKind::is_ipv6: return of_text(family(Family::v6));
    case PredicateKind::is_iso_date: return of_text(is_iso_date);
    case PredicateKind::is_list: return truth(value.is<List>());
    case PredicateKind::is_number: return truth(value.is_number());
    case PredicateKind::is_object: return truth(value.is<Object>());
    case PredicateKind::is_string: return truth(text != nullptr);
    case PredicateKind::is_uuid: return of_text(is_uuid);
    default: return Truth::incomparable;
  }
}

/// The right side as a value; for a pattern, its text.
Evaluated<Value> expected_value(const Assert& assert, const Scope& scope) {
  const Expected& expected = assert.expected;
  const auto as_value = [&](const Template& text) -> Evaluated<Value> {
    Evaluated<std::string> rendered = render(text, scope);
    if (!rendered) return std::unexpected(std::move(rendered.error()));
    return text_value(std::move(*rendered));
  };
  switch (expected.kind) {
    case Expected::Kind::none: return Value{};
    case Expected::Kind::constant: return expected.constant;
    case Expected::Kind::text: return as_value(expected.text);
    case Expected::Kind::regex: return as_value(expected.pattern.text);
    case Expected::Kind::expression: return evaluate(expected.text.pieces.front().expression.front(), scope);
    case Expected::Kind::file: {
      Evaluated<std::string> bytes = read_named(expected.text, assert.place, scope);
      if (!bytes) return std::unexpected(std::move(bytes.error()));
      return Value{Bytes{std::move(*bytes)}};
    }
  }
  return Value{};
}

/// Whether a list of nodes is meant as a list: what it is compared with is one, or asks for one.
bool wants_list(PredicateKind kind, const Value& expected) {
  return kind == PredicateKind::includes || kind == PredicateKind::is_empty || kind == PredicateKind::is_list ||
         kind == PredicateKind::is_collection || expected.is<List>();
}

Truth hold(PredicateKind kind, const Value& actual, const Value& expected) {
  switch (kind) {
    case PredicateKind::equal: {
      const NodeSet* const nodes = actual.get<NodeSet>();
      if (nodes && nodes->texts.size() == 1) return truth(text_value(nodes->texts.front()) == expected);
      if (actual.is<std::string>() && expected.is<Bytes>()) return truth(octets(actual) == octets(expected));
      return truth(actual == expected);
    }
    case PredicateKind::not_equal: return truth(hold(PredicateKind::equal, actual, expected) == Truth::no);
    case PredicateKind::greater:
    case PredicateKind::greater_or_equal:
    case PredicateKind::less:
    case PredicateKind::less_or_equal: return ordered(kind, actual, expected);
    case PredicateKind::starts_with:
    case PredicateKind::ends_with:
    case PredicateKind::contains: return compare_octets(kind, actual, expected);
    case PredicateKind::includes: return includes(actual, expected);
    case PredicateKind::exists: return Truth::yes;
    default: return of_type(kind, actual);
  }
}

std::string describe(const Assert& assert, const Value& expected) {
  const bool has_value = assert.expected.kind != Expected::Kind::none;
  const std::string_view words = words_of(assert.predicate);
  std::string out = assert.negated ? "not" : "";
  for (const std::string& part : {std::string(words), has_value ? write_typed(expected) : std::string()})
    if (!part.empty()) out += fmt::format("{}{}", out.empty() ? "" : " ", part);
  return out;
}

}  // namespace

Evaluated<Judgement> judge(const Found& found, const Assert& assert, const Scope& scope) {
  const Evaluated<Value> expected = expected_value(assert, scope);
  if (!expected) return std::unexpected(expected.error());
  const PredicateKind kind = assert.predicate;
  const Value* const single = found.single();
  const Value* const actual = wants_list(kind, *expected) && found.value ? &*found.value : single;
  Judgement judgement{.actual = actual ? write_typed(*actual) : "none", .expected = describe(assert, *expected)};
  if (kind == PredicateKind::exists) return judgement.holds = (actual != nullptr) != assert.negated, judgement;
  if (actual == nullptr) return judgement;
  Truth held = Truth::incomparable;
  if (kind == PredicateKind::matches) {
    const Evaluated<Regex> pattern = compiled(assert.expected.pattern, assert.place, scope);
    if (!pattern) return std::unexpected(pattern.error());
    if (const std::string* text = actual->get<std::string>()) held = truth(pattern->found_in(*text));
  } else {
    held = hold(kind, *actual, *expected);
  }
  judgement.holds = held == (assert.negated ? Truth::no : Truth::yes);
  if (held == Truth::incomparable) judgement.actual += ", which cannot be compared with that";
  return judgement;
}

}  // namespace atonce::hurl
