#pragma once

#include <cstdint>

namespace atonce {

/// The probability of `at_least` or more successes in `trials`, each with the chance `share` (0 to 1).
///
/// Source: Abramowitz and Stegun 26.5.24, with the continued fraction 26.5.8 of the incomplete beta function.
double binomial_tail(std::uint64_t trials, std::uint64_t at_least, double share);

/// Between what bounds a share lies, from what was seen.
struct ShareBounds {
  double low = 0;
  double high = 1;
};

/// The exact 95 % interval of a share of which `part` of `whole` were seen; 0 to 1 when nothing was looked at.
///
/// Source: Clopper and Pearson, "The use of confidence or fiducial limits", 1934.
ShareBounds share_bounds(std::uint64_t part, std::uint64_t whole);

}  // namespace atonce
