#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace atonce {

/// A sample of a few measurements. All zero when there are none.
struct Sample {
  double median = 0;
  double low = 0;
  double high = 0;
  /// 1.4826 × median absolute deviation ÷ median: the standard deviation's robust cousin, as a share. One stray value
  /// does not move it.
  double spread = 0;
};
Sample sample_of(std::span<const double> values);

/// The middle value; between the two middle ones when there is no middle. 0 when empty.
double median_of(std::span<const double> values);

/// The share of places where both have the same value; a place that one lacks counts as different. 1 when both are
/// empty.
double share_equal(std::span<const std::uint8_t> left, std::span<const std::uint8_t> right);

/// How many times as large the median of one sample is as that of another, and between which bounds that ratio lies
/// with 95 % confidence.
struct Ratio {
  struct Interval {
    double low = 0, high = 0;
  };
  double value = 0;                  ///< 0 where there is none
  std::optional<Interval> interval;  ///< none of fewer than five pairs

  bool within_noise() const { return interval && interval->low <= 1 && interval->high >= 1; }
};
/// Of measurements taken in pairs, `over[i]` beside `under[i]`: the percentile bootstrap, resampling pairs. The same
/// for the same samples. Source: B. Efron, R. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.
Ratio ratio_of_medians(std::span<const double> over, std::span<const double> under);

/// Between which bounds a share lies, with 95 % confidence.
struct ShareInterval {
  double low = 0;
  double high = 1;
};
/// Of `count` trials, `hits` were hits: Wilson's score interval, which stays within 0 and 1 and tells something of no
/// hits too. 0 to 1 when nothing was tried. Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209; R. G. Newcombe,
/// Statistics in Medicine 17 (1998) 857, method 3.
ShareInterval share_interval(std::uint64_t hits, std::uint64_t count);

}  // namespace atonce
