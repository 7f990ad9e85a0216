#pragma once

#include <string>

#include "atonce/model/comparison.h"

namespace atonce {

/// What was compared, in one line: "fetch of 80 targets (urls.txt), 5 rounds".
std::string title_of(const Comparison& comparison);

/// The comparison as a table for a terminal, with bars, the agreement of every two strategies, the thresholds, and the
/// caveats.
std::string write_comparison_table(const Comparison& comparison, bool colour);

/// The same for a program, on one line: every round, every figure, every caveat, and how a round of each strategy went
/// over time. `schema` is 1; lengths of time are seconds. A page of a report is made of it (docs/report.md).
std::string write_comparison_json(const Comparison& comparison);

/// The same as tables of GitHub-flavoured Markdown.
std::string write_comparison_markdown(const Comparison& comparison);

}  // namespace atonce
