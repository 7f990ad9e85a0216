#include "atonce/results/settled_set.h"

#include <algorithm>
#include <bit>

namespace atonce {

bool SettledSet::insert(std::uint64_t index) {
  const std::uint64_t word = index / 64;
  const std::uint64_t bit = std::uint64_t{1} << (index % 64);
  if (word >= words_.size()) words_.resize(std::max<std::uint64_t>(word + 1, words_.size() * 2));
  if ((words_[word] & bit) != 0) return false;
  words_[word] |= bit;
  ++count_;
  if (index != gap_) return true;
  ++gap_;
  while (gap_ / 64 < words_.size()) {
    const int run = std::countr_one(words_[gap_ / 64] >> (gap_ % 64));
    gap_ += static_cast<std::uint64_t>(run);
    if (run == 0 || gap_ % 64 != 0) break;
  }
  return true;
}

std::uint64_t SettledSet::next(std::uint64_t index) const {
  std::uint64_t word = index / 64;
  if (word >= words_.size()) return none;
  std::uint64_t bits = words_[word] >> (index % 64) << (index % 64);
  while (bits == 0) {
    if (++word == words_.size()) return none;
    bits = words_[word];
  }
  return word * 64 + static_cast<std::uint64_t>(std::countr_zero(bits));
}

}  // namespace atonce
