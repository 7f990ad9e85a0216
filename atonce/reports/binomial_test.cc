#include "atonce/reports/binomial.h"

#include <gtest/gtest.h>

#include <cmath>

namespace atonce {
namespace {

/// The sum itself, term by term.
double tail_by_hand(unsigned trials, unsigned at_least, double share) {
  double sum = 0;
  for (unsigned k = at_least; k <= trials; ++k)
    sum += std::exp(std::lgamma(trials + 1.0) - std::lgamma(k + 1.0) - std::lgamma(trials - k + 1.0) +
                    k * std::log(share) + (trials - k) * std::log1p(-share));
  return sum;
}

TEST(BinomialTail, IsTheSumOfItsTerms) {
  for (const unsigned trials : {1u, 7u, 100u, 1'000u})
    for (const double share : {0.001, 0.08, 0.5, 0.93})
      for (const unsigned at_least : {1u, 3u, 50u, 99u, 700u}) {
        if (at_least > trials) continue;
        const double expected = tail_by_hand(trials, at_least, share);
        EXPECT_NEAR(binomial_tail(trials, at_least, share), expected, 1e-9 + 1e-6 * expected)
            << trials << ' ' << at_least << ' ' << share;
      }
}

TEST(BinomialTail, KnowsItsEnds) {
  EXPECT_EQ(binomial_tail(10, 0, 0.5), 1);
  EXPECT_EQ(binomial_tail(10, 11, 0.5), 0);
  EXPECT_EQ(binomial_tail(10, 1, 0), 0);
  EXPECT_EQ(binomial_tail(10, 10, 1), 1);
  EXPECT_EQ(binomial_tail(0, 0, 0.3), 1);
}

TEST(BinomialTail, StaysSoundForMillions) {
  EXPECT_NEAR(binomial_tail(100'000'000, 80'000, 0.0008), 0.5, 0.01) << "the mean";
  EXPECT_LT(binomial_tail(100'000'000, 82'000, 0.0008), 1e-9) << "seven standard deviations above it";
}

}  // namespace
}  // namespace atonce
