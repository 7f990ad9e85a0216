#pragma once

#include <memory>
#include <optional>

#include "atonce/cli/invocation.h"
#include "atonce/strategies/strategy.h"
#include "atonce/world/world_server.h"

namespace atonce {

/// Everything a run needs before it starts: the list is readable, the world runs, the resolver is known.
struct Setting {
  Plan plan;
  const JobRow* job = nullptr;
  std::optional<WorldServer> world;
};

/// Checks what can be checked before anything starts, and starts the world where one is asked for. To be called while
/// the process has one thread.
Parsed<Setting> prepare(const Invocation& invocation);

/// "threads:20", as it was chosen.
std::string write_choice(const StrategyChoice& choice);

}  // namespace atonce
