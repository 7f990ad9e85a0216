#pragma once

#include <string>

#include "atonce/cli/invocation.h"

namespace atonce {

/// What a command does and takes, on one screen of 80 columns.
std::string write_help(Command command);

/// The list of commands: what `atonce` alone prints.
std::string write_overview();

}  // namespace atonce
