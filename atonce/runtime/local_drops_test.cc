#include "atonce/runtime/local_drops.h"

#include <gtest/gtest.h>

namespace atonce {
namespace {

TEST(LocalDrops, AddsTheSecondColumnOfEveryProcessor) {
  EXPECT_EQ(parse_softnet_drops("03d45829 00000010 00000008\n05194084 0000000a 00000006\n"), 26u);
  EXPECT_EQ(parse_softnet_drops(""), 0u);
  EXPECT_EQ(parse_softnet_drops("03d45829"), 0u);
}

TEST(LocalDrops, FindsTheUdpColumnByItsName) {
  EXPECT_EQ(parse_udp_drops("Tcp: A B\nTcp: 1 2\nUdp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors Sndbuf\n"
                            "Udp: 10 2 3 4 77 6\nUdpLite: RcvbufErrors\nUdpLite: 9\n"),
            77u);
  EXPECT_EQ(parse_udp_drops("Udp: RcvbufErrors\n"), 0u);
  EXPECT_EQ(parse_udp_drops("nonsense"), 0u);
}

TEST(LocalDrops, NeverShrinkWhileTheMachineRuns) {
  const LocalDrops before = read_local_drops();
  EXPECT_GE(read_local_drops().total(), before.total());
}

}  // namespace
}  // namespace atonce
