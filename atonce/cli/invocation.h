#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atonce/model/plan.h"

namespace atonce {

enum class Command : std::uint8_t { probe, compare, world, doctor, completion, man, help, version };

enum class ReportFormat : std::uint8_t { table, json, markdown };

/// What `atonce world` is asked for: at most one of names, truth and program; none of them: serve until stopped.
struct WorldRequest {
  std::string spec;                    ///< the profile and its changes; empty: the default world
  std::optional<std::uint64_t> names;  ///< `--names`: print so many ranked names
  std::string truth;                   ///< `--truth`: the list to print the expected verdicts of; empty: none
  std::vector<std::string> program;    ///< after `--`: run inside the world
};

/// The command line, understood: which command, and everything it is asked to do.
struct Invocation {
  Command command = Command::help;
  Plan plan;
  ReportFormat report = ReportFormat::table;  ///< of `compare`
  bool json = false;                          ///< `doctor --json`
  WorldRequest world;
  std::string topic;  ///< `help COMMAND`, or `completion SHELL`
};

}  // namespace atonce
