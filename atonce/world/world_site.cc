#include "atonce/world/world_site.h"

#include <fmt/format.h>

#include <chrono>

#include "atonce/world/web/hostile.h"
#include "atonce/world/web/redirect_answer.h"
#include "atonce/world/web_fate.h"

namespace atonce {
namespace {

std::string_view name_in(std::string_view authority) {
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

WebResponse page_of(std::string_view name, std::uint16_t status, std::string_view heading) {
  // A name comes from a Host field: letters, digits, dots, hyphens; anything else is left out of the page.
  std::string shown;
  for (const char letter : name)
    if (letter > ' ' && letter < 0x7f && letter != '<' && letter != '&' && letter != '>') shown += letter;
  return make_web_response(
      status, "text/html; charset=utf-8",
      fmt::format("<!doctype html>\n<html lang=en>\n<head><title>{0}</title></head>\n"
                  "<body><h1>{1}</h1><p>This is {0}, in a simulated internet.</p></body>\n</html>\n",
                  shown, heading));
}

constexpr std::string_view long_head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n";

WebResponse end_within(WebEnd end) {
  return raw_answer(std::string(long_head) + "<!doctype html>\n<title>half of", end);
}

WebResponse answer_by_fate(std::string_view name, WebFate fate) {
  const WebFateRow& row = row_of(fate);
  switch (fate) {
    case WebFate::moved: return redirect_answer(welcome_path, row.status);
    case WebFate::missing:
    case WebFate::failed:
    case WebFate::unavailable: return page_of(name, row.status, row.meaning);
    case WebFate::empty_reply: return raw_answer("");
    case WebFate::reset: return end_within(WebEnd::reset);
    case WebFate::short_body: return end_within(WebEnd::finish);
    case WebFate::not_http: return raw_answer("SSH-2.0-OpenSSH_9.2\r\n");
    case WebFate::both_lengths:
      return raw_answer(
          "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhi\n\r\n0\r\n\r\n");
    case WebFate::page:
    case WebFate::cert_expired:
    case WebFate::cert_name:
    case WebFate::cert_untrusted: break;
  }
  return page_of(name, 200, name);
}

std::int64_t days_ago(int days) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now - std::chrono::hours(24 * days)).count();
}

}  // namespace

bool is_page_of_the_name(std::string_view path) { return path == "/" || find_web_route(path) == nullptr; }

WebResponse answer_world_request(const WorldSpec& spec, const WebRequest& request) {
  if (!is_page_of_the_name(request.path())) return answer_web_request(request);
  const std::string_view name = name_in(request.host);
  const bool welcome = request.path() == welcome_path;
  return answer_by_fate(name, welcome ? WebFate::page : web_fate_of(spec, name));
}

Parsed<CredentialsChooser> choose_in_world(const WorldSpec& spec, const Authority& authority) {
  Parsed<Authority> own = Authority::from_pem(authority.certificate_pem(), authority.key_pem());
  if (!own) return std::unexpected(own.error());
  Parsed<Authority> unknown = Authority::make({.common_name = "An authority that nobody knows"});
  if (!unknown) return std::unexpected(unknown.error());
  struct Authorities {
    Authority own, unknown;
  };
  return [spec, both = std::make_shared<Authorities>(std::move(*own), std::move(*unknown))](
             std::string_view name) -> std::optional<TlsCredentials> {
    if (name.empty()) return std::nullopt;
    const auto issue = [&]() -> Parsed<TlsCredentials> {
      const std::string asked(name);
      switch (web_fate_of(spec, name)) {
        case WebFate::cert_expired:
          return both->own.issue(
              {.common_name = asked, .names = {asked}, .not_before = days_ago(400), .not_after = days_ago(10)});
        case WebFate::cert_name: return both->own.issue_for("another-name.invalid");
        case WebFate::cert_untrusted: return both->unknown.issue_for(name);
        default: return both->own.issue_for(name);
      }
    };
    Parsed<TlsCredentials> made = issue();
    return made ? std::optional(std::move(*made)) : std::nullopt;
  };
}

}  // namespace atonce
