#include "atonce/compute/kernels.h"

#include <algorithm>

namespace atonce {
namespace {

constexpr std::array kernels{
#if defined(__x86_64__)
    Kernels{"avx512", [] { return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0; },
            add_uniform_avx512, add_normal_avx512},
    Kernels{"avx2", [] { return __builtin_cpu_supports("avx2") != 0; }, add_uniform_avx2, add_normal_avx2},
#endif
    Kernels{"plain", [] { return true; }, add_uniform_plain, add_normal_plain},
};

}  // namespace

std::span<const Kernels> all_kernels() { return kernels; }

const Kernels& best_kernels() {
  return *std::ranges::find_if(kernels, [](const Kernels& row) { return row.runs_here(); });
}

}  // namespace atonce
