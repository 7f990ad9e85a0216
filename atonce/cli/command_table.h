#pragma once

#include <span>
#include <string_view>

#include "atonce/cli/invocation.h"

namespace atonce {

struct Example {
  std::string_view typed;
  std::string_view does;
};

/// A row of the table of commands: what can stand first on the command line.
struct CommandRow {
  Command command;
  std::string_view name;
  std::string_view positionals;  ///< as in the usage line
  std::string_view summary;      ///< one line, in the list of commands
  std::string_view about;        ///< a few lines under the usage, none longer than 80 columns
  std::span<const Example> examples;
};

std::span<const CommandRow> all_commands();
const CommandRow& row_of(Command command);
const CommandRow* find_command(std::string_view name);  ///< Null when there is none.

/// An exit code and what it says; README, help and manual page read the same rows.
struct ExitRow {
  int code;
  std::string_view meaning;
};
std::span<const ExitRow> all_exits();

}  // namespace atonce
