#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "atonce/model/result.h"
#include "atonce/protocols/url/url.h"

namespace atonce {

/// What follows the authority, cut at its delimiters, nothing decoded, the fragment dropped.
struct PathAndQuery {
  std::string_view path;
  std::optional<std::string_view> query;
};

PathAndQuery split_path(std::string_view text);

/// What stands in front of the first byte that ends an authority.
std::string_view leading_authority(std::string_view text);

/// "http" and "https" in any case; a complaint that names any other.
Parsed<Scheme> parse_scheme(std::string_view name);

/// Fills user, password, host, address and port.
Parsed<void> read_authority(std::string_view authority, Url& url);

/// Fills host and address; a name, an IPv4 address in any spelling, or an IPv6 address in brackets.
Parsed<void> read_host(std::string_view text, Url& url);

/// The path without "." and ".." segments. Source: RFC 3986 5.2.4.
std::string remove_dot_segments(std::string_view path);

enum class Spaces : std::uint8_t { as_percent, as_plus };

/// Spaces and bytes over 0x7e encoded, everything else as it is.
void append_encoded(std::string& text, std::string_view raw, Spaces spaces);

}  // namespace atonce
