#pragma once

#include <string>
#include <vector>

#include "atonce/reports/comparison_figures.h"

namespace atonce {

/// What a reader should know before believing the figures; one sentence or two each, the gravest first. Empty when
/// nothing speaks against them. Follows hyperfine in telling when to doubt the tool itself.
std::vector<std::string> caveats_of(const Comparison& comparison, const ComparisonFigures& figures);

}  // namespace atonce
