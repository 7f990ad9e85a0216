#pragma once

#include <string>
#include <vector>

#include "atonce/reports/comparison_figures.h"

namespace atonce {

/// A comparison in a few sentences: who was fastest and by how much, or that nobody was beyond the noise; what the
/// baseline did with its time; and why others could be faster, or could not, where the figures tell it. Empty where
/// fewer than two came to an end.
std::vector<std::string> story_of(const Comparison& comparison, const ComparisonFigures& figures);

}  // namespace atonce
