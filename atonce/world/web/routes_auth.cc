#include "atonce/protocols/http/base64.h"
#include "atonce/world/web/json.h"
#include "atonce/world/web/status_answer.h"
#include "atonce/world/web/web_routes.h"

namespace atonce {
namespace {

/// What follows the scheme in the Authorization field; empty when there is none of this scheme.
std::optional<std::string_view> credentials(const WebRequest& request, std::string_view scheme) {
  const auto field = request.fields.find("Authorization");
  if (!field || field->size() <= scheme.size() || (*field)[scheme.size()] != ' ') return std::nullopt;
  if (!equal_but_case(field->substr(0, scheme.size()), scheme)) return std::nullopt;
  return trim(field->substr(scheme.size()));
}

bool is_known(const WebCall& call) {
  const auto given = credentials(call.request, "Basic");
  const auto decoded = given ? parse_base64(*given) : std::nullopt;
  return decoded && *decoded == call.variable(0) + ":" + call.variable(1);
}

WebResponse admit(const WebCall& call) {
  return json_response(WebJson::Object{{"authenticated", true}, {"user", call.variable(0)}});
}

WebResponse answer_basic(const WebCall& call) { return is_known(call) ? admit(call) : status_answer(401); }
WebResponse answer_hidden_basic(const WebCall& call) { return is_known(call) ? admit(call) : status_answer(404); }

WebResponse answer_bearer(const WebCall& call) {
  const auto token = credentials(call.request, "Bearer");
  if (token) return json_response(WebJson::Object{{"authenticated", true}, {"token", *token}});
  WebResponse response = make_web_response(401, "text/html; charset=utf-8", "");
  response.fields.add("WWW-Authenticate", "Bearer");
  return response;
}

constexpr std::array routes{
    WebRoute{"/basic-auth/{user}/{password}", "GET", "200 for these credentials, else 401", answer_basic},
    WebRoute{"/hidden-basic-auth/{user}/{password}", "GET", "200 for these credentials, else 404", answer_hidden_basic},
    WebRoute{"/bearer", "GET", "200 for any bearer token, else 401", answer_bearer},
};

}  // namespace

std::span<const WebRoute> auth_routes() { return routes; }

}  // namespace atonce
