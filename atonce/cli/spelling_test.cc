#include "atonce/cli/spelling.h"

#include <gtest/gtest.h>

#include <array>

namespace atonce {
namespace {

constexpr std::array<std::string_view, 4> words{"--concurrency", "--connect-timeout", "--rate", "--retries"};

TEST(Spelling, CountsASwapOfNeighboursAsOneSlip) {
  EXPECT_EQ(edit_distance("rate", "rate"), 0u);
  EXPECT_EQ(edit_distance("rtae", "rate"), 1u);
  EXPECT_EQ(edit_distance("", "rate"), 4u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Spelling, FindsTheWordThatWasMeant) {
  EXPECT_EQ(nearest_word("--concurency", words), "--concurrency");
  EXPECT_EQ(nearest_word("--retry", words), "--retries");
  EXPECT_EQ(nearest_word("--conc", words), "--concurrency") << "a beginning of it";
}

TEST(Spelling, SuggestsNothingForAWordUnlikeAny) {
  EXPECT_EQ(nearest_word("xyzzy", words), "");
  EXPECT_EQ(nearest_word(std::string(100'000, '-'), words), "");
  EXPECT_EQ(nearest_word("", words), "");
}

TEST(Spelling, ListsAlternatives) {
  EXPECT_EQ(either(words), "--concurrency, --connect-timeout, --rate or --retries");
  EXPECT_EQ(either(std::span(words).first(1)), "--concurrency");
}

}  // namespace
}  // namespace atonce
