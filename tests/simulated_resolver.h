#pragma once

#include "atonce/runtime/scope.h"
#include "tests/simulated_scenario.h"

namespace atonce {

/// Starts the name server of a scenario in `scope`: it knows every name, and has its moods. Ends with the scope.
void start_moody_name_server(Scope& scope, SimIo& io, const Scenario& scenario);

/// Whether the server's mood was such at some time between the two.
bool had_mood(const Scenario& scenario, Mood mood, Instant first, Instant last);

}  // namespace atonce
