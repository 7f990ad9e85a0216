#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "atonce/model/outcome.h"

namespace atonce {

/// Targets and outcomes as bytes, between processes of one program: native byte order, no version, never stored.
void write_target(const Target& target, std::string& to);
void write_outcome(const Outcome& outcome, std::string& to);

/// Nothing when the bytes are not what the functions above wrote.
std::optional<Target> read_target(std::string_view& from);
std::optional<Outcome> read_outcome(std::string_view& from);

}  // namespace atonce
