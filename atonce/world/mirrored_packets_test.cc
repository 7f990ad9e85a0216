#include "atonce/world/mirrored_packets.h"

#include <gtest/gtest.h>
#include <netinet/ip.h>

#include <cstring>

#include "atonce/world/tun_packet.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

TEST(MirroredPackets, ComeInTheOrderOfTheirTimesAndThenOfTheirArrival) {
  MirroredPackets packets;
  EXPECT_EQ(packets.due(), never);
  const std::array<std::uint8_t, 1> late{1}, first{2}, second{3};
  EXPECT_TRUE(packets.add(late, Instant(5ms)));
  EXPECT_TRUE(packets.add(first, Instant(2ms)));
  EXPECT_TRUE(packets.add(second, Instant(2ms)));
  for (const std::uint8_t expected : {2, 3, 1}) {
    EXPECT_EQ(packets.front()[0], expected);
    packets.pop();
  }
  EXPECT_TRUE(packets.empty());
}

TEST(MirroredPackets, HaveABound) {
  MirroredPackets packets;
  const std::vector<std::uint8_t> packet(1 << 20);
  int taken = 0;
  while (taken < 1'000 && packets.add(packet, Instant(1s))) ++taken;
  EXPECT_EQ(taken, 256);
}

TEST(TunMirror, TurnsAPacketAroundAndLeavesItsChecksumsRight) {
  WorldSpec spec = parse_world_spec("far-open,web=plain").value();
  spec.ports = {443};
  // A SYN of 10.0.0.1:40000 to 10.16.0.9:443.
  std::vector<std::uint8_t> packet{0x45, 0,    0, 40,   0, 0, 0x40, 0, 64, 6, 0, 0, 10,   0, 0,    1,    10, 16, 0, 9,
                                   0x9c, 0x40, 1, 0xbb, 0, 0, 0,    1, 0,  0, 0, 0, 0x50, 2, 0xff, 0xff, 0,  0,  0, 0};
  const std::uint16_t check = internet_checksum(std::span(packet).first(20));
  packet[10] = static_cast<std::uint8_t>(check >> 8);
  packet[11] = static_cast<std::uint8_t>(check);
  std::array<std::uint8_t, tun_reply_max> reply;
  const TunReply answer = TunHosts(spec).answer(packet, reply);
  EXPECT_TRUE(answer.mirrored);
  EXPECT_TRUE(answer.syn);
  EXPECT_EQ(answer.size, 0u);
  turn_around(packet);
  EXPECT_EQ(internet_checksum(std::span(packet).first(20)), 0);
  EXPECT_EQ(packet[15], 9);
  EXPECT_EQ(packet[19], 1);
  // What the server says is mirrored as well: it comes from the port, not to it.
  std::swap(packet[12], packet[16]), std::swap(packet[13], packet[17]);
  std::swap(packet[14], packet[18]), std::swap(packet[15], packet[19]);
  std::swap(packet[20], packet[22]), std::swap(packet[21], packet[23]);
  EXPECT_TRUE(TunHosts(spec).answer(packet, reply).mirrored);
  spec.web = WebKind::off;
  EXPECT_FALSE(TunHosts(spec).answer(packet, reply).mirrored);
}

}  // namespace
}  // namespace atonce
