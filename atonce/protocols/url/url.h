#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/model/address.h"
#include "atonce/model/result.h"

namespace atonce {

/// The schemes that are spoken here. Others are complained about by name.
enum class Scheme : std::uint8_t { http, https };

std::string_view name_of(Scheme scheme);
constexpr std::uint16_t default_port(Scheme scheme) { return scheme == Scheme::https ? 443 : 80; }

/// Of a URL as it is given and as it goes out. curl takes 8 MB; servers take 8 KB (RFC 9110, 4.1) to 64 KB.
inline constexpr std::size_t url_bytes_max = 64 << 10;

/// An absolute http or https URL in its normal form: two that are equal ask the same of the same server.
struct Url {
  Scheme scheme = Scheme::https;
  std::string user;      ///< decoded, without control bytes; a secret
  std::string password;  ///< the same
  std::string host;      ///< a lower-case ASCII name without a trailing dot, or an address without brackets
  IpAddress address;     ///< none unless `host` is an address
  std::uint16_t port = 443;
  std::string path = "/";            ///< begins with "/"; dot segments are gone, spaces and bytes over 0x7e encoded
  std::optional<std::string> query;  ///< without its "?"; "http://a/?" has an empty one

  bool has_userinfo() const { return !user.empty() || !password.empty(); }
  bool has_default_port() const { return port == default_port(scheme); }

  friend bool operator==(const Url&, const Url&) = default;
};

/// Reads an absolute URL as people and pages write it; the fragment is dropped, for it never goes out.
///
/// Without a scheme ("example.com/a", "example.com:8080") `assumed` is taken, or there is a complaint when it is empty.
/// As in curl: one to three slashes behind the scheme; a host may be percent-encoded; "%41" and every visible ASCII
/// character of path and query stay as they are written. Unlike curl, which sends them raw, bytes over 0x7e of path
/// and query become "%C3"; and a host that ends in a number must be an IPv4 address, in any spelling of inet_aton(3)
/// ("0x7f.1", "2130706433", "0177.0.0.1", full-width digits), which becomes "127.0.0.1". IPv6 zones are refused.
///
/// Complaints are sentences without bytes of user or password. Source: RFC 3986, RFC 9110 4.2, RFC 5891, WHATWG URL 3.5
/// (ends in a number), inet_aton(3).
Parsed<Url> parse_url(std::string_view text, std::optional<Scheme> assumed = std::nullopt);

/// Where `reference`, the value of a Location field or of an href, leads from `base`. Userinfo is kept only as long as
/// the reference names no host. As in curl, spaces become "%20" ("+" in a query) and bytes over 0x7e "%C3"; control
/// bytes, a scheme other than http and https and an absolute reference without a host are refused. An empty one leads
/// to `base`. Source: RFC 3986 5.2.
Parsed<Url> resolve_reference(const Url& base, std::string_view reference);

/// Takes path and query from `written`, which `write_url` wrote: what was read once need not be judged again.
void take_written_path(Url& url, std::string_view written);

enum class Userinfo : std::uint8_t { hidden, shown };

/// The URL as text; `parse_url` reads the same value back (with `shown`; without user and password otherwise). Without
/// userinfo this is also the absolute form of a request target, for proxies.
std::string write_url(const Url& url, Userinfo userinfo = Userinfo::hidden);

/// Scheme, host and port are equal: what credentials may be sent on to. Source: RFC 6454.
bool same_origin(const Url& a, const Url& b);

/// Path and query: the origin form of a request target. Source: RFC 9112 3.2.1.
std::string request_target(const Url& url);
/// What the Host field and `:authority` say: "example.com", "example.com:8080", "[2001:db8::1]". Source: RFC 9110 7.2.
std::string host_field(const Url& url);
/// The same with its port, always: what CONNECT asks for. Source: RFC 9112 3.2.3.
std::string host_and_port(const Url& url);

/// Text that may hold URLs, as a line of a list that could not be read, with every user and password in it as "***".
std::string redact(std::string_view text);

}  // namespace atonce
