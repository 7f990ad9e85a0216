#pragma once

#include <nlohmann/json_fwd.hpp>

#include "atonce/model/recording.h"

namespace atonce {

/// A recording as an object of JSON, lengths of time in seconds: `wall`, `bin`, `in_flight` and `finished` for each
/// bin, `phases` with their distributions, and the sample of `jobs`, each with its stretches. Text is escaped for
/// people.
nlohmann::ordered_json json_of(const Recording& recording);

/// The family of phases, in order: what each name means.
nlohmann::ordered_json json_of_phases();

}  // namespace atonce
