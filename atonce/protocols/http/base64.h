#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace atonce {

/// RFC 4648 4, with padding.
std::string write_base64(std::string_view bytes);
/// RFC 4648 5, "-" and "_", without padding.
std::string write_base64url(std::string_view bytes);
/// Reads either alphabet, with or without padding. Nothing for anything else: other bytes, a length that cannot be,
/// bits that are left over.
std::optional<std::string> parse_base64(std::string_view text);

}  // namespace atonce
