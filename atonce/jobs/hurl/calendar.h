#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "atonce/model/result.h"

namespace atonce::hurl {

/// "2024-12-02T10:35:44.461731Z"; nanoseconds only as far as they are there. Source: RFC 3339.
std::string write_rfc3339(std::int64_t unix_ns);

/// Writes a moment, UTC, as chrono's strftime has it: %Y %C %y %m %b %B %h %d %e %a %A %w %u %j %U %W %G %g %V %D %x %F
/// %v %H %k %I %l %P %p %M %S %f %.f %.3f %.6f %.9f %3f %6f %9f %R %T %X %r %z %:z %Z %c %+ %s %t %n %%. Complains of
/// others by name. Source: docs.rs/chrono format::strftime.
Parsed<std::string> write_date(std::int64_t unix_ns, std::string_view format);

/// Reads a text by the same words: a date is needed, a time of day and an offset (%z, %:z, %+; else UTC) are not.
/// Complains of formats that cannot be read back and of texts that are not of the format.
Parsed<std::int64_t> parse_date(std::string_view text, std::string_view format);

/// "2023-01-23T18:25:43.511Z" or with an offset: RFC 3339, as the predicate isIsoDate asks for it.
bool is_iso_date(std::string_view text);

}  // namespace atonce::hurl
