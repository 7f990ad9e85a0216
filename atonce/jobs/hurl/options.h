#pragma once

#include <string>
#include <string_view>

#include "atonce/jobs/hurl/batch.h"
#include "atonce/jobs/hurl/evaluate.h"

namespace atonce::hurl {

/// Puts what one line of [Options] says, without expressions, into `out`; `variable` and `header` only see that it is
/// one. Returns what is wrong with the value, as the end of a sentence; empty: nothing.
std::string read_option(OptionKind kind, std::string_view value, StepOptions& out);

/// "500ms", "3s", "2m", "1h"; a bare number is milliseconds, as in Hurl. Nothing for others.
std::optional<Duration> parse_hurl_duration(std::string_view text);

}  // namespace atonce::hurl
