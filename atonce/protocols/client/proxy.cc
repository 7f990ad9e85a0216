#include <fmt/format.h>

#include "atonce/protocols/client/client_settings.h"
#include "atonce/protocols/url/url.h"

namespace atonce {
namespace {

constexpr std::uint16_t port_default = 1'080;

/// Whether the authority of `text` ends in a port.
bool names_a_port(std::string_view text) {
  std::string_view authority = text.substr(0, text.find('/'));
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) authority.remove_prefix(at + 1);
  const std::size_t colon = authority.rfind(':');
  return colon != authority.npos && authority.find(']', colon) == authority.npos && colon + 1 < authority.size();
}

}  // namespace

Parsed<Proxy> parse_proxy(std::string_view text) {
  Proxy proxy;
  std::string_view rest = text;
  if (const std::size_t end = text.find("://"); end != text.npos) {
    const std::string_view scheme = text.substr(0, end);
    rest = text.substr(end + 3);
    if (scheme == "socks5" || scheme == "socks5h") {
      proxy.kind = ProxyKind::socks5;
    } else if (scheme != "http") {
      return complain(fmt::format("the proxy \"{}\" is neither http:// nor socks5://", redact(text)));
    }
  }
  Parsed<Url> url = parse_url(fmt::format("http://{}", rest));
  if (!url)
    return complain(fmt::format(
        "\"{}\" is not a proxy; write it like http://proxy.example:3128 or socks5://127.0.0.1:1080", redact(text)));
  proxy.host = std::move(url->host);
  proxy.port = names_a_port(rest) ? url->port : port_default;
  proxy.user = std::move(url->user);
  proxy.password = std::move(url->password);
  return proxy;
}

}  // namespace atonce
