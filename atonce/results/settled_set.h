#pragma once

#include <cstdint>
#include <vector>

namespace atonce {

/// Which targets of a run have their final verdict: a bit each.
class SettledSet {
 public:
  static constexpr std::uint64_t none = ~std::uint64_t{0};
  // 16 GiB of bits: no run is larger, so a journal that says so is not believed.
  static constexpr std::uint64_t index_max = std::uint64_t{1} << 37;

  bool has(std::uint64_t index) const {
    const std::uint64_t word = index / 64;
    return word < words_.size() && (words_[word] >> (index % 64) & 1) != 0;
  }
  /// False when it was there.
  bool insert(std::uint64_t index);
  std::uint64_t count() const { return count_; }
  /// The first index that is not settled.
  std::uint64_t first_gap() const { return gap_; }
  /// The first settled index at or behind `index`; `none` when there is none.
  std::uint64_t next(std::uint64_t index) const;

 private:
  std::vector<std::uint64_t> words_;
  std::uint64_t count_ = 0;
  std::uint64_t gap_ = 0;
};

}  // namespace atonce
