#include <algorithm>

#include "atonce/protocols/url/pieces.h"

namespace atonce {
namespace {

constexpr std::string_view spaces = " \t\r\n";
constexpr std::string_view hidden = "***";
constexpr std::string_view behind_scheme = ":/";  // and more slashes: one is enough for curl and for us

/// "host:80" and "host" may stand before a path that holds an '@'; "user:pa" of "user:pa/ss@host" may not.
bool has_port_or_none(std::string_view authority) {
  const std::size_t colon = authority.find(':', authority.starts_with('[') ? authority.find(']') : 0);
  return colon == authority.npos ||
         std::ranges::all_of(authority.substr(colon + 1), [](char c) { return c >= '0' && c <= '9'; });
}

/// How many bytes at the front of `text`, which begins with an authority, may be user and password; 0: none.
std::size_t userinfo_bytes(std::string_view text) {
  const std::string_view authority = leading_authority(text.substr(0, text.find_first_of(spaces)));
  std::size_t at = authority.rfind('@');
  if (at == authority.npos && !has_port_or_none(authority)) at = text.rfind('@');
  return at == text.npos ? 0 : at;
}

void append_hidden(std::string& result, std::string_view text) {
  const std::size_t bytes = userinfo_bytes(text);
  if (bytes > 0) result += hidden;
  result += text.substr(bytes);
}

/// What stands before the first scheme: words, one of which may be a URL that has none.
void append_words(std::string& result, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(spaces), text.size());
    append_hidden(result, text.substr(0, end));
    const std::size_t after = std::min(text.find_first_not_of(spaces, end), text.size());
    result += text.substr(end, after - end);
    text.remove_prefix(after);
  }
}

}  // namespace

std::string redact(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  std::size_t scheme = text.find(behind_scheme);
  append_words(result, text.substr(0, scheme));
  while (scheme != text.npos) {
    const std::size_t authority = std::min(text.find_first_not_of('/', scheme + 1), text.size());
    result += text.substr(scheme, authority - scheme);
    text.remove_prefix(authority);
    scheme = text.find(behind_scheme);
    append_hidden(result, text.substr(0, scheme));
  }
  return result;
}

}  // namespace atonce
