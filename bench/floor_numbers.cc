// The floor of summing random samples: the shortest plain loops, compiled for the machine they run on. Uniform: sixteen
// xoshiro256+ side by side, so that the compiler makes vectors of them, each number added as a double. Normal: a scalar
// ziggurat over one xoshiro256++ a thread. No jumps, no exact sums, no way out before the end.
// Usage: floor_numbers uniform|normal SAMPLES THREADS; prints the sum and seconds as JSON.

#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

namespace {

using Word = std::uint64_t;
constexpr std::size_t lanes = 16;

double sum_uniform(Word seed, std::size_t samples) {
  Word s0[lanes], s1[lanes], s2[lanes], s3[lanes];
  double sums[lanes] = {};
  for (std::size_t i = 0; i < lanes; ++i) {
    s0[i] = (seed + i) * 0x9e3779b97f4a7c15;
    s1[i] = s0[i] * 0xbf58476d1ce4e5b9 + 1;
    s2[i] = s1[i] * 0x94d049bb133111eb + 2;
    s3[i] = s2[i] * 0xda942042e4dd58b5 + 3;
  }
  for (std::size_t row = 0; row < samples / lanes; ++row) {
#pragma clang loop vectorize(enable) interleave(enable)
    for (std::size_t i = 0; i < lanes; ++i) {
      sums[i] += std::bit_cast<double>((s0[i] + s3[i]) >> 12 | 0x3ff0000000000000) - 1.0;
      const Word shifted = s1[i] << 17;
      s2[i] ^= s0[i];
      s3[i] ^= s1[i];
      s1[i] ^= s2[i];
      s0[i] ^= s3[i];
      s2[i] ^= shifted;
      s3[i] = std::rotl(s3[i], 45);
    }
  }
  double sum = 0;
  for (const double one : sums) sum += one;
  return sum;
}

constexpr std::size_t layers = 256;
constexpr double begins = 3.654152885361008796, area = 0.00492867323399;

struct Tables {
  std::array<double, layers + 1> x{}, f{};
  Tables() {
    f[1] = std::exp(-0.5 * begins * begins);
    x[0] = area / f[1];
    x[1] = begins;
    for (std::size_t i = 2; i < layers; ++i) {
      f[i] = area / x[i - 1] + f[i - 1];
      x[i] = std::sqrt(-2 * std::log(f[i]));
    }
    x[layers] = 0;
    f[layers] = 1;
  }
};

double sum_normal(Word seed, std::size_t samples) {
  static const Tables tables;
  Word s0 = seed * 0x9e3779b97f4a7c15 + 1, s1 = s0 * 0xbf58476d1ce4e5b9 + 1, s2 = s1 * 0x94d049bb133111eb + 1,
       s3 = s2 * 0xda942042e4dd58b5 + 1;
  const auto next = [&] {
    const Word number = std::rotl(s0 + s3, 23) + s0;
    const Word shifted = s1 << 17;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= shifted;
    s3 = std::rotl(s3, 45);
    return number;
  };
  const auto fraction = [&] { return static_cast<double>((next() >> 11) + 1) * 0x1p-53; };
  double sum = 0;
  for (std::size_t done = 0; done < samples;) {
    const Word number = next();
    const std::size_t i = number % layers;
    const double u = static_cast<double>(static_cast<std::int64_t>(number) >> 11) * 0x1p-52;
    double x = u * tables.x[i];
    if (std::fabs(x) >= tables.x[i + 1]) {
      if (i == 0) {
        double tail = 0, beside = 0;
        do {
          tail = std::log(fraction()) / begins;
          beside = std::log(fraction());
        } while (-2 * beside < tail * tail);
        x = u < 0 ? tail - begins : begins - tail;
      } else if (tables.f[i] + fraction() * (tables.f[i + 1] - tables.f[i]) >= std::exp(-0.5 * x * x)) {
        continue;
      }
    }
    sum += x;
    ++done;
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: floor_numbers uniform|normal SAMPLES THREADS\n"), 2;
  const auto work = std::strcmp(argv[1], "uniform") == 0 ? sum_uniform : sum_normal;
  const std::size_t samples = std::strtoull(argv[2], nullptr, 10), threads = std::strtoull(argv[3], nullptr, 10);
  const auto began = std::chrono::steady_clock::now();
  std::vector<double> sums(threads);
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back([&, i] { sums[i] = work(i + 1, samples / threads); });
  sums[0] = work(1, samples / threads);
  for (std::thread& other : others) other.join();
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  double sum = 0;
  for (const double one : sums) sum += one;
  std::printf("{\"sum\": %.17g, \"seconds\": %.6f}\n", sum, took);
}
