#pragma once

#include <string>
#include <string_view>

#include "atonce/model/result.h"
#include "atonce/protocols/url/url.h"

namespace atonce {

/// A URL with "{}" where a host goes: "https://{}/robots.txt", "https://www.{}/", "https://archive.example/?of={}".
class UrlTemplate {
 public:
  /// "https://{}/".
  UrlTemplate();
  /// Complains where there is no "{}", or where what it makes of a host is no http or https URL. `https://` is assumed.
  static Parsed<UrlTemplate> parse(std::string_view text);

  /// `host` is a name or an address, an IPv6 one without brackets; `port` 0: that of the template.
  Parsed<Url> fill(std::string_view host, std::uint16_t port) const;

 private:
  explicit UrlTemplate(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

}  // namespace atonce
