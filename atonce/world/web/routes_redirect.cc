#include <fmt/format.h>

#include "atonce/protocols/http/writer.h"
#include "atonce/world/web/redirect_answer.h"
#include "atonce/world/web/web_routes.h"
#include "atonce/world/web/words.h"

namespace atonce {
namespace {

constexpr std::string_view page = "text/html; charset=utf-8";

std::string escape_for_html(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    switch (letter) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&#34;"; break;
      case '\'': escaped += "&#39;"; break;
      default: escaped += letter;
    }
  }
  return escaped;
}

std::string base_of(const WebRequest& request) { return fmt::format("{}://{}", request.scheme(), request.host); }

WebResponse bare_redirect(std::string location) {
  WebResponse response = make_web_response(302, page, "");
  response.fields.add("Location", location);
  return response;
}

std::optional<std::uint64_t> count_of(const WebCall& call) {
  const auto count = parse_web_number<std::uint64_t>(call.variable(0));
  return count && *count > 0 ? count : std::nullopt;
}

WebResponse no_count() { return complaint_response(404, "How many redirects? A whole number from 1 on is wanted."); }

WebResponse answer_absolute(const WebCall& call) {
  const auto count = count_of(call);
  if (!count) return no_count();
  const std::string base = base_of(call.request);
  return redirect_answer(*count == 1 ? base + "/get" : fmt::format("{}/absolute-redirect/{}", base, *count - 1));
}

WebResponse answer_relative(const WebCall& call) {
  const auto count = count_of(call);
  if (!count) return no_count();
  return bare_redirect(*count == 1 ? "/get" : fmt::format("/relative-redirect/{}", *count - 1));
}

WebResponse answer_redirect(const WebCall& call) {
  const auto count = count_of(call);
  if (!count) return no_count();
  if (equal_but_case(call.arg("absolute").value_or(""), "true")) return answer_absolute(call);
  return redirect_answer(*count == 1 ? "/get" : fmt::format("/relative-redirect/{}", *count - 1));
}

WebResponse answer_redirect_to(const WebCall& call) {
  const auto url = call.arg("url");
  if (!url) return complaint_response(400, "Where to? Give ?url= and perhaps &status_code=.");
  if (!complaint_about_field("Location", *url).empty())
    return complaint_response(400, "The URL has a control character. /hostile/redirect/crlf sends such ones.");
  WebResponse response = bare_redirect(std::string(*url));
  const auto status = parse_web_number<std::uint16_t>(call.arg("status_code").value_or(""));
  if (status && *status >= 300 && *status < 400) response.status = *status;
  return response;
}

constexpr std::array routes{
    WebRoute{"/redirect/{n}", "GET", "n redirects to /get, relative or with ?absolute=true", answer_redirect},
    WebRoute{"/redirect-to", "GET POST PUT DELETE PATCH TRACE", "a redirect to ?url= with ?status_code= (302)",
             answer_redirect_to},
    WebRoute{"/relative-redirect/{n}", "GET", "n redirects, each with a path alone", answer_relative},
    WebRoute{"/absolute-redirect/{n}", "GET", "n redirects, each with a whole URL", answer_absolute},
};

}  // namespace

WebResponse redirect_answer(std::string_view location, std::uint16_t status) {
  const std::string shown = escape_for_html(location);
  WebResponse response = make_web_response(
      status, page,
      fmt::format("<!doctype html>\n<html lang=en>\n<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n"
                  "<p>You should be redirected automatically to the target URL: <a href=\"{0}\">{0}</a>. "
                  "If not, click the link.\n",
                  shown));
  response.fields.add("Location", location);
  return response;
}

std::span<const WebRoute> redirect_routes() { return routes; }

}  // namespace atonce
