#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace atonce {

enum class RunCondition : std::uint8_t { complete, interrupted, running, unreadable };

/// A run folder as it stands on the disk at one moment.
struct KeptRun {
  std::string folder;
  std::string started;  ///< as its manifest has it; empty where that cannot be read
  std::string job;
  std::string input;  ///< the list, or the targets, as a person names them
  RunCondition condition = RunCondition::complete;
  long pid = 0;         ///< of the process that works on it; 0: not known
  std::string trouble;  ///< why it cannot be read, or what is wrong with it
  std::uint64_t settled = 0;
  std::optional<std::uint64_t> total;  ///< empty: not known before the run is complete
  std::uint64_t bytes = 0;             ///< of all its files
};

/// One row a run, in the order given.
std::string write_run_list(std::span<const KeptRun> runs, bool colour);
/// An array of objects, one a run.
std::string write_run_list_json(std::span<const KeptRun> runs);

}  // namespace atonce
