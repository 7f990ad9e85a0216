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

// Of so many rows the unsettled numbers are gathered before they are settled.
constexpr std::size_t rows_at_once = 128;

/// Numbers that their layer alone does not settle, each with its lane in bits that neither layer nor place are made of.
struct Unsettled {
  static constexpr unsigned lane_shift = 8;
  static_assert(Ziggurat::layers == 1 << lane_shift && lane_count == 16);

  std::array<std::uint64_t, rows_at_once * lane_count + width> numbers;  // A whole register is written at its end.
  std::size_t count;
};

void settle(const Unsettled& unsettled, NormalLanes& state) {
  for (std::size_t i = 0; i < unsettled.count; ++i) {
    const std::size_t lane = unsettled.numbers[i] >> Unsettled::lane_shift & (lane_count - 1);
    state.aside_sums[lane] += Ziggurat::instance().settle(unsettled.numbers[i], state.aside[lane]);
  }
}

FOR_AVX512 inline __m512d with_next(__m512d sum, State& s, __m512i lane_bits, const Ziggurat& ziggurat,
                                    Unsettled& unsettled) {
  const __m512i numbers = _mm512_add_epi64(_mm512_rol_epi64(_mm512_add_epi64(s.s0, s.s3), 23), s.s0);
  step(s);
  const __m512i layer = _mm512_and_si512(numbers, _mm512_set1_epi64(Ziggurat::layers - 1));
  const __m512i one = _mm512_castpd_si512(_mm512_set1_pd(1.0));
  const __m512d place =
      _mm512_sub_pd(_mm512_castsi512_pd(_mm512_or_si512(_mm512_srli_epi64(numbers, 12), one)), _mm512_set1_pd(1.5));
  const __m512d samples = _mm512_mul_pd(place, _mm512_i64gather_pd(layer, ziggurat.width.data(), 8));
  const __m512d inner = _mm512_i64gather_pd(layer, ziggurat.inner.data(), 8);
  const __mmask8 settled = _mm512_cmp_pd_mask(_mm512_abs_pd(place), inner, _CMP_LT_OQ);
  const __mmask8 rest = _knot_mask8(settled);
  const __m512i marked = _mm512_or_si512(_mm512_andnot_si512(_mm512_set1_epi64(0xf00), numbers), lane_bits);
  _mm512_storeu_si512(&unsettled.numbers[unsettled.count], _mm512_maskz_compress_epi64(rest, marked));
  unsettled.count += static_cast<std::size_t>(__builtin_popcount(rest));
  return _mm512_mask_add_pd(sum, settled, sum, samples);
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

FOR_AVX512 void add_normal_avx512(NormalLanes& state, std::size_t rows) {
  const Ziggurat& ziggurat = Ziggurat::instance();
  const __m512i lane_bits_a = _mm512_slli_epi64(_mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7), Unsettled::lane_shift);
  const __m512i lane_bits_b = _mm512_slli_epi64(_mm512_setr_epi64(8, 9, 10, 11, 12, 13, 14, 15), Unsettled::lane_shift);
  State a = load(state.lanes, 0), b = load(state.lanes, width);
  __m512d sum_a = _mm512_loadu_pd(&state.sums[0]), sum_b = _mm512_loadu_pd(&state.sums[width]);
  Unsettled unsettled;
  while (rows > 0) {
    unsettled.count = 0;
    const std::size_t some = rows < rows_at_once ? rows : rows_at_once;
    rows -= some;
    for (std::size_t row = 0; row < some; ++row) {
      sum_a = with_next(sum_a, a, lane_bits_a, ziggurat, unsettled);
      sum_b = with_next(sum_b, b, lane_bits_b, ziggurat, unsettled);
    }
    settle(unsettled, state);
  }
  store(state.lanes, 0, a);
  store(state.lanes, width, b);
  _mm512_storeu_pd(&state.sums[0], sum_a);
  _mm512_storeu_pd(&state.sums[width], sum_b);
}

}  // namespace atonce

#endif
