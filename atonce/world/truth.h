#pragma once

#include <string>

#include "atonce/model/target.h"
#include "atonce/world/profile.h"

namespace atonce {

/// What a right answer says of `target` in this world, with the default options of a probe.
Verdict truth_of(const WorldSpec& spec, const Target& target);

/// One row of the ground truth: a line of JSON with `line`, `input`, `port` and the expected `verdict`, newline
/// included. The input may hold any bytes: what is not UTF-8 is written as U+FFFD.
std::string write_truth_row(const WorldSpec& spec, const Target& target);

}  // namespace atonce
