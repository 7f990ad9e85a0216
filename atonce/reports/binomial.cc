#include "atonce/reports/binomial.h"

#include <algorithm>
#include <cmath>

namespace atonce {
namespace {

/// lgamma(3) writes a global; lgamma_r does not.
double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

/// The continued fraction of I_x(a, b), by Lentz's method; converges fast for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr double tiny = 1e-300, enough = 1e-14;
  const auto away_from_zero = [](double value) { return std::abs(value) < tiny ? tiny : value; };
  // About the square root of the larger parameter is needed: this is for 10^12 trials and more.
  constexpr int terms_max = 5'000'000;
  double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), result = d;
  for (int term = 1; term < terms_max; ++term) {
    const double m = term;
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    result *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    result *= d * c;
    if (std::abs(d * c - 1) < enough) break;
  }
  return result;
}

/// I_x(a, b).
double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double log_front = log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) + b * std::log1p(-x);
  const double front = std::exp(log_front);
  if (x < (a + 1) / (a + b + 2)) return std::clamp(front * beta_fraction(a, b, x) / a, 0.0, 1.0);
  return std::clamp(1 - front * beta_fraction(b, a, 1 - x) / b, 0.0, 1.0);
}

}  // namespace

double binomial_tail(std::uint64_t trials, std::uint64_t at_least, double share) {
  if (at_least == 0) return 1;
  if (at_least > trials) return 0;
  const auto n = static_cast<double>(trials), k = static_cast<double>(at_least);
  return incomplete_beta(k, n - k + 1, share);
}

}  // namespace atonce
