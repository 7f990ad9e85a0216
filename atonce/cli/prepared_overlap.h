#pragma once

#include <optional>
#include <vector>

#include "atonce/model/plan.h"
#include "atonce/model/result.h"
#include "atonce/world/number_server.h"

namespace atonce {

/// Everything an overlap needs before it starts: the addresses of the number server, and that server where `--world`
/// asks for one.
struct PreparedOverlap {
  Plan plan;
  std::vector<Endpoint> servers;
  std::optional<NumberServerProcess> world;
};

/// Complains of what is asked for and cannot be; nothing is looked up or started for it.
Parsed<void> check_overlap(const Plan& plan);

/// Checks what can be checked before anything starts, draws a seed where none is given, and starts the world. To be
/// called while the process has one thread.
Parsed<PreparedOverlap> prepare_overlap(const Plan& plan);

}  // namespace atonce
