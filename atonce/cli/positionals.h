#pragma once

#include <span>
#include <string>

#include "atonce/cli/arguments.h"

namespace atonce {

/// Gives the words that are no options to the command: targets or a list, a job, a world, a shell, a topic.
Parsed<void> apply_positionals(Invocation& invocation, std::span<const std::string> words,
                               const Surroundings& surroundings);

}  // namespace atonce
