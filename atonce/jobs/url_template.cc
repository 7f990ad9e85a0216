#include "atonce/jobs/url_template.h"

#include <fmt/format.h>

#include <iterator>

namespace atonce {
namespace {

constexpr std::string_view hole = "{}";

}  // namespace

UrlTemplate::UrlTemplate() : text_("https://{}/") {}

Parsed<UrlTemplate> UrlTemplate::parse(std::string_view text) {
  if (text.find(hole) == text.npos)
    return complain("a template has {} where the host goes, as in https://{}/robots.txt");
  UrlTemplate made{std::string(text)};
  const Parsed<Url> filled = made.fill("a.example", 0);
  if (!filled) return std::unexpected(filled.error());
  return made;
}

Parsed<Url> UrlTemplate::fill(std::string_view host, std::uint16_t port) const {
  std::string place;
  if (host.find(':') != host.npos)
    place = fmt::format("[{}]", host);
  else
    place = host;
  if (port != 0) fmt::format_to(std::back_inserter(place), ":{}", port);
  std::string url;
  url.reserve(text_.size() + place.size());
  std::string_view rest = text_;
  for (std::size_t at = rest.find(hole); at != rest.npos; at = rest.find(hole)) {
    url.append(rest.substr(0, at)).append(place);
    rest.remove_prefix(at + hole.size());
  }
  url.append(rest);
  return parse_url(url, Scheme::https);
}

}  // namespace atonce
