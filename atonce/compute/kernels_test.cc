#include "atonce/compute/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

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

void normal_by_hand(NormalLanes& state, std::size_t rows) {
  const Ziggurat& ziggurat = Ziggurat::instance();
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      Xoshiro256 generator = state.lanes.at(lane);
      const std::uint64_t number = generator.next();
      state.lanes.put(lane, generator);
      if (ziggurat.is_settled(number))
        state.sums[lane] += ziggurat.settled(number);
      else
        state.aside_sums[lane] += ziggurat.settle(number, state.aside[lane]);
    }
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
      NormalLanes lanes(stream_of(11, 0)), plain = lanes;
      kernels.add_normal(lanes, rows);
      normal_by_hand(plain, rows);
      EXPECT_EQ(lanes.sums, plain.sums) << kernels.name << ", rows " << rows;
      EXPECT_EQ(lanes.aside_sums, plain.aside_sums) << kernels.name << ", rows " << rows;
      EXPECT_EQ(lanes.lanes.state, plain.lanes.state) << kernels.name;
      for (std::size_t lane = 0; lane < lane_count; ++lane)
        EXPECT_EQ(lanes.aside[lane].state(), plain.aside[lane].state()) << kernels.name;
    }
  }
}

TEST(Kernels, SettleWhatALayerDoesNotFromGeneratorsOfTheirOwn) {
  const NormalLanes fresh(stream_of(1, 0));
  std::vector<Xoshiro256::State> states;
  for (std::size_t lane = 0; lane < lane_count; ++lane) {
    states.push_back(fresh.lanes.at(lane).state());
    states.push_back(fresh.aside[lane].state());
  }
  std::ranges::sort(states);
  EXPECT_EQ(std::ranges::adjacent_find(states), states.end());
  Xoshiro256 behind = stream_of(1, 0);
  for (std::size_t i = 0; i < lane_count; ++i) behind.jump();
  EXPECT_EQ(fresh.aside[0].state(), behind.state());
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
