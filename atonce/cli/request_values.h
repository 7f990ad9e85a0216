#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "atonce/cli/invocation.h"
#include "atonce/model/plan.h"
#include "atonce/model/result.h"

namespace atonce {

/// What stands for a secret in the words of a run that is kept.
inline constexpr std::string_view hidden_secret = "***";

/// "GET", "PROPFIND": a token of RFC 9110 5.6.2, taken as it is written.
Parsed<std::string> parse_method(std::string_view text);

/// "500", "64K", "64M", "1G" as bytes; the letters are powers of 1,024.
Parsed<std::uint64_t> parse_size(std::string_view text, std::uint64_t high);

/// "status=200,301-308,5xx", "size=1-1000", "text=...", "regex=...", "title=..."; a bare list is one of status codes.
Parsed<AnswerCondition> parse_condition(std::string_view text);

/// One value of `-H`, not a file: "Name: value", "Name;" for an empty one, "Name:" to take a field of ours
/// away.
Parsed<RequestField> parse_field(std::string_view text);

/// Turns the words of `-H` and `-d` into fields and body, as curl does: files are read, `-d @FILE` loses CR, LF and
/// NUL, several `-d` are joined with "&". A secret that is hidden in the words of a kept run must be given again.
Parsed<void> read_request_words(Invocation& invocation);

/// A value of an option as it may be kept with a run: secrets are hidden.
std::string without_secrets(std::string_view option, std::string_view value);

}  // namespace atonce
