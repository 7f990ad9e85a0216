#pragma once

#include <string>
#include <vector>

#include "atonce/reports/comparison_figures.h"

namespace atonce {

/// What kept the strategies from being faster, or slower, other than themselves: what was asked, this machine, the
/// bounds that were given, the targets that there are. A sentence or two each.
std::vector<std::string> caveats_of_limits(const Comparison& comparison, const ComparisonFigures& figures);

}  // namespace atonce
