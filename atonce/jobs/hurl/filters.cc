#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "atonce/jobs/hurl/calendar.h"
#include "atonce/jobs/hurl/render.h"
#include "atonce/jobs/hurl/text.h"
#include "atonce/jobs/hurl/words.h"
#include "atonce/jobs/hurl/xpath.h"
#include "atonce/model/escape.h"
#include "atonce/protocols/http/base64.h"
#include "atonce/protocols/url/query.h"

namespace atonce::hurl {
namespace {

constexpr std::int64_t ns_of_day = std::int64_t{86'400} * 1'000'000'000;
constexpr std::size_t items_max = 1'000'000;  ///< of a list that a filter makes

/// One filter over one value. Each function gives what it makes, or a sentence on why it cannot.
class Work {
 public:
  Work(const Filter& filter, const Scope& scope) : filter_(filter), scope_(scope) {}

  Evaluated<Found> apply(const Found& input) {
    if (!input.value) return Found{};
    switch (filter_.kind) {  // those that want all nodes
      case FilterKind::count: return count(*input.value);
      case FilterKind::first: return item(*input.value, 0);
      case FilterKind::last: return item(*input.value, -1);
      case FilterKind::nth: return item(*input.value, filter_.index);
      default: break;
    }
    const Value* const value = input.single();
    if (value == nullptr) return Found{};
    if (const std::string* text = value->get<std::string>()) return of_text(*text);
    if (const Bytes* bytes = value->get<Bytes>()) return of_bytes(bytes->data);
    return of_others(*value);
  }

 private:
  Evaluated<Found> give(Value value) { return Found{.value = std::move(value)}; }
  Evaluated<Found> give(std::string text) { return give(text_value(std::move(text))); }
  Evaluated<Found> refuse(std::string why) {
    return wrong_at(filter_.place, fmt::format("the filter {}: {}", name_of(filter_.kind), why));
  }
  Evaluated<Found> refuse_type(const Value& value) {
    return refuse(fmt::format("it cannot work on {}", write_typed(value)));
  }

  Evaluated<Found> count(const Value& value) {
    const auto number = [&](std::size_t size) { return give(integer_value(static_cast<std::int64_t>(size))); };
    if (const List* list = value.get<List>()) return number(list->size());
    if (const Object* object = value.get<Object>()) return number(object->size());
    if (const Bytes* bytes = value.get<Bytes>()) return number(bytes->data.size());
    if (const NodeSet* nodes = value.get<NodeSet>()) return number(nodes->texts.size());
    return refuse_type(value);
  }

  /// Nothing where the list does not reach; negative ones count from the end.
  Evaluated<Found> item(const Value& value, std::int64_t index) {
    const auto pick = [&](const auto& items, auto make) -> Evaluated<Found> {
      const std::int64_t at = index < 0 ? index + std::ssize(items) : index;
      if (at < 0 || at >= std::ssize(items)) return Found{};
      return give(make(items[static_cast<std::size_t>(at)]));
    };
    if (const List* list = value.get<List>()) return pick(*list, [](const Value& one) { return one; });
    if (const NodeSet* nodes = value.get<NodeSet>()) return pick(nodes->texts, text_value);
    return refuse_type(value);
  }

  Evaluated<Found> of_text(const std::string& text) {
    switch (filter_.kind) {
      case FilterKind::base64_decode:
      case FilterKind::base64_url_safe_decode: return decode_base64(text);
      case FilterKind::base64_encode: return give(write_base64(text));
      case FilterKind::base64_url_safe_encode: return give(write_base64url(text));
      case FilterKind::html_escape: return give(escape_html(text));
      case FilterKind::html_unescape: return give(unescape_html(text));
      case FilterKind::jsonpath: return jsonpath(text);
      case FilterKind::regex: return regex(text);
      case FilterKind::replace: return replace(text);
      case FilterKind::replace_regex: return replace_regex(text);
      case FilterKind::split: return split(text);
      case FilterKind::to_date: return to_date(text);
      case FilterKind::to_float: return to_float(text);
      case FilterKind::to_int: return to_int(text);
      case FilterKind::to_string: return give(text);
      case FilterKind::url_decode: return url_decode(text);
      case FilterKind::url_encode: return give(url_encode(text));
      case FilterKind::url_query_param: return query_parameter(text);
      case FilterKind::utf8_encode: return give(Value{Bytes{text}});
      case FilterKind::xpath: return apply_xpath(text, text.starts_with("<?xml"), filter_.first, filter_.place, scope_);
      default: return refuse_type(text_value(text));
    }
  }

  Evaluated<Found> of_bytes(const std::string& bytes) {
    switch (filter_.kind) {
      case FilterKind::base64_encode: return give(write_base64(bytes));
      case FilterKind::base64_url_safe_encode: return give(write_base64url(bytes));
      case FilterKind::to_hex: return give(write_hex(bytes));
      case FilterKind::to_string:
      case FilterKind::utf8_decode:
        if (is_utf8(bytes)) return give(bytes);
        return refuse("the bytes are not UTF-8");
      case FilterKind::decode: return decode(bytes);
      default: return refuse_type(Value{Bytes{bytes}});
    }
  }

  Evaluated<Found> of_others(const Value& value) {
    switch (filter_.kind) {
      case FilterKind::jsonpath:
        if (!value.is<Date>() && !value.is<NodeSet>())
          return apply_jsonpath(value, filter_.path, filter_.place, scope_);
        break;
      case FilterKind::location:
        if (const Object* object = value.get<Object>())
          for (const Member& member : *object)
            if (member.name == "location") return give(member.value);
        break;
      case FilterKind::to_string: return give(write_plain(value));
      case FilterKind::to_int:
        if (value.is_integer()) return give(value);
        if (const double* real = value.get<double>(); real && std::abs(*real) < 9.2e18)
          return give(integer_value(static_cast<std::int64_t>(*real)));
        break;
      case FilterKind::to_float:
        if (value.is_number()) return give(Value{as_double(value)});
        break;
      default:
        if (const Date* date = value.get<Date>()) return of_date(*date);
        if (const NodeSet* nodes = value.get<NodeSet>(); nodes && nodes->texts.size() == 1)
          return of_text(nodes->texts.front());
    }
    return refuse_type(value);
  }

  Evaluated<Found> of_date(Date date) {
    // Halves: the difference of two moments may be too long for 64 bits of nanoseconds.
    const auto days = [&](std::int64_t from, std::int64_t to) {
      return give(integer_value((to / 2 - from / 2) / (ns_of_day / 2)));
    };
    switch (filter_.kind) {
      case FilterKind::days_after_now: return days(scope_.sources.unix_now_ns(), date.unix_ns);
      case FilterKind::days_before_now: return days(date.unix_ns, scope_.sources.unix_now_ns());
      case FilterKind::date_format: {
        const Evaluated<std::string> format = render(filter_.first, scope_);
        if (!format) return std::unexpected(format.error());
        Parsed<std::string> text = write_date(date.unix_ns, *format);
        if (!text) return refuse(std::move(text.error().text));
        return give(std::move(*text));
      }
      default: return refuse_type(Value{date});
    }
  }

  Evaluated<Found> decode_base64(const std::string& text) {
    std::optional<std::string> bytes = parse_base64(text);
    if (!bytes) return refuse(fmt::format("{} is not base64", write_typed(text_value(text))));
    return give(Value{Bytes{std::move(*bytes)}});
  }

  Evaluated<Found> decode(const std::string& bytes) {
    const Evaluated<std::string> charset = render(filter_.first, scope_);
    if (!charset) return std::unexpected(charset.error());
    if (!is_charset(*charset))
      return refuse(fmt::format("there is no character set \"{}\"", escape_for_terminal(*charset)));
    std::optional<std::string> text = decode_charset(bytes, *charset);
    if (!text)
      return refuse(fmt::format("the bytes are not of the character set \"{}\"", escape_for_terminal(*charset)));
    return give(std::move(*text));
  }

  Evaluated<Found> jsonpath(const std::string& text) {
    const Parsed<Value> document = parse_json(text);
    if (!document) return refuse(fmt::format("the text {}", document.error().text));
    return apply_jsonpath(*document, filter_.path, filter_.place, scope_);
  }

  Evaluated<Found> regex(const std::string& text) {
    const Evaluated<Regex> pattern = compiled(filter_.pattern, filter_.place, scope_);
    if (!pattern) return std::unexpected(pattern.error());
    if (pattern->groups() < 1) return refuse("the regular expression must have a group, as in /id=(\\d+)/");
    const std::optional<std::string_view> group = pattern->first_group_in(text);
    return group ? give(std::string(*group)) : Found{};
  }

  Evaluated<Found> replace(const std::string& text) {
    const Evaluated<std::string> from = render(filter_.first, scope_);
    if (!from) return std::unexpected(from.error());
    const Evaluated<std::string> to = render(filter_.second, scope_);
    if (!to) return std::unexpected(to.error());
    std::optional<std::string> out = replace_all(text, *from, *to, rendered_bytes_max);
    return out ? give(std::move(*out)) : refuse("the text grows beyond 64 MiB");
  }

  Evaluated<Found> replace_regex(const std::string& text) {
    const Evaluated<Regex> pattern = compiled(filter_.pattern, filter_.place, scope_);
    if (!pattern) return std::unexpected(pattern.error());
    const Evaluated<std::string> to = render(filter_.second, scope_);
    if (!to) return std::unexpected(to.error());
    std::optional<std::string> out = pattern->expand_all(text, *to, rendered_bytes_max);
    return out ? give(std::move(*out)) : refuse("the text grows beyond 64 MiB");
  }

  Evaluated<Found> split(std::string_view text) {
    const Evaluated<std::string> separator = render(filter_.first, scope_);
    if (!separator) return std::unexpected(separator.error());
    if (separator->empty()) return refuse("the separator is empty");
    List items;
    for (std::size_t end = 0; end != text.npos && items.size() <= items_max;) {
      end = text.find(*separator);
      items.push_back(text_value(std::string(text.substr(0, end))));
      if (end != text.npos) text.remove_prefix(end + separator->size());
    }
    if (items.size() > items_max) return refuse(fmt::format("there are more than {} parts", items_max));
    return give(Value{std::move(items)});
  }

  Evaluated<Found> to_date(const std::string& text) {
    const Evaluated<std::string> format = render(filter_.first, scope_);
    if (!format) return std::unexpected(format.error());
    const Parsed<std::int64_t> unix_ns = parse_date(text, *format);
    if (!unix_ns) return refuse(unix_ns.error().text);
    return give(Value{Date{*unix_ns}});
  }

  Evaluated<Found> to_int(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!text.empty() && read.ptr == text.data() + text.size()) {
      if (read.ec == std::errc()) return give(integer_value(number));
      return give(Value{BigInteger{std::string(text)}});
    }
    return refuse(fmt::format("{} is no integer", write_typed(text_value(std::string(text)))));
  }

  Evaluated<Found> to_float(std::string_view text) {
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (!text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size() && std::isfinite(number))
      return give(Value{number});
    return refuse(fmt::format("{} is no number", write_typed(text_value(std::string(text)))));
  }

  Evaluated<Found> url_decode(const std::string& text) {
    std::string out = percent_decode(text);
    if (!is_utf8(out)) return refuse("what is decoded is not UTF-8");
    return give(std::move(out));
  }

  /// Slashes stay, as in Hurl.
  static std::string url_encode(std::string_view text) {
    std::string out;
    for (std::size_t end = 0; end != text.npos;) {
      end = text.find('/');
      out += percent_encode(text.substr(0, end));
      if (end == text.npos) break;
      out += '/';
      text.remove_prefix(end + 1);
    }
    return out;
  }

  Evaluated<Found> query_parameter(const std::string& text) {
    const Evaluated<std::string> name = render(filter_.first, scope_);
    if (!name) return std::unexpected(name.error());
    const Parsed<Url> url = parse_url(text);
    if (!url) return refuse(url.error().text);
    for (auto& [key, value] : parse_form(url->query.value_or("")))
      if (key == *name) return give(std::move(value));
    return Found{};
  }

  const Filter& filter_;
  const Scope& scope_;
};

}  // namespace

Evaluated<Found> apply_filters(Found found, const std::vector<Filter>& filters, const Scope& scope) {
  for (const Filter& filter : filters) {
    Evaluated<Found> next = Work(filter, scope).apply(found);
    if (!next) return next;
    found = std::move(*next);
  }
  return found;
}

}  // namespace atonce::hurl
