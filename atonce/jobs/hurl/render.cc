#include "atonce/jobs/hurl/render.h"

#include <fmt/format.h>

#include "atonce/jobs/hurl/calendar.h"
#include "atonce/jobs/hurl/jsonpath.h"
#include "atonce/jobs/hurl/text.h"
#include "atonce/jobs/hurl/xpath.h"
#include "atonce/model/escape.h"

namespace atonce::hurl {
namespace {

/// What a JSONPath may select in all: its nodes may lie in each other, and each is copied.
constexpr std::size_t copied_weight_max = 2'000'000;

/// Version 4. Source: RFC 9562 5.4.
std::string new_uuid(const Sources& sources) {
  const std::uint64_t high = (sources.random() & ~0xf000ULL) | 0x4000;
  const std::uint64_t low = (sources.random() >> 2) | 0x8000'0000'0000'0000ULL;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xffff, low >> 48,
                     low & 0xffff'ffff'ffffULL);
}

/// A relative path without "..".
bool stays_inside(std::string_view path) {
  if (path.empty() || path.starts_with('/') || path.find('\0') != path.npos) return false;
  for (std::size_t end = 0; end != path.npos;) {
    end = path.find('/');
    if (path.substr(0, end) == "..") return false;
    if (end != path.npos) path.remove_prefix(end + 1);
  }
  return true;
}

void append_value(std::string& out, const Value& value, Expression::Writing writing) {
  if (writing == Expression::Writing::json_value)
    out += write_json(value);
  else if (writing == Expression::Writing::json_text)
    append_json_text(out, write_plain(value));
  else
    out += write_plain(value);
}

}  // namespace

const Value* Found::single() const {
  if (!value) return nullptr;
  const List* const list = nodes ? value->get<List>() : nullptr;
  if (list == nullptr || list->size() > 1) return &*value;
  return list->empty() ? nullptr : &list->front();
}

Evaluated<Value> evaluate(const Expression& expression, const Scope& scope) {
  Found found;
  if (expression.source == Expression::Source::new_uuid) {
    found.value = text_value(new_uuid(scope.sources));
  } else if (expression.source == Expression::Source::new_date) {
    found.value = text_value(write_rfc3339(scope.sources.unix_now_ns()));
  } else if (const Value* known = scope.variables.find(expression.name)) {
    found.value = *known;
  } else {
    return wrong_at(
        expression.place,
        fmt::format("the variable \"{}\" is not known here; no request before it captured it, and it was not given "
                    "with --variable",
                    escape_for_terminal(expression.name)));
  }
  Evaluated<Found> filtered = apply_filters(std::move(found), expression.filters, scope);
  if (!filtered) return std::unexpected(std::move(filtered.error()));
  const Value* const single = filtered->single();
  if (single == nullptr) return wrong_at(expression.place, "the filters of this expression leave no value");
  return *single;
}

Evaluated<std::string> render(const Template& text, const Scope& scope) {
  std::string out;
  for (const Template::Piece& piece : text.pieces) {
    out += piece.text;
    for (const Expression& expression : piece.expression) {
      const Evaluated<Value> value = evaluate(expression, scope);
      if (!value) return std::unexpected(value.error());
      append_value(out, *value, expression.writing);
      if (out.size() > rendered_bytes_max) return wrong_at(expression.place, "the text grows beyond 64 MiB here");
    }
  }
  return out;
}

Evaluated<std::string> read_named(const Template& name, Place place, const Scope& scope) {
  const Evaluated<std::string> path = render(name, scope);
  if (!path) return std::unexpected(path.error());
  std::string why;
  if (!stays_inside(*path))
    why = "names of files are relative to the folder of the batch, and do not lead out of it";
  else if (Parsed<std::string> bytes = scope.sources.read_file(*path))
    return std::move(*bytes);
  else
    why = std::move(bytes.error().text);
  return wrong_at(place, fmt::format("the file \"{}\": {}", escape_for_terminal(*path), why));
}

Evaluated<Found> apply_jsonpath(const Value& document, const PathText& path, Place place, const Scope& scope) {
  std::shared_ptr<const JsonPath> compiled_path = path.compiled;
  if (!compiled_path) {
    const Evaluated<std::string> text = render(path.text, scope);
    if (!text) return std::unexpected(text.error());
    auto fresh = JsonPath::compile(*text);
    if (!fresh) return wrong_at(place, std::move(fresh.error().text));
    compiled_path = std::move(*fresh);
  }
  const auto nodes = compiled_path->select(document);
  if (!nodes) return wrong_at(place, nodes.error().text);
  if (compiled_path->singular()) return nodes->empty() ? Found{} : Found{.value = *nodes->front()};
  List list;
  std::size_t weight = 0;
  for (const Value* node : *nodes) {
    weight += weight_of(*node, copied_weight_max);
    if (weight >= copied_weight_max) return wrong_at(place, "the JSONPath selects more than can be held");
    list.push_back(*node);
  }
  return Found{.value = Value{std::move(list)}, .nodes = true};
}

Evaluated<Regex> compiled(const Pattern& pattern, Place place, const Scope& scope) {
  if (pattern.compiled) return *pattern.compiled;
  const Evaluated<std::string> text = render(pattern.text, scope);
  if (!text) return std::unexpected(text.error());
  Parsed<Regex> fresh = Regex::parse(*text);
  if (!fresh) return wrong_at(place, std::move(fresh.error().text));
  return std::move(*fresh);
}

Evaluated<Found> apply_xpath(std::string_view document, bool xml, const Template& path, Place place,
                             const Scope& scope) {
  const Evaluated<std::string> text = render(path, scope);
  if (!text) return std::unexpected(text.error());
  Parsed<Value> value = evaluate_xpath(document, xml ? Markup::xml : Markup::html, *text);
  if (!value) return wrong_at(place, std::move(value.error().text));
  const NodeSet* const nodes = value->get<NodeSet>();
  if (nodes != nullptr && nodes->texts.empty()) return Found{};
  return Found{.value = std::move(*value)};
}

}  // namespace atonce::hurl
