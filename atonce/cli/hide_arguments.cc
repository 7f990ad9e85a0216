#include "atonce/cli/hide_arguments.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/cli/request_values.h"
#include "atonce/protocols/url/url.h"

namespace atonce {
namespace {

/// The words and parts of words that are to disappear.
std::vector<std::string_view> secrets_of(const Invocation& invocation) {
  const FetchOptions& fetch = invocation.plan.fetch;
  std::vector<std::string_view> secrets{fetch.user};
  // Several words may have become one field.
  for (std::string_view cookies = fetch.cookie; !cookies.empty();) {
    const std::size_t end = cookies.find("; ");
    secrets.push_back(cookies.substr(0, end));
    cookies.remove_prefix(end == cookies.npos ? cookies.size() : end + 2);
  }
  for (const std::string& secret : invocation.plan.batch.secrets)
    secrets.push_back(std::string_view(secret).substr(secret.find('=') + 1));
  for (const std::string& field : invocation.request.fields)
    if (without_secrets("header", field) != field)
      secrets.push_back(std::string_view(field).substr(field.find(':') + 1));
  std::erase_if(secrets, [](std::string_view secret) { return secret.empty(); });
  return secrets;
}

void overwrite(char* begin, char* end) { std::fill(begin, end, '*'); }

/// What stands before the last '@' of a word that has userinfo somewhere, but for its scheme.
void hide_userinfo_in(char* word) {
  const std::string_view text(word);
  if (redact(text) == text) return;
  const std::size_t scheme = text.find("://");
  const std::size_t begin = scheme == text.npos ? 0 : scheme + 3;
  const std::size_t end = text.rfind('@');
  if (end != text.npos && end > begin) overwrite(word + begin, word + end);
}

}  // namespace

void hide_arguments(std::span<char* const> argv, const Invocation& invocation) {
  const std::vector<std::string_view> secrets = secrets_of(invocation);
  for (char* word : argv) {
    for (const std::string_view secret : secrets)
      if (char* found = std::strstr(word, std::string(secret).c_str())) overwrite(found, found + secret.size());
    hide_userinfo_in(word);
  }
}

}  // namespace atonce
