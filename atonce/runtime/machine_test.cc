#include "atonce/runtime/machine.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

constexpr std::uint64_t gigabyte = 1'000'000'000;

MachineFacts roomy() {
  return {.processors = 4, .descriptors_soft = 1'024, .descriptors_hard = 20'000, .memory_available = 64 * gigabyte};
}

TEST(Machine, FitsTheWindowToTheDescriptorsAProcessMayHave) {
  EXPECT_EQ(largest_window(roomy(), false), 20'000u - 96u);
  EXPECT_EQ(largest_window(roomy(), true), rings_max * (20'000u - 96u)) << "each ring has its own table";
  EXPECT_EQ(largest_window({.descriptors_soft = 64, .descriptors_hard = 64}, false), 32u)
      << "half of a small limit: the witness alone takes a dozen";
}

TEST(Machine, FitsTheWindowToHalfOfTheMemoryLeft) {
  MachineFacts facts = roomy();
  facts.memory_available = 16 * 1024 * 1024;
  EXPECT_EQ(largest_window(facts, false), 1'024u);
  facts.memory_available = 64 * gigabyte;
  facts.memory_limit = 100 * 1024 * 1024;
  facts.memory_used = 84 * 1024 * 1024;
  EXPECT_EQ(largest_window(facts, false), 1'024u) << "the cgroup has less left than the machine";
  facts.memory_used = 200 * 1024 * 1024;
  EXPECT_EQ(largest_window(facts, false), 1u) << "over its limit already";
}

TEST(Machine, AlwaysAllowsOneAndNeverMoreThanTheCeiling) {
  EXPECT_EQ(largest_window({}, false), 1u);
  EXPECT_EQ(largest_window({.descriptors_soft = 3, .descriptors_hard = 3}, false), 2u);
  EXPECT_EQ(largest_window({.processors = 64, .descriptors_soft = ~0ull, .descriptors_hard = ~0ull}, true),
            window_ceiling);
}

TEST(Machine, ReadsWhatEveryLinuxHas) {
  const MachineFacts facts = read_machine_facts();
  EXPECT_FALSE(facts.kernel.empty());
  EXPECT_GE(facts.processors, 1u);
  EXPECT_GE(facts.descriptors_hard, facts.descriptors_soft);
  EXPECT_GT(facts.descriptors_soft, 3u);
  ASSERT_TRUE(facts.memory_available);
  EXPECT_GT(*facts.memory_available, 1'000'000u);
}

}  // namespace
}  // namespace atonce
