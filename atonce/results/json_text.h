#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "atonce/model/duration.h"
#include "atonce/model/outcome.h"

namespace atonce {

/// Appends `text` as a JSON string with its quotes. Printable UTF-8 stays as it is; control characters, C1 controls,
/// bidirectional and invisible characters become \u escapes, so that the row is safe on a terminal and reads back the
/// same. A byte that is not UTF-8 becomes \ufffd, the one thing JSON cannot carry. Source: RFC 8259 7.
void append_json_string(std::string& row, std::string_view text);

/// Appends a whole number.
void append_number(std::string& row, std::uint64_t number);

/// Appends a length of time as seconds with six decimals, rounded; below zero becomes zero.
void append_seconds(std::string& row, Duration duration);

/// Appends `columns` as a JSON object, `attempts` as a JSON array; docs/results.md has their fields.
void append_json_columns(std::string& row, const Target& target);
void append_json_attempts(std::string& row, const Outcome& outcome);

}  // namespace atonce
