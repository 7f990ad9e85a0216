#include <fmt/format.h>

#include <iterator>

#include "atonce/protocols/http/base64.h"
#include "atonce/world/web/json.h"
#include "atonce/world/web/redirect_answer.h"
#include "atonce/world/web/web_routes.h"
#include "atonce/world/web/words.h"

namespace atonce {
namespace {

constexpr std::string_view html = "text/html; charset=utf-8";
constexpr std::uint64_t links_max = 200;

WebResponse answer_index(const WebCall&) {
  std::string page =
      "<!doctype html>\n<html lang=en>\n<head><title>atonce serve</title></head>\n<body>\n"
      "<h1>What this server serves</h1>\n<ul>\n";
  for (const std::span<const WebRoute> group : all_web_routes())
    for (const WebRoute& route : group)
      fmt::format_to(std::back_inserter(page), "<li><code>{}</code> {}</li>\n", route.path, route.help);
  return make_web_response(200, html, page + "</ul>\n</body>\n</html>\n");
}

WebResponse answer_html(const WebCall&) {
  return make_web_response(
      200, html,
      "<!DOCTYPE html>\n<html>\n<head>\n<title>The harbour at night</title>\n</head>\n<body>\n"
      "<h1>The harbour at night</h1>\n<p>A thousand ships asked for a berth at once, and the harbour "
      "master answered each of them: some were told to wait, some to turn round, and for three of "
      "them nobody ever came. He wrote all of it down.</p>\n</body>\n</html>\n");
}

WebResponse answer_utf8(const WebCall&) {
  return make_web_response(
      200, html,
      "<h1>Unicode Demo</h1>\n<pre>\nGrüße, καλημέρα, доброе утро, おはよう, 早上好, صباح الخير\n"
      "∮ E⋅da = Q, n → ∞, ∑ f(i) = ∏ g(i)\n╔══╗ ✓ 🚢 a\u0308 (two characters, one letter)\n</pre>\n");
}

WebResponse answer_robots(const WebCall&) {
  return make_web_response(200, "text/plain", "User-agent: *\nDisallow: /deny\n");
}

WebResponse answer_deny(const WebCall&) {
  return make_web_response(200, "text/plain", "robots.txt asks machines to stay away from this page.\n");
}

WebResponse answer_json(const WebCall&) {
  return json_response(WebJson::Object{
      {"slideshow",
       WebJson::Object{
           {"author", "Yours Truly"},
           {"date", "date of publication"},
           {"slides", WebJson::Array{WebJson::Object{{"title", "Wake up to WonderWidgets!"}, {"type", "all"}},
                                     WebJson::Object{{"items", WebJson::Array{"Why <em>WonderWidgets</em> are great",
                                                                              "Who <em>buys</em> WonderWidgets"}},
                                                     {"title", "Overview"},
                                                     {"type", "all"}}}},
           {"title", "Sample Slide Show"}}}});
}

WebResponse answer_xml(const WebCall&) {
  return make_web_response(200, "application/xml",
                           "<?xml version='1.0' encoding='us-ascii'?>\n<slideshow title=\"Sample Slide Show\" "
                           "date=\"Date of publication\" author=\"Yours Truly\">\n  <slide type=\"all\">\n    "
                           "<title>Overview</title>\n    <item>Why</item>\n    <item/>\n  </slide>\n</slideshow>\n");
}

WebResponse answer_base64(const WebCall& call) {
  const auto bytes = parse_base64(call.variable(0));
  if (!bytes) return complaint_response(400, "This is not base64. Try /base64/SGVsbG8gd29ybGQK");
  return make_web_response(200, html, *bytes);
}

WebResponse answer_links(const WebCall& call) {
  if (!parse_web_number<std::uint64_t>(call.variable(0)))
    return complaint_response(404, "How many links? A whole number is wanted.");
  return redirect_answer(fmt::format("/links/{}/0", call.variable(0)));
}

WebResponse answer_links_page(const WebCall& call) {
  const auto asked = parse_web_number<std::uint64_t>(call.variable(0));
  const auto here = parse_web_number<std::uint64_t>(call.variable(1));
  if (!asked || !here) return complaint_response(404, "How many links? Two whole numbers are wanted.");
  const std::uint64_t count = std::min(std::max<std::uint64_t>(*asked, 1), links_max);
  std::string page = "<html><head><title>Links</title></head><body>";
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i == *here) {
      fmt::format_to(std::back_inserter(page), "{} ", i);
    } else {
      fmt::format_to(std::back_inserter(page), "<a href='/links/{}/{}'>{}</a> ", count, i, i);
    }
  }
  return make_web_response(200, html, page + "</body></html>");
}

constexpr std::array routes{
    WebRoute{"/", "GET", "this list", answer_index},
    WebRoute{"/html", "GET", "a page", answer_html},
    WebRoute{"/json", "GET", "a JSON document", answer_json},
    WebRoute{"/xml", "GET", "an XML document", answer_xml},
    WebRoute{"/encoding/utf8", "GET", "a page in many scripts", answer_utf8},
    WebRoute{"/robots.txt", "GET", "a robots.txt that denies /deny", answer_robots},
    WebRoute{"/deny", "GET", "what it denies", answer_deny},
    WebRoute{"/base64/{value}", "GET", "the value decoded", answer_base64},
    WebRoute{"/links/{n}", "GET", "leads to /links/n/0", answer_links},
    WebRoute{"/links/{n}/{offset}", "GET", "a page with n links to its like", answer_links_page},
};

}  // namespace

std::span<const WebRoute> page_routes() { return routes; }

}  // namespace atonce
