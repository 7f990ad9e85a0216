#include <fmt/format.h>

#include "atonce/world/web/echo.h"
#include "atonce/world/web/web_routes.h"

namespace atonce {
namespace {

WebResponse answer_get(const WebCall& call) { return json_response(echo(call, echo_get)); }
WebResponse answer_post(const WebCall& call) { return json_response(echo(call, echo_post)); }
WebResponse answer_anything(const WebCall& call) { return json_response(echo(call, echo_post | Echo::method)); }
WebResponse answer_headers(const WebCall& call) { return json_response(echo(call, Echo::headers)); }
WebResponse answer_ip(const WebCall& call) { return json_response(echo(call, Echo::origin)); }

WebResponse answer_user_agent(const WebCall& call) {
  const auto agent = call.request.fields.find("User-Agent");
  return json_response(WebJson::Object{{"user-agent", agent ? WebJson(*agent) : WebJson()}});
}

WebResponse answer_uuid(const WebCall& call) {
  // 122 bits of chance, made from 64: enough to tell all answers of a server apart.
  const std::uint64_t high = call.request.random, low = high * 0x9e37'79b9'7f4a'7c15 ^ high >> 29;
  return json_response(
      WebJson::Object{{"uuid", fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                                           high & 0xfff, 0x8000 | (low >> 48 & 0x3fff), low & 0xffff'ffff'ffff)}});
}

constexpr std::array routes{
    WebRoute{"/get", "GET", "the request's query, fields and origin, as JSON", answer_get},
    WebRoute{"/post", "POST", "the same with its body", answer_post},
    WebRoute{"/put", "PUT", "the same", answer_post},
    WebRoute{"/patch", "PATCH", "the same", answer_post},
    WebRoute{"/delete", "DELETE", "the same", answer_post},
    WebRoute{"/anything/{path...}", "GET POST PUT DELETE PATCH TRACE", "the same with its method", answer_anything},
    WebRoute{"/headers", "GET", "the request's fields", answer_headers},
    WebRoute{"/ip", "GET", "the address the request came from", answer_ip},
    WebRoute{"/user-agent", "GET", "the request's User-Agent", answer_user_agent},
    WebRoute{"/uuid", "GET", "a random UUID", answer_uuid},
};

}  // namespace

std::span<const WebRoute> echo_routes() { return routes; }

}  // namespace atonce
