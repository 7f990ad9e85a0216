#include <fmt/format.h>

#include "atonce/protocols/http/http_date.h"
#include "atonce/protocols/http/writer.h"
#include "atonce/world/web/echo.h"
#include "atonce/world/web/status_answer.h"
#include "atonce/world/web/web_routes.h"
#include "atonce/world/web/words.h"

namespace atonce {
namespace {

WebResponse get(const WebCall& call) { return json_response(echo(call, echo_get)); }

WebResponse answer_cache(const WebCall& call) {
  const Fields& fields = call.request.fields;
  if (fields.find("If-Modified-Since") || fields.find("If-None-Match")) return status_answer(304);
  WebResponse response = get(call);
  response.fields.add("Last-Modified", write_http_date(call.request.now));
  response.fields.add("ETag", fmt::format("{:016x}{:016x}", call.request.random, ~call.request.random));
  return response;
}

WebResponse answer_cache_control(const WebCall& call) {
  const auto seconds = parse_web_number<std::uint64_t>(call.variable(0));
  if (!seconds) return complaint_response(404, "For how many seconds? A whole number is wanted.");
  WebResponse response = get(call);
  response.fields.add("Cache-Control", fmt::format("public, max-age={}", *seconds));
  return response;
}

/// Whether a list like `"a", W/"b"` has the tag, or is `*`.
bool lists(std::string_view field, std::string_view tag) {
  while (!field.empty()) {
    std::string_view item = field.substr(0, field.find(','));
    field.remove_prefix(std::min(item.size() + 1, field.size()));
    item = trim(item);
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item.size() >= 2 && item.starts_with('"') && item.ends_with('"')) item = item.substr(1, item.size() - 2);
    if (item == tag || item == "*") return true;
  }
  return false;
}

WebResponse answer_etag(const WebCall& call) {
  const std::string& tag = call.variable(0);
  if (const std::string why = complaint_about_field("ETag", tag); !why.empty()) return complaint_response(400, why);
  const auto none_match = call.request.fields.find("If-None-Match");
  const auto match = call.request.fields.find("If-Match");
  WebResponse response;
  if (none_match && lists(*none_match, tag)) {
    response = status_answer(304);
  } else if (!none_match && match && !lists(*match, tag)) {
    return status_answer(412);
  } else {
    response = get(call);
  }
  response.fields.add("ETag", tag);
  return response;
}

WebResponse answer_response_headers(const WebCall& call) {
  WebResponse response;
  response.fields.add("Content-Type", "application/json");
  for (const auto& [name, value] : call.args) {
    if (const std::string why = complaint_about_field(name, value); !why.empty()) return complaint_response(400, why);
    if (equal_but_case(name, "Content-Length") || equal_but_case(name, "Transfer-Encoding") ||
        equal_but_case(name, "Connection"))
      return complaint_response(400, "What frames the answer is not for a query to say; see /hostile for that.");
    response.fields.add(name, value);
  }
  // The body tells its own length, so its length depends on itself; it settles at once or after a further round.
  for (std::uint64_t length = 0;; length = response.body.size()) {
    WebPairs told{{"Content-Length", std::to_string(length)}};
    for (const auto& [name, value] : response.fields) told.emplace_back(name, value);
    response.body = write_json(flatten(told)) + "\n";
    if (response.body.size() == length) break;
  }
  response.length = response.body.size();
  return response;
}

constexpr std::array routes{
    WebRoute{"/cache", "GET", "304 for a conditional request, else as /get", answer_cache},
    WebRoute{"/cache/{seconds}", "GET", "as /get, with Cache-Control", answer_cache_control},
    WebRoute{"/etag/{etag}", "GET", "as /get, with this ETag: 304 and 412 as If-None-Match and If-Match want",
             answer_etag},
    WebRoute{"/response-headers", "GET POST", "the fields of the query, as fields of the answer",
             answer_response_headers},
};

}  // namespace

std::span<const WebRoute> cache_routes() { return routes; }

}  // namespace atonce
