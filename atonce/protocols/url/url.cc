#include "atonce/protocols/url/url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "atonce/protocols/url/pieces.h"
#include "atonce/protocols/url/query.h"

namespace atonce {
namespace {

constexpr char hex_digits[] = "0123456789ABCDEF";

void append_port(std::string& text, std::uint16_t port) {
  std::array<char, 6> written{':'};
  text.append(written.data(), std::to_chars(written.data() + 1, written.data() + written.size(), port).ptr);
}

constexpr bool goes_as_it_is(char c) { return c > 0x20 && c < 0x7f; }

void append_host(std::string& text, const Url& url) {
  const bool brackets = url.address.family == Family::v6;
  if (brackets) text += '[';
  text += url.host;
  if (brackets) text += ']';
}

void append_host_field(std::string& text, const Url& url) {
  append_host(text, url);
  if (!url.has_default_port()) append_port(text, url.port);
}

void append_target(std::string& text, const Url& url) {
  text += url.path;
  if (!url.query) return;
  text += '?';
  text += *url.query;
}

/// Takes away the last segment with the slash before it, if there is one.
void pop_segment(std::string& path) { path.resize(std::min(path.rfind('/'), path.size())); }

}  // namespace

std::string_view name_of(Scheme scheme) { return scheme == Scheme::https ? "https" : "http"; }

std::string write_url(const Url& url, Userinfo userinfo) {
  std::string text;
  text.reserve(24 + url.host.size() + url.path.size() + (url.query ? url.query->size() : 0));
  text += name_of(url.scheme);
  text += "://";
  if (userinfo == Userinfo::shown && url.has_userinfo()) {
    text += percent_encode(url.user);
    if (!url.password.empty()) text.append(1, ':').append(percent_encode(url.password));
    text += '@';
  }
  append_host_field(text, url);
  append_target(text, url);
  return text;
}

bool same_origin(const Url& a, const Url& b) { return a.scheme == b.scheme && a.port == b.port && a.host == b.host; }

std::string request_target(const Url& url) {
  std::string text;
  text.reserve(url.path.size() + (url.query ? 1 + url.query->size() : 0));
  append_target(text, url);
  return text;
}

std::string host_field(const Url& url) {
  std::string text;
  append_host_field(text, url);
  return text;
}

std::string host_and_port(const Url& url) {
  std::string text;
  append_host(text, url);
  append_port(text, url.port);
  return text;
}

std::string remove_dot_segments(std::string_view path) {
  std::string result;
  result.reserve(path.size() + 1);
  if (path.starts_with('/')) path.remove_prefix(1);
  for (;;) {
    const std::size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    const bool last = slash == path.npos;
    if (segment == "..") pop_segment(result);
    if (segment != "." && segment != "..")
      result.append(1, '/').append(segment);
    else if (last)
      result += '/';
    if (last) return result;
    path.remove_prefix(slash + 1);
  }
}

void append_encoded(std::string& text, std::string_view raw, Spaces spaces) {
  while (true) {
    const auto run = static_cast<std::size_t>(std::ranges::find_if_not(raw, goes_as_it_is) - raw.begin());
    text += raw.substr(0, run);
    if (run == raw.size()) return;
    const auto byte = static_cast<std::uint8_t>(raw[run]);
    if (byte == ' ' && spaces == Spaces::as_plus) {
      text += '+';
    } else {
      text += '%';
      text += hex_digits[byte >> 4];
      text += hex_digits[byte & 0xf];
    }
    raw.remove_prefix(run + 1);
  }
}

}  // namespace atonce
