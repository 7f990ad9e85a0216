#include "atonce/reports/statistics.h"

#include <algorithm>
#include <cmath>

namespace atonce {

double median_of(std::span<const double> values) {
  if (values.empty()) return 0;
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const std::size_t middle = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

Sample sample_of(std::span<const double> values) {
  if (values.empty()) return {};
  constexpr double as_standard_deviation = 1.4826;  // Of a normal distribution.
  Sample sample{
      .median = median_of(values), .low = *std::ranges::min_element(values), .high = *std::ranges::max_element(values)};
  std::vector<double> deviations;
  for (const double value : values) deviations.push_back(std::abs(value - sample.median));
  if (sample.median > 0) sample.spread = as_standard_deviation * median_of(deviations) / sample.median;
  return sample;
}

double share_equal(std::span<const std::uint8_t> left, std::span<const std::uint8_t> right) {
  const std::size_t longer = std::max(left.size(), right.size());
  if (longer == 0) return 1;
  std::size_t equal = 0;
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) equal += left[i] == right[i] ? 1 : 0;
  return static_cast<double>(equal) / static_cast<double>(longer);
}

}  // namespace atonce
