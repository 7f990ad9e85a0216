#pragma once

#include <cstdint>

namespace atonce {

/// The probability of `at_least` or more successes in `trials`, each with the chance `share` (0 to 1).
///
/// Source: Abramowitz and Stegun 26.5.24, with the continued fraction 26.5.8 of the incomplete beta function.
double binomial_tail(std::uint64_t trials, std::uint64_t at_least, double share);

}  // namespace atonce
