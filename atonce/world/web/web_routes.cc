#include "atonce/world/web/web_routes.h"

#include <fmt/format.h>

#include <vector>

namespace atonce {
namespace {

constexpr std::string_view rest_mark = "...}";

/// Takes one step of a path, the text up to the next slash.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool match(std::string_view pattern, std::string_view path,
           std::array<std::string, WebCall::variables_max>* variables) {
  std::size_t count = 0;
  while (pattern.starts_with('/')) {
    const std::string_view wanted = take_segment(pattern);
    if (wanted.ends_with(rest_mark)) {
      if (!path.empty() && !path.starts_with('/')) return false;
      if (variables != nullptr) (*variables)[count] = path.empty() ? "" : decode_web_percent(path.substr(1), false);
      return true;
    }
    if (!path.starts_with('/')) return false;
    const std::string_view given = take_segment(path);
    if (!wanted.starts_with('{')) {
      if (given != wanted) return false;
    } else if (given.empty()) {
      return false;
    } else if (variables != nullptr) {
      (*variables)[count++] = decode_web_percent(given, false);
    }
  }
  return path.empty();
}

bool has_word(std::string_view words, std::string_view word) {
  for (std::size_t at = 0; (at = words.find(word, at)) != words.npos; ++at) {
    const bool begins = at == 0 || words[at - 1] == ' ';
    const bool ends = at + word.size() == words.size() || words[at + word.size()] == ' ';
    if (begins && ends) return true;
  }
  return false;
}

bool takes(const WebRoute& route, std::string_view method) {
  if (route.methods.empty() || has_word(route.methods, method)) return true;
  return method == "HEAD" && has_word(route.methods, "GET");
}

std::string allowed(const WebRoute& route) {
  std::string words = route.methods.empty() ? "GET POST PUT PATCH DELETE TRACE" : std::string(route.methods);
  if (takes(route, "HEAD")) words += " HEAD";
  words += " OPTIONS";
  std::string list;
  for (const char letter : words) letter == ' ' ? list += ", " : list += letter;
  return list;
}

WebResponse answer_options(const WebRoute& route, const WebRequest& request) {
  WebResponse response = make_web_response(200, "text/html; charset=utf-8", "");
  response.fields.add("Allow", allowed(route));
  response.fields.add("Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, PATCH, OPTIONS");
  response.fields.add("Access-Control-Max-Age", "3600");
  if (const auto asked = request.fields.find("Access-Control-Request-Headers"))
    response.fields.add("Access-Control-Allow-Headers", *asked);
  return response;
}

WebResponse answer_by_table(const WebRequest& request) {
  const std::string_view path = request.path();
  const WebRoute* route = find_web_route(path);
  if (route == nullptr)
    return complaint_response(404, "There is nothing here. The path / lists all that this server serves.");
  if (request.method == "OPTIONS" && !takes(*route, "OPTIONS")) return answer_options(*route, request);
  if (!takes(*route, request.method)) {
    WebResponse response = complaint_response(405, "The method is not allowed for the requested URL.");
    response.fields.add("Allow", allowed(*route));
    return response;
  }
  WebCall call{.request = request, .variables = {}, .args = parse_web_form(request.query())};
  match(route->path, path, &call.variables);
  return route->answer(call);
}

}  // namespace

std::span<const std::span<const WebRoute>> all_web_routes() {
  static const std::array groups{echo_routes(), status_routes(), body_routes(),  redirect_routes(), cookie_routes(),
                                 auth_routes(), coding_routes(), cache_routes(), page_routes(),     hostile_routes()};
  return groups;
}

const WebRoute* find_web_route(std::string_view path) {
  for (const std::span<const WebRoute> group : all_web_routes())
    for (const WebRoute& route : group)
      if (match(route.path, path, nullptr)) return &route;
  return nullptr;
}

WebResponse answer_web_request(const WebRequest& request) {
  WebResponse response = answer_by_table(request);
  const bool by_http2 = request.version == HttpVersion::http2;
  if (response.raw == WebRaw::http1 && by_http2)
    response = complaint_response(505, "This is done wrong over HTTP/1.1 alone; ask with curl --http1.1.");
  if (response.raw == WebRaw::http2 && !by_http2)
    response = complaint_response(505, "This is done wrong over HTTP/2 alone; ask with curl --http2-prior-knowledge.");
  if (response.raw != WebRaw::no) return response;
  response.fields.add("Access-Control-Allow-Origin", request.fields.find("Origin").value_or("*"));
  response.fields.add("Access-Control-Allow-Credentials", "true");
  return response;
}

}  // namespace atonce
