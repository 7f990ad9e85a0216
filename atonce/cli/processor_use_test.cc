#include "atonce/cli/processor_use.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

TEST(ProcessorUse, IsTheShareOfTicksThatWereNotIdle) { EXPECT_DOUBLE_EQ(*busy_share({100, 900}, {175, 925}), 0.75); }

TEST(ProcessorUse, IsNotKnownOfAMomentOrWithoutReadings) {
  EXPECT_FALSE(busy_share({100, 900}, {101, 902}));
  EXPECT_FALSE(busy_share({}, {}));
  EXPECT_FALSE(busy_share({100, 900}, {}));
}

TEST(ProcessorUse, OfThisMachineOnlyGrows) {
  const ProcessorUse before = read_processor_use();
  const ProcessorUse after = read_processor_use();
  EXPECT_GT(before.busy + before.idle, 0u);
  EXPECT_GE(after.busy, before.busy);
}

}  // namespace
}  // namespace atonce
