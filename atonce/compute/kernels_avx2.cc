// Four lanes in a register. Only the functions themselves are compiled for it: nothing that other files may share.
#if defined(__x86_64__)

#include <immintrin.h>

#include "atonce/compute/kernels.h"
#include "atonce/compute/ziggurat.h"

#define FOR_AVX2 __attribute__((target("avx2")))

namespace atonce {
namespace {

constexpr std::size_t width = 4;
constexpr std::size_t registers = 2;  // Their states, sums and temporaries just fit into sixteen registers.

struct State {
  __m256i s0, s1, s2, s3;
};

FOR_AVX2 inline __m256i load(const std::uint64_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
FOR_AVX2 inline void store(std::uint64_t* to, __m256i value) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), value);
}
FOR_AVX2 inline State load(const Lanes& lanes, std::size_t first) {
  return {load(&lanes.state[0][first]), load(&lanes.state[1][first]), load(&lanes.state[2][first]),
          load(&lanes.state[3][first])};
}
FOR_AVX2 inline void store(Lanes& lanes, std::size_t first, const State& state) {
  store(&lanes.state[0][first], state.s0);
  store(&lanes.state[1][first], state.s1);
  store(&lanes.state[2][first], state.s2);
  store(&lanes.state[3][first], state.s3);
}

template <int bits>
FOR_AVX2 inline __m256i rotated(__m256i value) {
  return _mm256_or_si256(_mm256_slli_epi64(value, bits), _mm256_srli_epi64(value, 64 - bits));
}

FOR_AVX2 inline void step(State& s) {
  const __m256i shifted = _mm256_slli_epi64(s.s1, 17);
  s.s2 = _mm256_xor_si256(s.s2, s.s0);
  s.s3 = _mm256_xor_si256(s.s3, s.s1);
  s.s1 = _mm256_xor_si256(s.s1, s.s2);
  s.s0 = _mm256_xor_si256(s.s0, s.s3);
  s.s2 = _mm256_xor_si256(s.s2, shifted);
  s.s3 = rotated<45>(s.s3);
}

/// Settles those numbers of a register that their layer alone does not settle. Apart, since one register in twenty
/// needs it.
FOR_AVX2 __attribute__((noinline)) void settle(NormalLanes& state, std::size_t first, __m256i numbers, int settled) {
  std::array<std::uint64_t, width> number;
  store(number.data(), numbers);
  for (std::size_t i = 0; i < width; ++i)
    if ((settled >> i & 1) == 0)
      state.aside_sums[first + i] += Ziggurat::instance().settle(number[i], state.aside[first + i]);
}

}  // namespace

FOR_AVX2 void add_uniform_avx2(Lanes& lanes, std::size_t rows, Lanes::Words& sums) {
  for (std::size_t first = 0; first < lane_count; first += registers * width) {
    State a = load(lanes, first), b = load(lanes, first + width);
    __m256i sum_a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(&sums[first]));
    __m256i sum_b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(&sums[first + width]));
    for (std::size_t row = 0; row < rows; ++row) {
      sum_a = _mm256_add_epi64(sum_a, _mm256_srli_epi64(_mm256_add_epi64(a.s0, a.s3), 11));
      sum_b = _mm256_add_epi64(sum_b, _mm256_srli_epi64(_mm256_add_epi64(b.s0, b.s3), 11));
      step(a);
      step(b);
    }
    store(lanes, first, a);
    store(lanes, first + width, b);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(&sums[first]), sum_a);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(&sums[first + width]), sum_b);
  }
}

FOR_AVX2 void add_normal_avx2(NormalLanes& state, std::size_t rows) {
  const Ziggurat& ziggurat = Ziggurat::instance();
  const __m256i layer_bits = _mm256_set1_epi64x(Ziggurat::layers - 1);
  const __m256i one = _mm256_castpd_si256(_mm256_set1_pd(1.0));
  const __m256d without_sign = _mm256_castsi256_pd(_mm256_set1_epi64x(0x7fff'ffff'ffff'ffff));
  for (std::size_t first = 0; first < lane_count; first += width) {
    State s = load(state.lanes, first);
    __m256d sum = _mm256_loadu_pd(&state.sums[first]);
    for (std::size_t row = 0; row < rows; ++row) {
      const __m256i numbers = _mm256_add_epi64(rotated<23>(_mm256_add_epi64(s.s0, s.s3)), s.s0);
      step(s);
      const __m256i layer = _mm256_and_si256(numbers, layer_bits);
      const __m256d place =
          _mm256_sub_pd(_mm256_castsi256_pd(_mm256_or_si256(_mm256_srli_epi64(numbers, 12), one)), _mm256_set1_pd(1.5));
      const __m256d samples = _mm256_mul_pd(place, _mm256_i64gather_pd(ziggurat.width.data(), layer, 8));
      const __m256d inner = _mm256_i64gather_pd(ziggurat.inner.data(), layer, 8);
      const __m256d settled = _mm256_cmp_pd(_mm256_and_pd(place, without_sign), inner, _CMP_LT_OQ);
      if (const int which = _mm256_movemask_pd(settled); which != 0xf) [[unlikely]]
        settle(state, first, numbers, which);
      sum = _mm256_add_pd(sum, _mm256_and_pd(samples, settled));  // An unsettled sample is a zero here.
    }
    store(state.lanes, first, s);
    _mm256_storeu_pd(&state.sums[first], sum);
  }
}

}  // namespace atonce

#endif
