#include "atonce/world/web/echo.h"

#include <algorithm>
#include <array>

#include "atonce/model/escape.h"
#include "atonce/protocols/http/base64.h"

namespace atonce {
namespace {

using namespace std::string_view_literals;

/// What stands between httpbin and its callers in its public place, and is no part of a request: hidden, unless
/// `show_env` is asked for.
constexpr std::array hidden{"x-varnish"sv,
                            "x-request-start"sv,
                            "x-heroku-queue-depth"sv,
                            "x-real-ip"sv,
                            "x-forwarded-proto"sv,
                            "x-forwarded-protocol"sv,
                            "x-forwarded-ssl"sv,
                            "x-heroku-queue-wait-time"sv,
                            "x-forwarded-for"sv,
                            "x-heroku-dynos-in-use"sv,
                            "x-forwarded-port"sv,
                            "x-request-id"sv,
                            "via"sv,
                            "total-route-time"sv,
                            "connect-time"sv};

char lower_of(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter; }

/// "x-forwarded-for" to "X-Forwarded-For".
std::string title_case(std::string_view name) {
  std::string title;
  bool first = true;
  for (const char letter : name) {
    const char lower = lower_of(letter);
    title += first && lower >= 'a' && lower <= 'z' ? static_cast<char>(lower - 32) : lower;
    first = letter == '-';
  }
  return title;
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = first_character(bytes).length;
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

void add(WebJson::Object& object, const std::string& name, std::string text) {
  const auto [place, fresh] = object.try_emplace(name, text);
  if (fresh) return;
  if (auto* one = std::get_if<std::string>(&place->second.value))
    place->second.value = WebJson::Array{WebJson(std::move(*one))};
  std::get<WebJson::Array>(place->second.value).push_back(WebJson(std::move(text)));
}

struct Body {
  WebJson::Object form, files;
  std::string data;
  WebJson json;
};

Body read_body(const WebRequest& request) {
  Body body;
  const std::string_view type = request.fields.find("Content-Type").value_or("");
  const std::string_view kind = trim(type.substr(0, type.find(';')));
  if (equal_but_case(kind, "multipart/form-data")) {
    for (const WebPart& part : parse_web_multipart(type, request.body)) {
      if (part.file) {
        add(body.files, part.name,
            text_or_data_url(part.body, part.content_type.empty() ? "application/octet-stream" : part.content_type));
      } else {
        add(body.form, part.name, std::string(part.body));
      }
    }
  } else if (equal_but_case(kind, "application/x-www-form-urlencoded")) {
    body.form = flatten(parse_web_form(request.body));
  } else {
    body.data = text_or_data_url(request.body);
    if (auto json = parse_web_json(request.body)) body.json = std::move(*json);
  }
  return body;
}

}  // namespace

std::string text_or_data_url(std::string_view bytes, std::string_view content_type) {
  if (is_utf8(bytes)) return std::string(bytes);
  return "data:" + std::string(content_type) + ";base64," + write_base64(bytes);
}

WebJson::Object flatten(const WebPairs& pairs) {
  WebJson::Object object;
  for (const auto& [name, value] : pairs) add(object, name, value);
  return object;
}

WebJson::Object echo_fields(const WebRequest& request) {
  WebJson::Object object;
  const bool show_all = web_value_of(parse_web_form(request.query()), "show_env").has_value();
  if (!request.host.empty()) object.emplace("Host", WebJson(request.host));
  for (const auto& [name, value] : request.fields) {
    const std::string title = title_case(name);
    std::string lower(name);
    std::ranges::transform(lower, lower.begin(), lower_of);
    if (title == "Host" || (value.empty() && (title == "Content-Type" || title == "Content-Length"))) continue;
    if (!show_all && std::ranges::find(hidden, lower) != hidden.end()) continue;
    const auto [place, fresh] = object.try_emplace(title, std::string(value));
    if (!fresh) std::get<std::string>(place->second.value) += "," + std::string(value);
  }
  return object;
}

std::string origin_of(const WebRequest& request) {
  const auto forwarded = request.fields.find("X-Forwarded-For");
  return forwarded ? std::string(*forwarded) : write_address(request.peer);
}

std::string url_of(const WebRequest& request) {
  std::string_view scheme = request.scheme();
  if (const auto told = request.fields.find("X-Forwarded-Proto")) scheme = *told;
  return std::string(scheme) + "://" + request.host + request.target;
}

WebJson::Object echo(const WebCall& call, Echo parts) {
  const WebRequest& request = call.request;
  WebJson::Object object;
  if (has(parts, Echo::args)) object.emplace("args", flatten(call.args));
  if (has(parts, Echo::headers)) object.emplace("headers", echo_fields(request));
  if (has(parts, Echo::origin)) object.emplace("origin", origin_of(request));
  if (has(parts, Echo::url)) object.emplace("url", url_of(request));
  if (has(parts, Echo::method)) object.emplace("method", request.method);
  if (has(parts, Echo::body)) {
    Body body = read_body(request);
    object.emplace("form", std::move(body.form));
    object.emplace("files", std::move(body.files));
    object.emplace("data", std::move(body.data));
    object.emplace("json", std::move(body.json));
  }
  return object;
}

}  // namespace atonce
