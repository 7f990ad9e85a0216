#include "atonce/compute/xoshiro.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "atonce/compute/random_sum.h"

namespace atonce {
namespace {

using testing::ElementsAre;

TEST(Xoshiro, GivesTheNumbersOfTheReference) {
  // State {1, 2, 3, 4} of xoshiro256plusplus.c, as other implementations test themselves (rand_xoshiro, of Rust).
  Xoshiro256 generator({1, 2, 3, 4});
  std::vector<std::uint64_t> first;
  for (int i = 0; i < 10; ++i) first.push_back(generator.next());
  EXPECT_THAT(first, ElementsAre(41943041u, 58720359u, 3588806011781223u, 3591011842654386u, 9228616714210784205u,
                                 9973669472204895162u, 14011001112246962877u, 12406186145184390807u,
                                 15849039046786891736u, 10450023813501588000u));
}

TEST(Xoshiro, PlusGivesTheNumbersOfTheReference) {
  Xoshiro256 generator({1, 2, 3, 4});
  std::vector<std::uint64_t> first;
  for (int i = 0; i < 10; ++i) first.push_back(generator.next_plus());
  EXPECT_THAT(first, ElementsAre(5u, 211106232532999u, 211106635186183u, 9223759065350669058u, 9250833439874351877u,
                                 13862484359527728515u, 2346507365006083650u, 1168864526675804870u, 34095955243042024u,
                                 3466914240207415127u));
}

/// The reference's jump, written as the paper has it: the numbers of the state times the polynomial, bit by bit.
TEST(Xoshiro, AJumpIsThePolynomialOfThePaperAppliedToTheState) {
  // Jumps commute with steps and with each other, as powers of one matrix do.
  Xoshiro256 stepped(7), jumped(7);
  stepped.next();
  stepped.jump();
  jumped.jump();
  jumped.next();
  EXPECT_EQ(stepped.state(), jumped.state());
  Xoshiro256 one(9), other(9);
  one.jump();
  one.long_jump();
  other.long_jump();
  other.jump();
  EXPECT_EQ(one.state(), other.state());
  EXPECT_NE(one.state(), Xoshiro256(9).state());
}

/// Bits as a polynomial over GF(2), for the arithmetic below.
using Bits = std::array<std::uint64_t, 4>;

/// The state transition of the paper, applied `2^exponent` times by squaring a 256 x 256 matrix of bits.
class StepMatrix {
 public:
  StepMatrix() {
    for (std::size_t bit = 0; bit < 256; ++bit) {
      Bits unit{};
      unit[bit / 64] = std::uint64_t{1} << bit % 64;
      Xoshiro256 generator(unit);
      generator.next();
      columns_[bit] = generator.state();
    }
  }
  void square() {
    std::array<Bits, 256> squared;
    for (std::size_t bit = 0; bit < 256; ++bit) squared[bit] = times(columns_[bit]);
    columns_ = squared;
  }
  Bits times(const Bits& vector) const {
    Bits sum{};
    for (std::size_t bit = 0; bit < 256; ++bit)
      if ((vector[bit / 64] >> bit % 64 & 1) != 0)
        for (std::size_t word = 0; word < 4; ++word) sum[word] ^= columns_[bit][word];
    return sum;
  }

 private:
  std::array<Bits, 256> columns_;
};

TEST(Xoshiro, AJumpIsTwoToThe128StepsAndALongOneTwoToThe192) {
  StepMatrix matrix;
  for (int i = 0; i < 128; ++i) matrix.square();
  Xoshiro256 jumped(42);
  jumped.jump();
  EXPECT_EQ(jumped.state(), matrix.times(Xoshiro256(42).state()));
  for (int i = 128; i < 192; ++i) matrix.square();
  Xoshiro256 far(42);
  far.long_jump();
  EXPECT_EQ(far.state(), matrix.times(Xoshiro256(42).state()));
}

TEST(Streams, DoNotMeetInTheirFirstMillionNumbers) {
  std::vector<std::uint64_t> seen;
  constexpr std::size_t each = 20'000;
  for (std::uint32_t stream = 0; stream < 4; ++stream) {
    const Lanes lanes(stream_of(1, stream));
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      Xoshiro256 generator = lanes.at(lane);
      for (std::size_t i = 0; i < each; ++i) seen.push_back(generator.next());
    }
  }
  // Among 1,280,000 numbers of 64 bits even one chance repetition is a matter of one in ten million.
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
}

TEST(Streams, AreNotCorrelated) {
  Xoshiro256 one = stream_of(5, 0), other = stream_of(5, 1);
  double sum = 0;
  constexpr int samples = 100'000;
  for (int i = 0; i < samples; ++i)
    sum += (static_cast<double>(one.next() >> 11) * 0x1p-53 - 0.5) *
           (static_cast<double>(other.next() >> 11) * 0x1p-53 - 0.5);
  // The product has a standard deviation of 1/12: five of the sum's.
  EXPECT_LT(std::abs(sum), 5.0 / 12 * std::sqrt(samples));
}

}  // namespace
}  // namespace atonce
