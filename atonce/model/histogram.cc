#include "atonce/model/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace atonce {

std::size_t Histogram::bucket_of(std::uint64_t value) {
  constexpr std::uint64_t linear_count = std::uint64_t{1} << linear_bits;
  if (value < linear_count) return value;
  const int octave = std::bit_width(value) - 1 - linear_bits;
  if (octave >= octaves) return bucket_count - 1;
  const std::uint64_t within = (value >> (octave + linear_bits - octave_bits)) - (std::uint64_t{1} << octave_bits);
  return linear_count + (static_cast<std::size_t>(octave) << octave_bits) + within;
}

std::uint64_t Histogram::upper_bound_of(std::size_t bucket) {
  constexpr std::size_t linear_count = std::size_t{1} << linear_bits;
  if (bucket < linear_count) return bucket;
  const std::size_t octave = (bucket - linear_count) >> octave_bits;
  const std::uint64_t within = (bucket - linear_count) & ((std::size_t{1} << octave_bits) - 1);
  const std::uint64_t width = std::uint64_t{1} << (octave + linear_bits - octave_bits);
  return ((std::uint64_t{1} << octave_bits) + within + 1) * width - 1;
}

void Histogram::add(std::uint64_t value_us) {
  ++buckets_[bucket_of(value_us)];
  ++count_;
  sum_ += value_us;
  min_ = std::min(min_, value_us);
  max_ = std::max(max_, value_us);
}

void Histogram::merge(const Histogram& other) {
  for (std::size_t i = 0; i < bucket_count; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

double Histogram::mean_us() const { return count_ ? static_cast<double>(sum_) / static_cast<double>(count_) : 0.0; }

std::uint64_t Histogram::percentile_us(double share) const {
  if (count_ == 0) return 0;
  const auto wanted =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < bucket_count; ++i) {
    seen += buckets_[i];
    if (seen >= wanted) return std::clamp(upper_bound_of(i), min_, max_);
  }
  return max_;
}

}  // namespace atonce
