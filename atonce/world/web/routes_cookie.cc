#include <fmt/format.h>

#include "atonce/protocols/http/writer.h"
#include "atonce/world/web/echo.h"
#include "atonce/world/web/redirect_answer.h"
#include "atonce/world/web/web_routes.h"

namespace atonce {
namespace {

/// RFC 6265 4.1.1: what a value may hold unquoted; the rest goes as Python's http.cookies quotes it.
bool is_cookie_octet(char letter) {
  const auto byte = static_cast<unsigned char>(letter);
  return byte > 0x20 && byte < 0x7f && letter != '"' && letter != ',' && letter != ';' && letter != '\\';
}

std::string quoted(std::string_view value) {
  bool plain = true;
  for (const char letter : value) plain = plain && is_cookie_octet(letter);
  if (plain) return std::string(value);
  std::string text = "\"";
  for (const char letter : value) {
    const auto byte = static_cast<unsigned char>(letter);
    if (letter == '"' || letter == '\\') {
      (text += '\\') += letter;
    } else if (is_cookie_octet(letter) || letter == ' ') {
      text += letter;
    } else {
      text += fmt::format("\\{:03o}", byte);
    }
  }
  return text + '"';
}

std::string unquoted(std::string_view value) {
  if (value.size() < 2 || !value.starts_with('"') || !value.ends_with('"')) return std::string(value);
  value = value.substr(1, value.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      text += value[i];
      continue;
    }
    const bool octal = i + 3 < value.size() && value[i + 1] >= '0' && value[i + 1] <= '3';
    if (octal) {
      text += static_cast<char>((value[i + 1] - '0') << 6 | (value[i + 2] - '0') << 3 | (value[i + 3] - '0'));
      i += 3;
    } else {
      text += value[++i];
    }
  }
  return text;
}

std::string_view secure_mark(const WebCall& call) { return call.request.secure ? "; Secure" : ""; }

WebResponse set_all(const WebCall& call, const WebPairs& cookies) {
  WebResponse response = redirect_answer("/cookies");
  for (const auto& [name, value] : cookies) {
    if (!is_token(name)) return complaint_response(400, "The name of a cookie is a token: letters, digits, - and _.");
    response.fields.add("Set-Cookie", fmt::format("{}={}{}; Path=/", name, quoted(value), secure_mark(call)));
  }
  return response;
}

WebResponse answer_cookies(const WebCall& call) {
  WebJson::Object cookies;
  for (const std::string_view field : call.request.fields.all("Cookie")) {
    for (std::string_view rest = field; !rest.empty();) {
      const std::string_view pair = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
      const std::size_t equals = pair.find('=');
      if (equals == pair.npos) continue;
      cookies.try_emplace(std::string(trim(pair.substr(0, equals))), unquoted(trim(pair.substr(equals + 1))));
    }
  }
  return json_response(WebJson::Object{{"cookies", std::move(cookies)}});
}

WebResponse answer_set(const WebCall& call) { return set_all(call, call.args); }
WebResponse answer_set_one(const WebCall& call) { return set_all(call, {{call.variable(0), call.variable(1)}}); }

WebResponse answer_delete(const WebCall& call) {
  WebResponse response = redirect_answer("/cookies");
  for (const auto& [name, value] : call.args) {
    if (!is_token(name)) return complaint_response(400, "The name of a cookie is a token: letters, digits, - and _.");
    response.fields.add("Set-Cookie", name + "=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/");
  }
  return response;
}

constexpr std::array routes{
    WebRoute{"/cookies", "GET", "the cookies that came", answer_cookies},
    WebRoute{"/cookies/set", "GET", "sets each ?name=value and leads to /cookies", answer_set},
    WebRoute{"/cookies/set/{name}/{value}", "GET", "sets one", answer_set_one},
    WebRoute{"/cookies/delete", "GET", "deletes each ?name and leads to /cookies", answer_delete},
};

}  // namespace

std::span<const WebRoute> cookie_routes() { return routes; }

}  // namespace atonce
