#include "atonce/jobs/hurl/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <compare>

#include "atonce/jobs/hurl/calendar.h"
#include "atonce/jobs/hurl/text.h"
#include "atonce/model/escape.h"

namespace atonce::hurl {
namespace {

std::vector<const Member*> sorted(const Object& members) {
  std::vector<const Member*> pointers;
  pointers.reserve(members.size());
  for (const Member& member : members) pointers.push_back(&member);
  std::ranges::sort(pointers, {}, [](const Member* member) -> const std::string& { return member->name; });
  return pointers;
}

bool same_members(const Object& one, const Object& other) {
  if (one.size() != other.size()) return false;
  return std::ranges::equal(sorted(one), sorted(other), [](const Member* a, const Member* b) {
    return a->name == b->name && a->value == b->value;
  });
}

/// 1.0 stays what it is: no integer.
void append_number(std::string& out, double number) {
  const std::string text = std::isfinite(number) ? fmt::format("{}", number) : "null";
  out += text;
  if (text.find_first_not_of("-0123456789") == text.npos) out += ".0";
}

void append_json(std::string& out, const Value& value);

void append_list(std::string& out, const List& list) {
  out += '[';
  for (const Value& item : list) {
    if (&item != &list.front()) out += ',';
    append_json(out, item);
  }
  out += ']';
}

void append_object(std::string& out, const Object& object) {
  out += '{';
  for (const Member& member : object) {
    if (&member != &object.front()) out += ',';
    append_json_string(out, member.name);
    out += ':';
    append_json(out, member.value);
  }
  out += '}';
}

void append_json(std::string& out, const Value& value) {
  if (value.is_null())
    out += "null";
  else if (const bool* truth = value.get<bool>())
    out += *truth ? "true" : "false";
  else if (const std::int64_t* number = value.get<std::int64_t>())
    out += std::to_string(*number);
  else if (const BigInteger* big = value.get<BigInteger>())
    out += big->digits;
  else if (const double* real = value.get<double>())
    append_number(out, *real);
  else if (const List* list = value.get<List>())
    append_list(out, *list);
  else if (const Object* object = value.get<Object>())
    append_object(out, *object);
  else
    append_json_string(out, write_plain(value));
}

std::string_view type_of(const Value& value) {
  constexpr std::array<std::string_view, 11> names{"null",  "boolean", "integer", "integer", "float",  "string",
                                                   "bytes", "date",    "list",    "object",  "nodeset"};
  return names[value.data.index()];
}

}  // namespace

bool operator==(const Value& one, const Value& other) {
  if (one.is_number() && other.is_number()) return compare_numbers(one, other) == 0;
  if (one.data.index() != other.data.index()) return false;
  if (const Object* object = one.get<Object>()) return same_members(*object, *other.get<Object>());
  return std::visit(
      [&](const auto& held) -> bool {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, Object>)
          return false;
        else
          return held == *other.get<Held>();
      },
      one.data);
}

std::string write_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

std::string write_plain(const Value& value) {
  if (const std::string* text = value.get<std::string>()) return *text;
  if (const Bytes* bytes = value.get<Bytes>()) return fmt::format("hex,{};", write_hex(bytes->data));
  if (const Date* date = value.get<Date>()) return write_rfc3339(date->unix_ns);
  if (const NodeSet* nodes = value.get<NodeSet>())
    return nodes->texts.size() == 1 ? nodes->texts.front() : fmt::format("{}", fmt::join(nodes->texts, "\n"));
  return write_json(value);
}

std::string write_typed(const Value& value) {
  constexpr std::size_t bytes_max = 200;
  if (value.is_null()) return "null";
  if (const NodeSet* nodes = value.get<NodeSet>()) return fmt::format("nodeset of {}", nodes->texts.size());
  const Bytes* const bytes = value.get<Bytes>();
  const std::string text = bytes ? write_hex(std::string_view(bytes->data).substr(0, bytes_max)) : write_plain(value);
  const std::string_view shown = cut_at_character(text, bytes_max);
  return fmt::format("{} <{}{}>", type_of(value), escape_for_terminal(shown), shown.size() < text.size() ? "..." : "");
}

Date date_of(std::int64_t unix_s) {
  constexpr std::int64_t most = INT64_MAX / 1'000'000'000;
  return {std::clamp(unix_s, -most, most) * 1'000'000'000};
}

std::size_t weight_of(const Value& value, std::size_t most) {
  std::size_t weight = 1;
  if (const std::string* text = value.get<std::string>()) weight += text->size() / 64;
  if (const List* list = value.get<List>())
    for (const Value& item : *list)
      if (weight < most) weight += weight_of(item, most - weight);
  if (const Object* object = value.get<Object>())
    for (const Member& member : *object)
      if (weight < most) weight += member.name.size() / 64 + weight_of(member.value, most - weight);
  return std::min(weight, most);
}

double as_double(const Value& number) {
  if (const double* real = number.get<double>()) return *real;
  if (const std::int64_t* integer = number.get<std::int64_t>()) return static_cast<double>(*integer);
  double real = 0;
  if (const BigInteger* big = number.get<BigInteger>())
    if (std::from_chars(big->digits.data(), big->digits.data() + big->digits.size(), real).ec != std::errc())
      real = big->digits.starts_with('-') ? -HUGE_VAL : HUGE_VAL;
  return real;
}

int compare_numbers(const Value& one, const Value& other) {
  if (!one.is_number() || !other.is_number()) return 2;
  const BigInteger* const a = one.get<BigInteger>();
  const BigInteger* const b = other.get<BigInteger>();
  if (a && b && a->digits == b->digits) return 0;
  std::partial_ordering order = std::partial_ordering::unordered;
  if (one.is<std::int64_t>() && other.is<std::int64_t>())
    order = *one.get<std::int64_t>() <=> *other.get<std::int64_t>();
  else
    order = as_double(one) <=> as_double(other);
  if (order == 0 && (a || b)) return a && b ? (a->digits < b->digits ? -1 : 1) : (a ? 1 : -1);
  return order < 0 ? -1 : order > 0 ? 1 : order == 0 ? 0 : 2;
}

}  // namespace atonce::hurl
