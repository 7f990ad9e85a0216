#include "atonce/model/exchange.h"

#include <array>

namespace atonce {
namespace {

constexpr std::array<std::string_view, 5> version_names{"", "HTTP/0.9", "HTTP/1.0", "HTTP/1.1", "HTTP/2"};

}  // namespace

std::string_view name_of(HttpVersion version) { return version_names[static_cast<std::size_t>(version)]; }

HttpVersion parse_http_version(std::string_view name) {
  for (std::size_t i = 1; i < version_names.size(); ++i)
    if (version_names[i] == name) return static_cast<HttpVersion>(i);
  return HttpVersion::unknown;
}

}  // namespace atonce
