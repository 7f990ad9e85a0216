#pragma once

#include <string>
#include <vector>

#include "atonce/model/recording.h"
#include "atonce/model/summary.h"

namespace atonce {

/// A single run, as it is told of.
struct RunReport {
  std::string input;  ///< the list, or the targets, as a person names them
  std::string world;  ///< the simulated internet's spec; empty: the real network
  Summary summary;
  std::unique_ptr<Recording> recording;  ///< never null
  std::vector<std::string> notes;        ///< beside those of the summary
};

/// One line: "fetch of 80 targets (urls.txt), async:20".
std::string title_of(const RunReport& run);

/// The run as JSON of the form that a page shows: docs/report.md describes it. `kind` is "run", it has one strategy,
/// and `summary` has the lines of the account as pairs.
std::string write_run_json(const RunReport& run);

}  // namespace atonce
