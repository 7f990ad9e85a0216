#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "atonce/model/escape.h"
#include "atonce/protocols/url/pieces.h"
#include "atonce/protocols/url/query.h"

namespace atonce {
namespace {

// curl(1) reads "http:/example.com" and "http:///example.com" too.
constexpr std::size_t slashes_max = 3;
constexpr std::size_t scheme_shown_max = 30;

bool is_control(char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f; }
/// Without branches: nearly every text is clean, and is looked at many bytes at a time.
bool has_control(std::string_view text) {
  bool found = false;
  for (const char c : text) found |= is_control(c);
  return found;
}
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_of_scheme(char c) { return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; }

/// How many bytes of `text` are a scheme with a colon behind; 0: none. Source: RFC 3986 3.1.
std::size_t scheme_bytes(std::string_view text) {
  if (text.empty() || !is_letter(text.front())) return 0;
  const auto colon = std::ranges::find_if_not(text, is_of_scheme);
  return colon != text.end() && *colon == ':' ? static_cast<std::size_t>(colon - text.begin()) : 0;
}

/// Schemes that are written without slashes, so that "mailto:a@b" is not taken for the host b.
constexpr std::array known_schemes{"about", "blob", "data", "javascript", "magnet", "mailto", "sms", "tel", "urn"};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

/// "example.com:80" has a port and no scheme; "https:example.com" and "mailto:a@b" have one.
bool has_scheme(std::string_view text) {
  const std::size_t bytes = scheme_bytes(text);
  if (bytes == 0) return false;
  if (text.substr(bytes + 1).starts_with('/')) return true;
  const std::string name = lower(text.substr(0, bytes));
  return name == "http" || name == "https" || std::ranges::find(known_schemes, name) != known_schemes.end();
}

Parsed<void> check_text(std::string_view text) {
  if (text.size() > url_bytes_max)
    return complain(fmt::format("the URL has {} bytes, and at most {} can be asked for", text.size(), url_bytes_max));
  if (!has_control(text)) return {};
  const auto bad = static_cast<std::uint8_t>(*std::ranges::find_if(text, is_control));
  return complain(fmt::format("control byte 0x{:02X} cannot stand in a URL; write it as %{:02X}", bad, bad));
}

/// Whether `url` may be longer than what can be asked for, when what it was made of had so many bytes: encoding makes
/// three of one.
bool is_too_long(const Url& url, std::size_t bytes) {
  constexpr std::size_t host_bytes_max = 300;
  return 3 * bytes + host_bytes_max > url_bytes_max && write_url(url, Userinfo::shown).size() > url_bytes_max;
}

Parsed<void> read_userinfo(std::string_view userinfo, Url& url) {
  if (userinfo.contains('@')) return complain("there are two '@' before the host; write that of a user name as %40");
  const std::size_t colon = userinfo.find(':');
  url.user = percent_decode(userinfo.substr(0, colon));
  if (colon != userinfo.npos) url.password = percent_decode(userinfo.substr(colon + 1));
  if (std::ranges::any_of(url.user, is_control) || std::ranges::any_of(url.password, is_control))
    return complain("user and password cannot hold control bytes, encoded ones neither");
  return {};
}

/// The digits are not repeated in the complaint: in "user:secret/@host" they are a password.
Parsed<void> read_port(std::string_view digits, Url& url) {
  if (digits.empty()) return {};
  unsigned port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, port);
  if (error != std::errc{} || stop != end || port == 0 || port > 0xffff)
    return complain("the port is not a number from 1 to 65535; a '/' in a password is written %2F");
  url.port = static_cast<std::uint16_t>(port);
  return {};
}

/// Where the colon before the port stands; an IPv6 address has colons of its own.
std::size_t find_port(std::string_view host_and_port) {
  if (host_and_port.starts_with('[')) {
    const std::size_t bracket = host_and_port.find(']');
    return bracket == host_and_port.npos ? host_and_port.npos : host_and_port.find(':', bracket);
  }
  return host_and_port.find(':');
}

Parsed<Url> read_after_scheme(Scheme scheme, std::string_view rest) {
  Url url{.scheme = scheme, .port = default_port(scheme)};
  const std::string_view authority = leading_authority(rest);
  if (Parsed<void> read = read_authority(authority, url); !read) return std::unexpected(std::move(read.error()));

  const PathAndQuery pieces = split_path(rest.substr(authority.size()));
  url.path.clear();
  append_encoded(url.path, pieces.path, Spaces::as_percent);
  url.path = remove_dot_segments(url.path);
  if (pieces.query) append_encoded(url.query.emplace(), *pieces.query, Spaces::as_plus);
  if (is_too_long(url, rest.size()))
    return complain(fmt::format("the URL has over {} bytes once it is encoded", url_bytes_max));
  return url;
}

/// `text` begins behind "scheme:".
Parsed<Url> read_absolute(Scheme scheme, std::string_view text) {
  const std::size_t slashes = std::min(text.find_first_not_of('/'), text.size());
  if (slashes == 0 || slashes > slashes_max)
    return complain(fmt::format("'{}:' must be followed by two slashes and a host", name_of(scheme)));
  return read_after_scheme(scheme, text.substr(slashes));
}

Parsed<Url> read_with_scheme(std::string_view text) {
  const std::size_t bytes = scheme_bytes(text);
  const Parsed<Scheme> scheme = parse_scheme(text.substr(0, bytes));
  if (!scheme) return std::unexpected(scheme.error());
  return read_absolute(*scheme, text.substr(bytes + 1));
}

/// The path of `reference` as seen from `base`. Source: RFC 3986 5.2.3.
std::string merge(const Url& base, std::string_view path) {
  std::string merged;
  if (!path.starts_with('/')) merged = base.path.substr(0, base.path.rfind('/') + 1);
  append_encoded(merged, path, Spaces::as_percent);
  return remove_dot_segments(merged);
}

}  // namespace

std::string_view leading_authority(std::string_view text) {
  const auto end = std::ranges::find_if(text, [](char c) { return c == '/' || c == '?' || c == '#'; });
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

PathAndQuery split_path(std::string_view text) {
  text = text.substr(0, text.find('#'));
  const std::size_t question = text.find('?');
  PathAndQuery pieces{.path = text.substr(0, question)};
  if (question != text.npos) pieces.query = text.substr(question + 1);
  return pieces;
}

Parsed<Scheme> parse_scheme(std::string_view name) {
  if (name == "https") return Scheme::https;
  if (name == "http") return Scheme::http;
  const std::string lowered = lower(name);
  if (lowered == "http") return Scheme::http;
  if (lowered == "https") return Scheme::https;
  return complain(fmt::format("the scheme '{}' is not spoken here; http and https are",
                              escape_for_terminal(std::string_view(lowered).substr(0, scheme_shown_max))));
}

Parsed<void> read_authority(std::string_view authority, Url& url) {
  // Browsers take a backslash for a slash and curl does not: what follows it would be a host for one of them.
  if (authority.contains('\\')) return complain("a backslash cannot stand before the path; write slashes");
  if (const std::size_t at = authority.rfind('@'); at != authority.npos) {
    if (Parsed<void> read = read_userinfo(authority.substr(0, at), url); !read) return read;
    authority.remove_prefix(at + 1);
  }
  const std::size_t colon = find_port(authority);
  if (colon != authority.npos)
    if (Parsed<void> read = read_port(authority.substr(colon + 1), url); !read) return read;
  return read_host(authority.substr(0, colon), url);
}

Parsed<Url> parse_url(std::string_view text, std::optional<Scheme> assumed) {
  if (text.empty()) return complain("the URL is empty");
  if (Parsed<void> checked = check_text(text); !checked) return std::unexpected(std::move(checked.error()));
  if (text.contains(' ')) return complain("a space cannot stand in a URL; write it as %20");
  if (has_scheme(text)) return read_with_scheme(text);
  if (!assumed) return complain("the URL has no scheme; write it as in https://example.com/");
  return read_after_scheme(*assumed, text);
}

void take_written_path(Url& url, std::string_view written) {
  const std::size_t authority = name_of(url.scheme).size() + std::string_view("://").size();
  const PathAndQuery pieces = split_path(written.substr(written.find('/', authority)));
  url.path = pieces.path;
  url.query = pieces.query;
}

Parsed<Url> resolve_reference(const Url& base, std::string_view reference) {
  if (Parsed<void> checked = check_text(reference); !checked) return std::unexpected(std::move(checked.error()));
  if (scheme_bytes(reference) > 0) return read_with_scheme(reference);
  if (reference.starts_with("//")) return read_absolute(base.scheme, reference);

  const PathAndQuery pieces = split_path(reference);
  Url url = base;
  if (!pieces.path.empty()) url.path = merge(base, pieces.path);
  if (!pieces.path.empty() || pieces.query) url.query.reset();
  if (pieces.query) append_encoded(url.query.emplace(), *pieces.query, Spaces::as_plus);
  if (is_too_long(url, base.user.size() + base.password.size() + base.path.size() + reference.size()))
    return complain(fmt::format("the URL has over {} bytes once it is resolved", url_bytes_max));
  return url;
}

}  // namespace atonce
