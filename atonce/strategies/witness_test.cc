#include "atonce/strategies/witness.h"

#include <gtest/gtest.h>

#include <thread>

namespace atonce {
namespace {

using namespace std::chrono_literals;

Instant clock_now() { return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()); }

TEST(Witness, AsksItsOwnListenerAndVouchesForTheTimeThatPassed) {
  Conditions conditions;
  Witness witness({.canaries = true, .connect_timeout = 1s}, conditions);
  const Instant start = clock_now();
  witness.start();
  while (conditions.vouched_until_ns < (start + 60ms).time_since_epoch().count() && clock_now() < start + 10s)
    std::this_thread::yield();
  const WitnessReport report = witness.finish();
  EXPECT_EQ(report.absent, "");
  EXPECT_GE(report.own.asked, 1u);
  EXPECT_EQ(report.own.missed, 0u);
  EXPECT_EQ(report.outside.asked, 0u);
  EXPECT_EQ(conditions.vouched_until_ns, Instant::max().time_since_epoch().count());
}

TEST(Witness, EndsSoonAndAlsoWhenItWasNeverStarted) {
  Conditions conditions;
  {
    Witness never_started({.canaries = true, .connect_timeout = 1s}, conditions);
    EXPECT_EQ(never_started.finish().own.asked, 0u);
    EXPECT_EQ(conditions.vouched_until_ns, Instant::max().time_since_epoch().count()) << "nobody will know more";
  }
  const Instant start = clock_now();
  Witness witness({.canaries = false, .connect_timeout = 1h}, conditions);
  witness.start();
  witness.finish();
  EXPECT_LT(clock_now() - start, 5s);
}

TEST(Witness, HasNoCanariesWhereNobodyWantsThemOrOneTargetIsTried) {
  Plan plan;
  EXPECT_TRUE(witness_options(plan, "sequential").canaries);
  plan.input.limit = 1;
  EXPECT_FALSE(witness_options(plan, "sequential").canaries);
  EXPECT_TRUE(witness_options(plan, "async").canaries);
  plan.trust.canaries = false;
  EXPECT_FALSE(witness_options(plan, "async").canaries);
}

TEST(Witness, AsksTheRunsOwnResolversAndNotGetaddrinfo) {
  Plan plan;
  plan.resolver.servers = {{IpAddress::v4(0xc0000201), 53}};
  ASSERT_TRUE(witness_options(plan, "async").resolver);
  EXPECT_EQ(witness_options(plan, "async").resolver->servers, plan.resolver.servers);
  plan.resolver.system = true;
  EXPECT_FALSE(witness_options(plan, "async").resolver);
}

}  // namespace
}  // namespace atonce
