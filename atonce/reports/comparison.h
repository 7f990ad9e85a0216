#pragma once

#include <string>

#include "atonce/model/comparison.h"

namespace atonce {

/// The comparison as a table for a terminal of 80 columns, the agreement of every two strategies, and the caveats.
std::string write_comparison_table(const Comparison& comparison, bool colour);

/// The same for a program: every round, every figure, every caveat. `schema` is 1; lengths of time are seconds.
std::string write_comparison_json(const Comparison& comparison);

/// The same as tables of GitHub-flavoured Markdown.
std::string write_comparison_markdown(const Comparison& comparison);

}  // namespace atonce
