#pragma once

#include <array>
#include <cstdint>

namespace atonce {

/// Counts whole microseconds in log-linear buckets: exact below 64, then 32 buckets an octave, so a percentile is off
/// by at most 1/32. Covers 0 to 2^40 µs (12 days); longer values count in the last bucket. Mergeable in any order, as
/// HdrHistogram's.
class Histogram {
 public:
  void add(std::uint64_t value_us);
  void merge(const Histogram& other);

  std::uint64_t count() const { return count_; }
  std::uint64_t min_us() const { return count_ ? min_ : 0; }
  std::uint64_t max_us() const { return max_; }
  double mean_us() const;
  /// The smallest recorded bucket bound that at least `share` (0 to 1) of the values do not exceed; 0 when empty.
  std::uint64_t percentile_us(double share) const;
  /// Calls `take(upper bound in µs, count)` for each bucket that is not empty, in ascending order.
  template <class Take>
  void for_each_bucket(Take take) const {
    for (std::size_t i = 0; i < bucket_count; ++i)
      if (buckets_[i] != 0) take(upper_bound_of(i), buckets_[i]);
  }

 private:
  static constexpr int linear_bits = 6;
  static constexpr int octave_bits = 5;
  static constexpr int octaves = 40 - linear_bits;
  static constexpr std::size_t bucket_count =
      (std::size_t{1} << linear_bits) + octaves * (std::size_t{1} << octave_bits);

  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t upper_bound_of(std::size_t bucket);

  std::array<std::uint64_t, bucket_count> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t sum_ = 0;
  std::uint64_t min_ = ~std::uint64_t{0};
  std::uint64_t max_ = 0;
};

}  // namespace atonce
