#pragma once

#include <string_view>

namespace atonce {

/// Whether the DNS name of a certificate stands for `host`, as curl(1) judges it: upper and lower case and a last dot
/// make no difference; a first label "*" stands for any one label, if two more follow ("*.example.com"); any other
/// star is a star. Source: RFC 9525 6.3.
bool name_matches(std::string_view certificate_name, std::string_view host);

}  // namespace atonce
