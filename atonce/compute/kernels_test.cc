#include "atonce/compute/kernels.h"

#include <gtest/gtest.h>

#include "atonce/compute/random_sum.h"
#include "atonce/compute/ziggurat.h"

namespace atonce {
namespace {

/// What a kernel is to do, said plainly.
Lanes::Words uniform_by_hand(Lanes& lanes, std::size_t rows) {
  Lanes::Words sums{};
  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    Xoshiro256 generator = lanes.at(lane);
    for (std::size_t row = 0; row < rows; ++row) sums[lane] += generator.next_plus() >> 11;
    lanes.put(lane, generator);
  }
  return sums;
}

Kernels::Sums normal_by_hand(Lanes& lanes, std::size_t rows) {
  Kernels::Sums sums{};
  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    Xoshiro256 generator = lanes.at(lane);
    for (std::size_t row = 0; row < rows; ++row) sums[lane] += Ziggurat::instance().sample(generator);
    lanes.put(lane, generator);
  }
  return sums;
}

TEST(Kernels, AgreeToTheBitInUniformSums) {
  for (const Kernels& kernels : all_kernels()) {
    if (!kernels.runs_here()) continue;
    for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{77}, Kernels::rows_max}) {
      Lanes lanes(stream_of(3, 1)), plain = lanes;
      Lanes::Words sums{};
      kernels.add_uniform(lanes, rows, sums);
      EXPECT_EQ(sums, uniform_by_hand(plain, rows)) << kernels.name << ", rows " << rows;
      EXPECT_EQ(lanes.state, plain.state) << kernels.name;
    }
  }
}

TEST(Kernels, AgreeToTheBitInNormalSums) {
  for (const Kernels& kernels : all_kernels()) {
    if (!kernels.runs_here()) continue;
    // Long enough for each way through the ziggurat: the tail is one in four thousand.
    for (const std::size_t rows : {std::size_t{1}, std::size_t{5}, std::size_t{20'000}}) {
      Lanes lanes(stream_of(11, 0)), plain = lanes;
      Kernels::Sums sums{};
      kernels.add_normal(lanes, rows, sums);
      EXPECT_EQ(sums, normal_by_hand(plain, rows)) << kernels.name << ", rows " << rows;
      EXPECT_EQ(lanes.state, plain.state) << kernels.name;
    }
  }
}

TEST(Kernels, HoldTheLargestSumsOfALane) {
  // 2,048 numbers of 53 bits are less than 2^64, and one more may not be.
  constexpr std::uint64_t largest = (std::uint64_t{1} << 53) - 1;
  EXPECT_LE(largest, ~std::uint64_t{0} / Kernels::rows_max);
  EXPECT_GT(largest, ~std::uint64_t{0} / (Kernels::rows_max + 1));
}

TEST(Kernels, TheBestOfThemRunsHereAndThePlainOnesEverywhere) {
  EXPECT_TRUE(best_kernels().runs_here());
  EXPECT_EQ(all_kernels().back().name, "plain");
  EXPECT_TRUE(all_kernels().back().runs_here());
}

}  // namespace
}  // namespace atonce
