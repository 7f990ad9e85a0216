#pragma once

#include <string>
#include <string_view>

#include "atonce/model/result.h"

namespace atonce {

inline constexpr std::size_t name_bytes_max =
    253;  ///< RFC 1035 2.3.4: 255 on the wire, less the first length and the root
inline constexpr std::size_t label_bytes_max = 63;  ///< RFC 1035 2.3.4

/// Turns a host name as people write it into the one form used everywhere here: lower-case ASCII, no trailing dot,
/// international names in punycode ("Bücher.example." becomes "xn--bcher-kva.example").
///
/// Letters, digits, hyphens and underscores may stand anywhere in a label: hosts called "-a", "a-" and "_sip" exist,
/// whatever RFC 952 says. Refused, in words: an empty name or label, a name over 253 or a label over 63 bytes, and any
/// other byte. Plain ASCII costs one pass and no allocation beyond the result. Source: RFC 1035 2.3.4, RFC 5891, UTS
/// #46 (non-transitional).
Parsed<std::string> normalize_name(std::string_view text);

}  // namespace atonce
