#include "atonce/reports/statistics.h"

#include <algorithm>
#include <cmath>
#include <random>

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

Ratio ratio_of_medians(std::span<const double> over, std::span<const double> under) {
  constexpr std::size_t pairs_few = 5, resamples = 10'000, tail = resamples / 40;  // 2.5 % on either side.
  const double below = median_of(under);
  if (over.empty() || below <= 0) return {};
  Ratio ratio{.value = median_of(over) / below};
  const std::size_t pairs = std::min(over.size(), under.size());
  if (pairs < pairs_few) return ratio;
  std::mt19937_64 random(pairs);  // Any sequence will do, as long as it is the same each time.
  std::vector<double> drawn_over(pairs), drawn_under(pairs), ratios(resamples);
  for (double& resampled : ratios) {
    for (std::size_t i = 0; i < pairs; ++i) {
      const std::size_t pair = random() % pairs;
      drawn_over[i] = over[pair];
      drawn_under[i] = under[pair];
    }
    resampled = median_of(drawn_over) / median_of(drawn_under);
  }
  std::ranges::sort(ratios);
  ratio.interval = {ratios[tail], ratios[resamples - 1 - tail]};
  return ratio;
}

double share_equal(std::span<const std::uint8_t> left, std::span<const std::uint8_t> right) {
  const std::size_t longer = std::max(left.size(), right.size());
  if (longer == 0) return 1;
  std::size_t equal = 0;
  for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) equal += left[i] == right[i] ? 1 : 0;
  return static_cast<double>(equal) / static_cast<double>(longer);
}

ShareInterval share_interval(std::uint64_t hits, std::uint64_t count) {
  if (count == 0) return {};
  constexpr double z = 1.959963984540054;  // Of the normal distribution, 2.5 % lie above it.
  const double n = static_cast<double>(count);
  const double share = static_cast<double>(std::min(hits, count)) / n;
  const double weight = 1 + z * z / n;
  const double middle = (share + z * z / (2 * n)) / weight;
  const double half = z * std::sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / weight;
  return {.low = hits == 0 ? 0 : std::max(0.0, middle - half),
          .high = hits >= count ? 1 : std::min(1.0, middle + half)};
}

}  // namespace atonce
