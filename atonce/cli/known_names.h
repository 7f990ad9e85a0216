#pragma once

#include "atonce/cli/option_effects.h"

namespace atonce {

/// The strategies and jobs that this program has, by the tables of their rooms.
KnownNames known_names();

}  // namespace atonce
