#pragma once

#include <string>
#include <vector>

#include "atonce/reports/overlap_figures.h"

namespace atonce {

/// The result for a person: what was asked and computed, how much of the waiting was covered, what slicing cost, and
/// whether the account balances.
std::string write_overlap_text(const OverlapRun& run, const OverlapFigures& figures);
/// The same as one JSON object and a line end; times in seconds from the start. docs/overlap.md has its fields.
std::string write_overlap_json(const OverlapRun& run, const OverlapFigures& figures);

/// A sentence for each question and part that failed, the same ones once, with how often; and one where a slice made an
/// answer late.
std::vector<std::string> overlap_remarks(const OverlapRun& run, const OverlapFigures& figures);

/// "1.02s: part 0 pauses at sample 23,456,789".
std::string write_overlap_event(const OverlapEvent& event, const WorkSpec& work);

}  // namespace atonce
