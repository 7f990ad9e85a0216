#pragma once

#include <cstdint>

#include "atonce/model/duration.h"

namespace atonce {

/// The number that decides everything that chance decides in a simulation.
struct Seed {
  std::uint64_t value = 0;
};
constexpr Seed seed(std::uint64_t value) { return {value}; }

/// A stream of random numbers that depends on its seed alone, the same on every machine.
///
/// Source: SplitMix64, Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
class SimRandom {
 public:
  /// Streams of one seed with different numbers are unrelated.
  explicit SimRandom(Seed seed, std::uint64_t stream = 0) : state_(mix(seed.value) ^ mix(~stream)) {}

  std::uint64_t next() { return mix(state_ += 0x9E37'79B9'7F4A'7C15); }

  /// 0 to `bound` - 1; `bound` is at least 1.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((next() >> 32) * std::uint64_t{bound}) >> 32);
  }

  /// True with this probability. Draws nothing for 0 and 1.
  bool chance(double probability) {
    if (probability <= 0) return false;
    if (probability >= 1) return true;
    return static_cast<double>(next() >> 11) * 0x1p-53 < probability;
  }

  /// 0 to `longest`, both included.
  Duration up_to(Duration longest) {
    if (longest <= Duration{}) return {};
    return Duration(static_cast<std::int64_t>(next() % (static_cast<std::uint64_t>(longest.count()) + 1)));
  }

  static constexpr std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9;
    value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EB;
    return value ^ (value >> 31);
  }

 private:
  std::uint64_t state_;
};

}  // namespace atonce
