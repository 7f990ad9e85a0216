#include "atonce/strategies/unique_filter.h"

#include <gtest/gtest.h>

#include <string>

namespace atonce {
namespace {

constexpr SipKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};

TEST(SipHash, GivesTheReferenceDigests) {
  // The first and the sixteenth of the reference vectors; the digests are read little-endian.
  EXPECT_EQ(siphash_128(key, ""), (std::array<std::uint64_t, 2>{0xe6a825ba047f81a3, 0x930255c71472f66d}));
  std::string text;
  for (char c = 0; c < 15; ++c) text += c;
  EXPECT_EQ(siphash_128(key, text), (std::array<std::uint64_t, 2>{0x11a8b03399e99354, 0xd9c3cf970fec087e}));
}

TEST(UniqueFilter, KnowsWhatItHasSeen) {
  UniqueFilter filter(UniqueFilter::default_memory_max, key);
  EXPECT_TRUE(filter.first_time("a.example", 443));
  EXPECT_FALSE(filter.first_time("a.example", 443));
  EXPECT_TRUE(filter.first_time("a.example", 80));
  EXPECT_TRUE(filter.first_time("b.example", 443));
  EXPECT_FALSE(filter.first_time("a.example", 80));
  EXPECT_EQ(filter.remembered(), 3u);
}

TEST(UniqueFilter, RemembersWhileItGrows) {
  UniqueFilter filter(UniqueFilter::default_memory_max, key);
  for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(filter.first_time(std::to_string(i), 443));
  for (int i = 0; i < 20'000; ++i) ASSERT_FALSE(filter.first_time(std::to_string(i), 443));
  EXPECT_FALSE(filter.full());
  EXPECT_LE(filter.memory_bytes(), 20'000u * 16 * 4);
}

TEST(UniqueFilter, LetsDuplicatesPassRatherThanDropATargetWhenItsMemoryIsFull) {
  constexpr std::size_t memory_max = 24 << 10;
  UniqueFilter filter(memory_max, key);
  for (int i = 0; i < 5'000; ++i)
    ASSERT_TRUE(filter.first_time(std::to_string(i), 443)) << "a new target is never dropped";
  EXPECT_TRUE(filter.full());
  EXPECT_EQ(filter.memory_bytes() * 3 / 2, memory_max);
  EXPECT_FALSE(filter.first_time("0", 443)) << "what was remembered stays remembered";
  EXPECT_TRUE(filter.first_time("4999", 443)) << "this one found no room";
}

}  // namespace
}  // namespace atonce
