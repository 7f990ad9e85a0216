#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "atonce/compute/lanes.h"

namespace atonce {

/// A row of the family of kernels: the same sums with other registers. All of them agree to the bit.
struct Kernels {
  /// After more rows than this a lane's sum of 53-bit numbers could be more than 64 bits hold.
  static constexpr std::size_t rows_max = 2'048;

  std::string_view name;
  bool (*runs_here)();  ///< whether this processor has the instructions
  /// Takes `rows` numbers of every lane, `rows_max` at most, and adds the upper 53 bits of each to its lane's sum.
  void (*add_uniform)(Lanes& lanes, std::size_t rows, Lanes::Words& sums);
  /// Takes `rows` normal samples of every lane and adds each to its lane's sum, one after the other.
  void (*add_normal)(NormalLanes& lanes, std::size_t rows);
};

/// The table, the widest first. The last one runs everywhere.
std::span<const Kernels> all_kernels();
/// The first that runs on this processor.
const Kernels& best_kernels();

// One file each.
void add_uniform_plain(Lanes& lanes, std::size_t rows, Lanes::Words& sums);
void add_normal_plain(NormalLanes& lanes, std::size_t rows);
#if defined(__x86_64__)
void add_uniform_avx2(Lanes& lanes, std::size_t rows, Lanes::Words& sums);
void add_normal_avx2(NormalLanes& lanes, std::size_t rows);
void add_uniform_avx512(Lanes& lanes, std::size_t rows, Lanes::Words& sums);
void add_normal_avx512(NormalLanes& lanes, std::size_t rows);
#endif

}  // namespace atonce
