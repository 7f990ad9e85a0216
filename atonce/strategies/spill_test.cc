#include "atonce/strategies/spill.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>

namespace atonce {
namespace {

Unsettled numbered(std::uint64_t index) {
  Outcome outcome{.target = {.index = index, .host = std::string(index % 200, 'x')}, .verdict = Verdict::timeout};
  outcome.target.columns = {{"rank", std::to_string(index)}};
  return {std::move(outcome), static_cast<std::uint8_t>(index % 3)};
}

TEST(Spill, GivesBackWhatItTookInOrderThroughAFile) {
  Spill spill;
  constexpr std::uint64_t count = 20'000;
  for (std::uint64_t i = 0; i < count; ++i) ASSERT_EQ(spill.push(numbered(i)), 0);
  EXPECT_EQ(spill.size(), count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::optional<Unsettled> got = spill.pop();
    ASSERT_TRUE(got);
    EXPECT_EQ(got->outcome.target.index, i);
    EXPECT_EQ(got->outcome.target.host, numbered(i).outcome.target.host);
    EXPECT_EQ(got->outcome.target.columns, numbered(i).outcome.target.columns);
    EXPECT_EQ(got->counted, i % 3);
  }
  EXPECT_FALSE(spill.pop());
  EXPECT_EQ(spill.error(), 0);
}

TEST(Spill, MayBePushedToWhileItIsPoppedFrom) {
  Spill spill;
  std::uint64_t pushed = 0, popped = 0;
  for (int round = 0; round < 3'000; ++round) {
    for (int i = 0; i < 3; ++i) ASSERT_EQ(spill.push(numbered(pushed++)), 0);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(spill.pop()->outcome.target.index, popped++);
  }
  while (const auto left = spill.pop()) EXPECT_EQ(left->outcome.target.index, popped++);
  EXPECT_EQ(popped, pushed);
}

TEST(Spill, MovesWithItsFile) {
  Spill spill;
  for (std::uint64_t i = 0; i < 5'000; ++i) (void)spill.push(numbered(i));
  Spill other = std::exchange(spill, {});
  EXPECT_EQ(spill.size(), 0u);
  EXPECT_EQ(other.size(), 5'000u);
  EXPECT_EQ(other.pop()->outcome.target.index, 0u);
}

TEST(Spill, SaysWhyItsFileCannotBeKept) {
  const char* before = std::getenv("TMPDIR");
  setenv("TMPDIR", "/nowhere/at/all", 1);
  Spill spill;
  int error = 0;
  for (std::uint64_t i = 0; i < 10'000 && error == 0; ++i) error = spill.push(numbered(i));
  EXPECT_EQ(error, ENOENT);
  EXPECT_EQ(spill.error(), ENOENT);
  before == nullptr ? unsetenv("TMPDIR") : setenv("TMPDIR", before, 1);
}

}  // namespace
}  // namespace atonce
