// The door to simdjson.

#include "atonce/jobs/hurl/json_request.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "atonce/jobs/hurl/text.h"
#include "atonce/jobs/hurl/value.h"
#include "atonce/model/escape.h"
#include "atonce/protocols/http/fields.h"
#include "atonce/protocols/url/url.h"

namespace atonce::hurl {
namespace {

namespace sj = simdjson;
using JsonValue = sj::ondemand::value;

enum class Key : std::uint8_t { batch, method, url, headers, query, body, json, form, idempotency_key, expect };
constexpr std::array<std::string_view, 10> keys{"batch", "method", "url",  "headers",         "query",
                                                "body",  "json",   "form", "idempotency_key", "expect"};

/// What a line says, on its way to a step. Functions return what is wrong; empty: nothing.
class Line {
 public:
  Line(JsonRequest& out, const BatchLimits& limits) : out_(out), limits_(limits) {}

  std::string read(sj::ondemand::document& document) {
    sj::ondemand::object object;
    const sj::error_code error = document.get_object().get(object);
    if (error == sj::INCORRECT_TYPE) return "a line is a JSON object, as {\"url\": \"https://example.org\"}";
    if (error) return std::string(broken);
    for (auto found : object) {
      std::string_view name;
      JsonValue value;
      if (found.unescaped_key().get(name) || found.value().get(value)) return std::string(broken);
      const auto* const key = std::ranges::find(keys, name);
      if (key == keys.end())
        return fmt::format("there is no \"{}\"; a line has {}", escape_for_terminal(cut_at_character(name, 100)),
                           fmt::join(keys, ", "));
      const unsigned bit = 1U << (key - keys.begin());
      if ((seen_ & bit) != 0) return fmt::format("it has \"{}\" twice", *key);
      seen_ |= bit;
      if (std::string wrong = member(static_cast<Key>(key - keys.begin()), value); !wrong.empty())
        return wrong == broken ? wrong : fmt::format("\"{}\" {}", *key, wrong);
    }
    if (!document.current_location().error()) return "something stands behind the object";
    return complete();
  }

 private:
  static constexpr std::string_view broken = "it is not JSON";

  bool has(Key key) const { return (seen_ & 1U << static_cast<unsigned>(key)) != 0; }

  std::string member(Key key, JsonValue& value) {
    Step& step = out_.step;
    switch (key) {
      case Key::batch: return name(value);
      case Key::method: return text(value, step.method);
      case Key::url: return text(value, url_);
      case Key::idempotency_key: return text(value, step.idempotency_key);
      case Key::headers: return pairs(value, step.fields, true);
      case Key::query: return pairs(value, step.query, false);
      case Key::form: return pairs(value, step.form, false);
      case Key::body: return body(value, true);
      case Key::json: return body(value, false);
      case Key::expect: return expect(value);
    }
    return {};
  }

  std::string text(JsonValue& value, std::string& out) {
    std::string_view read;
    if (value.get_string().get(read)) return "must be a string";
    out = read;
    return {};
  }

  std::string name(JsonValue& value) {
    std::string read;
    if (std::int64_t number = 0; !value.get_int64().get(number))
      read = std::to_string(number);
    else if (!text(value, read).empty())
      return "must be a string or an integer";
    if (read.empty()) return "must not be empty; leave it out, and the line is a batch of its own";
    if (read.size() > limits_.name_bytes_max) return fmt::format("is longer than {} bytes", limits_.name_bytes_max);
    out_.name = std::move(read);
    return {};
  }

  /// A string, a number or a truth value as text.
  std::string scalar(JsonValue& value, std::string& out) {
    sj::ondemand::json_type type;
    if (value.type().get(type)) return std::string(broken);
    if (type == sj::ondemand::json_type::string) return text(value, out);
    if (type != sj::ondemand::json_type::number && type != sj::ondemand::json_type::boolean)
      return "must have strings, or lists of strings, as its values";
    out = value.raw_json_token();
    out.erase(out.find_last_not_of(" \t\r\n") + 1);
    return check_json(out) ? "" : std::string(broken);
  }

  std::string pairs(JsonValue& value, std::vector<FieldTemplate>& out, bool strings_only) {
    sj::ondemand::object object;
    if (value.get_object().get(object)) return "must be an object of names and values";
    for (auto found : object) {
      std::string_view key;
      JsonValue item;
      if (found.unescaped_key().get(key) || found.value().get(item)) return std::string(broken);
      const std::string name_of_pair(key);
      sj::ondemand::json_type type;
      if (item.type().get(type)) return std::string(broken);
      if (strings_only && type != sj::ondemand::json_type::string && type != sj::ondemand::json_type::array)
        return "must have strings, or lists of strings, as its values";
      if (type == sj::ondemand::json_type::array) {
        sj::ondemand::array array;
        if (item.get_array().get(array)) return std::string(broken);
        for (auto element : array) {
          JsonValue one;
          if (element.get(one)) return std::string(broken);
          if (std::string wrong = put(name_of_pair, one, out); !wrong.empty()) return wrong;
        }
      } else if (std::string wrong = put(name_of_pair, item, out); !wrong.empty()) {
        return wrong;
      }
    }
    return {};
  }

  std::string put(const std::string& key, JsonValue& item, std::vector<FieldTemplate>& out) {
    std::string read;
    if (std::string wrong = scalar(item, read); !wrong.empty()) return wrong;
    out.push_back({.name = Template::of(key), .value = Template::of(std::move(read))});
    return {};
  }

  /// `strings_plain`: a string is sent as its text; everything else as the JSON it is, byte for byte.
  std::string body(JsonValue& value, bool strings_plain) {
    sj::ondemand::json_type type;
    if (value.type().get(type)) return std::string(broken);
    Body& read = out_.step.body.emplace();
    std::string sent;
    if (strings_plain && type == sj::ondemand::json_type::string) {
      if (std::string wrong = text(value, sent); !wrong.empty()) return wrong;
    } else {
      std::string_view raw;
      if (sj::to_json_string(value).get(raw)) return std::string(broken);
      sent = raw.substr(0, raw.find_last_not_of(" \t\r\n") + 1);
      read.kind = Body::Kind::json;
      if (const Parsed<void> good = check_json(sent, {.depth_max = limits_.depth_max}); !good) return good.error().text;
    }
    read.text = Template::of(std::move(sent));
    return {};
  }

  std::string expect(JsonValue& value) {
    std::int64_t status = 0;
    if (value.get_int64().get(status) || status < 100 || status > 999) return "must be a status code, as 200";
    out_.step.response.emplace().status = static_cast<std::uint16_t>(status);
    return {};
  }

  std::string complete() {
    Step& step = out_.step;
    if (!out_.name) out_.name = "";
    if (has(Key::body) + has(Key::json) + has(Key::form) > 1) return "it has more than one of body, json and form";
    if (!has(Key::url)) return "it has no \"url\"";
    if (const Parsed<Url> url = parse_url(url_); !url) return url.error().text;
    step.url = Template::of(std::move(url_));
    const bool sends = has(Key::body) || has(Key::json) || has(Key::form);
    if (step.method.empty()) step.method = sends ? "POST" : "GET";
    if (has(Key::idempotency_key) && step.idempotency_key.empty()) return "\"idempotency_key\" must not be empty";
    return {};
  }

  JsonRequest& out_;
  const BatchLimits& limits_;
  std::string url_;
  unsigned seen_ = 0;
};

}  // namespace

struct JsonRequestReader::State {
  explicit State(const BatchLimits& given) : limits(given) {}
  BatchLimits limits;
  sj::ondemand::parser parser;
  std::string buffer;  ///< a line, and what simdjson may read behind it
};

JsonRequestReader::JsonRequestReader(const BatchLimits& limits) : state_(std::make_unique<State>(limits)) {}
JsonRequestReader::~JsonRequestReader() = default;

JsonRequest JsonRequestReader::read(std::string_view line) {
  constexpr std::size_t buffer_kept_max = 1 << 20;
  if (state_->buffer.size() > buffer_kept_max && line.size() < buffer_kept_max) state_->buffer = {};
  state_->buffer.resize(std::max(state_->buffer.size(), line.size() + sj::SIMDJSON_PADDING));
  std::memcpy(state_->buffer.data(), line.data(), line.size());
  std::memset(state_->buffer.data() + line.size(), 0, sj::SIMDJSON_PADDING);
  JsonRequest request;
  sj::ondemand::document document;
  const sj::padded_string_view padded(state_->buffer.data(), line.size(), state_->buffer.size());
  if (const sj::error_code error = state_->parser.iterate(padded).get(document))
    request.complaint = fmt::format("it is not JSON: {}", sj::error_message(error));
  else
    request.complaint = Line(request, state_->limits).read(document);
  return request;
}

}  // namespace atonce::hurl
