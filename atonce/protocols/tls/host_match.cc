#include "atonce/protocols/tls/host_match.h"

#include <algorithm>

namespace atonce {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_text(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

std::string_view without_last_dot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

}  // namespace

bool name_matches(std::string_view certificate_name, std::string_view host) {
  certificate_name = without_last_dot(certificate_name);
  host = without_last_dot(host);
  if (certificate_name.empty() || host.empty()) return false;
  const std::size_t wild_end = certificate_name.find('.');
  const bool is_wild = certificate_name.starts_with("*.") && certificate_name.rfind('.') != wild_end;
  if (!is_wild) return same_text(certificate_name, host);
  const std::size_t label_end = host.find('.');
  return label_end != host.npos && label_end > 0 &&
         same_text(certificate_name.substr(wild_end), host.substr(label_end));
}

}  // namespace atonce
