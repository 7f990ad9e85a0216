#include <cmath>

#include "atonce/world/web/status_answer.h"
#include "atonce/world/web/web_routes.h"
#include "atonce/world/web/words.h"

namespace atonce {
namespace {

constexpr double delay_max_s = 10;  // As httpbin.
constexpr std::string_view teapot = R"(
    -=[ teapot ]=-

       _...._
     .'  _ _ `.
    | ."` ^ `". _,
    \_;`"---"`|//
      |       ;/
      \_     _/
        `"""`
)";

struct Choice {
  std::uint16_t status;
  double weight;
};

std::optional<Choice> parse_choice(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const auto status = parse_web_number<std::uint16_t>(text.substr(0, colon));
  const auto weight = colon == text.size() ? std::optional(1.0) : parse_web_number<double>(text.substr(colon + 1));
  // Below 200 there is no final answer, above 599 none that a client must understand: RFC 9110 15.
  if (!status || !weight || *status < 200 || *status > 999 || !(*weight >= 0 && std::isfinite(*weight)))
    return std::nullopt;
  return Choice{*status, *weight};
}

WebResponse answer_status(const WebCall& call) {
  std::vector<Choice> choices;
  double sum = 0;
  for (std::string_view rest = call.variable(0);;) {
    const std::string_view word = rest.substr(0, rest.find(','));
    const auto choice = parse_choice(word);
    if (!choice) return make_web_response(400, "text/html; charset=utf-8", "Invalid status code");
    choices.push_back(*choice);
    sum += choice->weight;
    if (word.size() == rest.size()) break;
    rest.remove_prefix(word.size() + 1);
  }
  double point = static_cast<double>(call.request.random >> 11) * 0x1p-53 * sum;
  for (const Choice& choice : choices) {
    if (point < choice.weight) return status_answer(choice.status);
    point -= choice.weight;
  }
  return status_answer(choices.back().status);
}

WebResponse answer_delay(const WebCall& call) {
  const auto delay = parse_web_number<double>(call.variable(0));
  if (!delay || !(*delay >= 0)) return complaint_response(400, "The delay is a number of seconds, up to 10.");
  WebResponse response = find_web_route("/post")->answer(call);
  response.delay = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(std::min(*delay, delay_max_s)));
  return response;
}

constexpr std::string_view any = "GET POST PUT DELETE PATCH TRACE";
constexpr std::array routes{
    WebRoute{"/status/{codes}", any, "this status code, or one of several, as 200,500:0.1", answer_status},
    WebRoute{"/delay/{seconds}", any, "the request told back after so many seconds, 10 at most", answer_delay},
};

}  // namespace

WebResponse status_answer(std::uint16_t status) {
  WebResponse response = make_web_response(status, "text/html; charset=utf-8", "");
  const auto only = [&](std::string_view name, std::string_view value) {
    response.fields = {};
    response.fields.add(name, value);
  };
  switch (status) {
    case 301:
    case 302:
    case 303:
    case 305:
    case 307: only("Location", "/redirect/1"); break;
    case 401: only("WWW-Authenticate", "Basic realm=\"Fake Realm\""); break;
    case 407: only("Proxy-Authenticate", "Basic realm=\"Fake Realm\""); break;
    case 406:
      response = make_web_response(406, "application/json",
                                   "{\"message\": \"Client did not request a supported media type.\", \"accept\": "
                                   "[\"image/webp\", \"image/svg+xml\", \"image/jpeg\", \"image/png\", \"image/*\"]}");
      break;
    case 418:
      response = make_web_response(418, "", std::string(teapot));
      response.fields.add("x-more-info", "http://tools.ietf.org/html/rfc2324");
      break;
    default: break;
  }
  return response;
}

std::span<const WebRoute> status_routes() { return routes; }

}  // namespace atonce
