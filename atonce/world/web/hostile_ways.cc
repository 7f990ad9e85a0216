#include <fmt/format.h>

#include "atonce/world/web/hostile.h"
#include "atonce/world/web/redirect_answer.h"
#include "atonce/world/web/words.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view fields = "Content-Type: text/plain\r\nContent-Length: 20\r\n\r\n";

std::optional<WebPiece> nothing() { return std::nullopt; }

/// Bytes one after the other, each after its pause.
WebPieces dripped(std::string bytes, Duration pause) {
  return [bytes = std::move(bytes), at = std::size_t{0}, pause]() mutable -> std::optional<WebPiece> {
    if (at == bytes.size()) return nothing();
    return WebPiece{.wait = at == 0 ? Duration{} : pause, .bytes = bytes.substr(at++, 1)};
  };
}

WebResponse drip_all(const WebCall&) {
  WebResponse response = raw_answer("");
  response.pieces = dripped("HTTP/1.1 200 OK\r\n" + std::string(fields) + "slow but sure, ok?\r\n", 1s);
  return response;
}

WebResponse drip_body(const WebCall&) {
  WebResponse response = raw_answer("HTTP/1.1 200 OK\r\nContent-Length: 3600\r\n\r\n");
  response.pieces = dripped(std::string(3'600, '*'), 1s);
  return response;
}

WebResponse stall_at_once(const WebCall&) { return raw_answer("", WebEnd::stall); }
WebResponse stall_in_head(const WebCall&) { return raw_answer("HTTP/1.1 200 OK\r\nContent-", WebEnd::stall); }
WebResponse stall_after_head(const WebCall&) {
  return raw_answer("HTTP/1.1 200 OK\r\n" + std::string(fields), WebEnd::stall);
}
WebResponse stall_in_body(const WebCall&) {
  return raw_answer("HTTP/1.1 200 OK\r\n" + std::string(fields) + "half of it", WebEnd::stall);
}

WebResponse loop(const WebCall&) { return redirect_answer("/hostile/redirect/loop"); }
WebResponse ping(const WebCall&) { return redirect_answer("/hostile/redirect/pong"); }
WebResponse pong(const WebCall&) { return redirect_answer("/hostile/redirect/ping"); }
WebResponse endless(const WebCall& call) {
  const auto number = parse_web_number<std::uint64_t>(call.variable(0)).value_or(0);
  return redirect_answer(fmt::format("/hostile/redirect/endless/{}", number + 1));
}
WebResponse to_ftp(const WebCall&) { return redirect_answer("ftp://example.com/file"); }
WebResponse to_file(const WebCall&) { return redirect_answer("file:///etc/passwd"); }
WebResponse to_private(const WebCall&) { return redirect_answer("http://10.255.255.1/admin"); }
WebResponse to_metadata(const WebCall&) { return redirect_answer("http://169.254.169.254/latest/meta-data/"); }
WebResponse with_crlf(const WebCall&) { return redirect_answer("/get?a=1%0d%0aSet-Cookie:%20stolen=1"); }
WebResponse nowhere(const WebCall&) { return make_web_response(302, "text/plain", "Location is missing\n"); }
WebResponse to_nonsense(const WebCall&) { return redirect_answer("http://[not-an-address]:99999/"); }
WebResponse to_two(const WebCall&) {
  WebResponse response = redirect_answer("/get");
  response.fields.add("Location", "/status/418");
  return response;
}
WebResponse to_far(const WebCall&) { return redirect_answer("/get?a=" + std::string(100'000, 'a')); }
WebResponse downgrade(const WebCall& call) { return redirect_answer(fmt::format("http://{}/get", call.request.host)); }

using enum HttpFault;

// clang-format off
constexpr std::array rows{
    HostileRow{"/hostile/drip", "the whole answer, a byte a second", Verdict::total_timeout, none, drip_all},
    HostileRow{"/hostile/drip-body", "an hour of a byte a second", Verdict::total_timeout, none, drip_body},
    HostileRow{"/hostile/stall", "takes the request and says nothing", Verdict::answer_timeout, none, stall_at_once},
    HostileRow{"/hostile/stall-in-head", "stops within the head", Verdict::idle_timeout, none, stall_in_head},
    HostileRow{"/hostile/stall-after-head", "stops behind the head", Verdict::idle_timeout, none, stall_after_head},
    HostileRow{"/hostile/stall-in-body", "stops within the body", Verdict::idle_timeout, none, stall_in_body},
    HostileRow{"/hostile/body-of-204", "204 No Content, and content", Verdict::stray_bytes, stray_bytes, sends<"HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nhi\n">},
    HostileRow{"/hostile/redirect/loop", "leads to itself", Verdict::redirect_loop, none, loop},
    HostileRow{"/hostile/redirect/ping", "leads to a page that leads back", Verdict::redirect_loop, none, ping},
    HostileRow{"/hostile/redirect/pong", "the other one", Verdict::redirect_loop, none, pong},
    HostileRow{"/hostile/redirect/endless/{n}", "always leads on to the next", Verdict::too_many_redirects, none, endless},
    HostileRow{"/hostile/redirect/ftp", "leads to ftp:", Verdict::bad_redirect, none, to_ftp},
    HostileRow{"/hostile/redirect/file", "leads to file:", Verdict::bad_redirect, none, to_file},
    HostileRow{"/hostile/redirect/private", "leads to a private address", Verdict::special_use, none, to_private},
    HostileRow{"/hostile/redirect/metadata", "leads to a cloud's metadata", Verdict::special_use, none, to_metadata},
    HostileRow{"/hostile/redirect/crlf", "escaped CR and LF in Location, which must stay escaped", Verdict::ok, none, with_crlf},
    HostileRow{"/hostile/redirect/nul", "a NUL in Location", Verdict::bad_answer, nul_byte, sends<"HTTP/1.1 302 Found\r\nLocation: /get\0.example\r\nContent-Length: 0\r\n\r\n">},
    HostileRow{"/hostile/redirect/nowhere", "302 without a Location", Verdict::bad_redirect, none, nowhere},
    HostileRow{"/hostile/redirect/nonsense", "leads to what is no URL", Verdict::bad_redirect, none, to_nonsense},
    HostileRow{"/hostile/redirect/two", "two Locations that differ", Verdict::bad_redirect, none, to_two},
    HostileRow{"/hostile/redirect/far", "a Location of 100 KB", Verdict::ok, none, to_far},
    HostileRow{"/hostile/redirect/downgrade", "from https: to http:", Verdict::ok, none, downgrade},
};
// clang-format on

}  // namespace

std::span<const HostileRow> hostile_ways() { return rows; }

}  // namespace atonce
