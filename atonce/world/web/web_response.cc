#include "atonce/world/web/web_response.h"

#include <fmt/format.h>

#include "atonce/protocols/http/head.h"
#include "atonce/world/web/json.h"

namespace atonce {

WebResponse make_web_response(std::uint16_t status, std::string_view content_type, std::string body) {
  WebResponse response{.status = status, .body = std::move(body)};
  if (!content_type.empty()) response.fields.add("Content-Type", content_type);
  response.length = response.body.size();
  return response;
}

WebResponse json_response(const WebJson& json, std::uint16_t status) {
  return make_web_response(status, "application/json", write_json(json) + "\n");
}

WebResponse complaint_response(std::uint16_t status, std::string_view why) {
  return make_web_response(
      status, "text/html; charset=utf-8",
      fmt::format("<!doctype html>\n<html lang=en>\n<title>{0} {1}</title>\n<h1>{1}</h1>\n<p>{2}</p>\n", status,
                  reason_of(status), why));
}

}  // namespace atonce
