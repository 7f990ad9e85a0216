#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace atonce {

/// Python's `random` module, as far as httpbin uses it: equal seeds give equal bytes. Source: CPython's
/// Modules/_randommodule.c (init_by_array, genrand_uint32) and Lib/random.py (randint, _randbelow_with_getrandbits).
class PythonRandom {
 public:
  explicit PythonRandom(std::uint64_t seed);

  /// random.randint(0, 255)
  std::uint8_t byte();
  std::string bytes(std::size_t count);

 private:
  static constexpr std::size_t size = 624;

  std::uint32_t next();
  void refill();

  std::array<std::uint32_t, size> state_{};
  std::size_t at_ = size;
};

}  // namespace atonce
