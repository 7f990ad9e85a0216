// Eight lanes in a register. Only the functions themselves are compiled for it: nothing that other files may share.
#if defined(__x86_64__)

#include <immintrin.h>

#include "atonce/compute/kernels.h"
#include "atonce/compute/ziggurat.h"

#define FOR_AVX512 __attribute__((target("avx512f,avx512dq")))

namespace atonce {
namespace {

constexpr std::size_t width = 8;

struct State {
  __m512i s0, s1, s2, s3;
};

FOR_AVX512 inline State load(const Lanes& lanes, std::size_t first) {
  return {_mm512_loadu_si512(&lanes.state[0][first]), _mm512_loadu_si512(&lanes.state[1][first]),
          _mm512_loadu_si512(&lanes.state[2][first]), _mm512_loadu_si512(&lanes.state[3][first])};
}
FOR_AVX512 inline void store(Lanes& lanes, std::size_t first, const State& state) {
  _mm512_storeu_si512(&lanes.state[0][first], state.s0);
  _mm512_storeu_si512(&lanes.state[1][first], state.s1);
  _mm512_storeu_si512(&lanes.state[2][first], state.s2);
  _mm512_storeu_si512(&lanes.state[3][first], state.s3);
}

FOR_AVX512 inline void step(State& s) {
  const __m512i shifted = _mm512_slli_epi64(s.s1, 17);
  s.s2 = _mm512_xor_si512(s.s2, s.s0);
  s.s3 = _mm512_xor_si512(s.s3, s.s1);
  s.s1 = _mm512_xor_si512(s.s1, s.s2);
  s.s0 = _mm512_xor_si512(s.s0, s.s3);
  s.s2 = _mm512_xor_si512(s.s2, shifted);
  s.s3 = _mm512_rol_epi64(s.s3, 45);
}

/// Those lanes of a register whose number is not settled by its layer alone; gives their samples.
FOR_AVX512 __attribute__((noinline)) __m512d settle(Lanes& lanes, std::size_t first, State& state, __m512i numbers,
                                                    __m512d samples, __mmask8 settled) {
  store(lanes, first, state);
  alignas(64) std::uint64_t number[width];
  alignas(64) double sample[width];
  _mm512_storeu_si512(number, numbers);
  _mm512_store_pd(sample, samples);
  for (unsigned left = static_cast<std::uint8_t>(~settled); left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    Xoshiro256 generator = lanes.at(first + i);
    sample[i] = Ziggurat::instance().settle(number[i], generator);
    lanes.put(first + i, generator);
  }
  state = load(lanes, first);
  return _mm512_load_pd(sample);
}

FOR_AVX512 inline __m512d next_samples(Lanes& lanes, std::size_t first, State& s, const Ziggurat& ziggurat) {
  const __m512i numbers = _mm512_add_epi64(_mm512_rol_epi64(_mm512_add_epi64(s.s0, s.s3), 23), s.s0);
  step(s);
  const __m512i layer = _mm512_and_si512(numbers, _mm512_set1_epi64(Ziggurat::layers - 1));
  const __m512i one = _mm512_castpd_si512(_mm512_set1_pd(1.0));
  const __m512d place =
      _mm512_sub_pd(_mm512_castsi512_pd(_mm512_or_si512(_mm512_srli_epi64(numbers, 12), one)), _mm512_set1_pd(1.5));
  const __m512d samples = _mm512_mul_pd(place, _mm512_i64gather_pd(layer, ziggurat.width.data(), 8));
  const __m512d inner = _mm512_i64gather_pd(layer, ziggurat.inner.data(), 8);
  const __mmask8 settled = _mm512_cmp_pd_mask(_mm512_abs_pd(place), inner, _CMP_LT_OQ);
  if (settled != 0xff) [[unlikely]]
    return settle(lanes, first, s, numbers, samples, settled);
  return samples;
}

}  // namespace

FOR_AVX512 void add_uniform_avx512(Lanes& lanes, std::size_t rows, Lanes::Words& sums) {
  State a = load(lanes, 0), b = load(lanes, width);
  __m512i sum_a = _mm512_loadu_si512(&sums[0]), sum_b = _mm512_loadu_si512(&sums[width]);
  for (std::size_t row = 0; row < rows; ++row) {
    sum_a = _mm512_add_epi64(sum_a, _mm512_srli_epi64(_mm512_add_epi64(a.s0, a.s3), 11));
    sum_b = _mm512_add_epi64(sum_b, _mm512_srli_epi64(_mm512_add_epi64(b.s0, b.s3), 11));
    step(a);
    step(b);
  }
  store(lanes, 0, a);
  store(lanes, width, b);
  _mm512_storeu_si512(&sums[0], sum_a);
  _mm512_storeu_si512(&sums[width], sum_b);
}

FOR_AVX512 void add_normal_avx512(Lanes& lanes, std::size_t rows, Kernels::Sums& sums) {
  const Ziggurat& ziggurat = Ziggurat::instance();
  State a = load(lanes, 0), b = load(lanes, width);
  __m512d sum_a = _mm512_loadu_pd(&sums[0]), sum_b = _mm512_loadu_pd(&sums[width]);
  for (std::size_t row = 0; row < rows; ++row) {
    sum_a = _mm512_add_pd(sum_a, next_samples(lanes, 0, a, ziggurat));
    sum_b = _mm512_add_pd(sum_b, next_samples(lanes, width, b, ziggurat));
  }
  store(lanes, 0, a);
  store(lanes, width, b);
  _mm512_storeu_pd(&sums[0], sum_a);
  _mm512_storeu_pd(&sums[width], sum_b);
}

}  // namespace atonce

#endif
