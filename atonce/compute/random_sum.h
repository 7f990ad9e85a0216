#pragma once

#include <array>
#include <cstdint>

#include "atonce/compute/kernels.h"

namespace atonce {

enum class RandomKind : std::uint8_t { uniform, normal };

/// One of many independent streams of random numbers: `stream` long jumps of 2^192 from where the seed begins, and in
/// it sixteen lanes 2^128 apart. Making stream n takes n times a microsecond; `Xoshiro256::long_jump` goes from one to
/// the next.
Xoshiro256 stream_of(std::uint64_t seed, std::uint32_t stream);

/// The sum of random samples, taken in pieces of any size: the total depends on the stream and on how many, never on
/// the pieces, nor on the processor's registers.
///
/// A uniform sample is a multiple of 2^-53 from 0 up to 1; their sum is exact, and rounded once, when it is told.
/// Normal samples are added in the order of their lane, and the lanes' sums in the order of the lanes. (Where the C
/// library's `log` and `exp` differ in a last bit from one machine to another, so may a normal sum.)
class RandomSum {
 public:
  RandomSum(RandomKind kind, const Xoshiro256& stream, const Kernels& kernels = best_kernels());

  void advance(std::uint64_t samples);

  std::uint64_t samples() const { return samples_; }
  double total() const;

 private:
  __extension__ using Wide = unsigned __int128;  // 2^75 samples of 53 bits fit: more than there will be.

  void add_rows(std::size_t rows);
  void add_some(std::size_t first, std::size_t last);

  RandomKind kind_;
  const Kernels* kernels_;
  NormalLanes lanes_;  ///< of a uniform sum, only their generators
  std::uint64_t samples_ = 0;
  Wide exact_ = 0;  ///< of uniform samples, in units of 2^-53
};

}  // namespace atonce
