#include "atonce/runtime/local_drops.h"

#include <gmock/gmock.h>

namespace atonce {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

LocalDrops drops_of(DropKind kind, std::uint64_t count) {
  LocalDrops drops;
  drops.of(kind) = count;
  return drops;
}

TEST(LocalDrops, AddsTheSecondColumnOfEveryProcessor) {
  EXPECT_EQ(parse_softnet_drops("03d45829 00000010 00000008\n05194084 0000000a 00000006\n"), 26u);
  EXPECT_EQ(parse_softnet_drops(""), 0u);
  EXPECT_EQ(parse_softnet_drops("03d45829"), 0u);
}

TEST(LocalDrops, FindsACounterByItsName) {
  constexpr std::string_view file =
      "Tcp: A B\nTcp: 1 2\nUdp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors Sndbuf\n"
      "Udp: 10 2 3 4 77 6\nUdpLite: RcvbufErrors\nUdpLite: 9\n";
  EXPECT_EQ(parse_counter(file, "Udp:", "RcvbufErrors"), 77u);
  EXPECT_EQ(parse_counter(file, "Tcp:", "B"), 2u);
  EXPECT_EQ(parse_counter(file, "Tcp:", "RcvbufErrors"), 0u);
  EXPECT_EQ(parse_counter("Udp: RcvbufErrors\n", "Udp:", "RcvbufErrors"), 0u);
  EXPECT_EQ(parse_counter("nonsense", "Udp:", "RcvbufErrors"), 0u);
}

TEST(LocalDrops, ReadsEachWayOfEveryInterface) {
  constexpr std::string_view file =
      "Inter-|   Receive                                                |  Transmit\n"
      " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls\n"
      "    lo:     1  2 3 4 5 0 0 0  6  7 8 0 0 0 0 0\n"
      "  eth0:1000  2 3 40 1 0 0 0  6  7 8 500 2 0 0 0\n"
      " cut0: 1 2\n";
  EXPECT_THAT(parse_device_drops(file),
              ElementsAre(DeviceDrops{"lo", 9, 0}, DeviceDrops{"eth0", 41, 502}, DeviceDrops{"cut0", 0, 0}));
  EXPECT_THAT(parse_device_drops("nothing\n"), IsEmpty());
}

TEST(LocalDrops, CountAPacketOnceThoughItShowsInSeveralPlaces) {
  // As a burst into a veth pair was seen to be counted.
  LocalDrops drops = drops_of(DropKind::backlog, 21'437);
  drops.of(DropKind::device_send) = drops.of(DropKind::send_failed) = 21'437;
  EXPECT_EQ(drops.total(), 21'437u);
  drops.of(DropKind::receive_buffer) = 3;
  EXPECT_EQ(drops.total(), 21'440u);
}

TEST(LocalDrops, DoNotTakeAServersFullQueueForALostAnswer) {
  for (const DropRow& row : all_drops) {
    EXPECT_EQ(drops_of(row.kind, 5).total(), row.counts ? 5u : 0u) << row.name;
    EXPECT_EQ(&row, &all_drops[static_cast<std::size_t>(row.kind)]);
  }
}

TEST(LocalDrops, AreNotCountedBackwardsWhenAnInterfaceGoes) {
  EXPECT_EQ(drops_of(DropKind::device_send, 5).since(drops_of(DropKind::device_send, 9)).total(), 0u);
  EXPECT_EQ(drops_of(DropKind::backlog, 9).since(drops_of(DropKind::backlog, 5)).total(), 4u);
}

TEST(LocalDrops, NeverShrinkWhileTheMachineRuns) {
  DropSampler sampler;
  const LocalDrops before = sampler.sample();
  EXPECT_GE(sampler.sample().of(DropKind::backlog), before.of(DropKind::backlog));
}

TEST(LocalDrops, NameTheSettingThatBoundsThem) {
  const DropSampler sampler;
  EXPECT_THAT(sampler.wall(DropKind::backlog), StartsWith("net.core.netdev_max_backlog = "));
  EXPECT_THAT(sampler.wall(DropKind::receive_buffer), StartsWith("net.core.rmem_default = "));
  EXPECT_EQ(sampler.wall(DropKind::device_send), "") << "nothing was thrown away since it was made";
}

}  // namespace
}  // namespace atonce
