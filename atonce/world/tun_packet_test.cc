#include "atonce/world/tun_packet.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>

#include <cstring>
#include <random>
#include <vector>

#include "atonce/world/delay_line.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t open_host = 0x0a100001, closed_host = 0x0a200001, silent_host = 0x0a300001,
                        unreachable_host = 0x0a400001;

std::vector<std::uint8_t> write_segment(std::uint32_t to, tcphdr tcp, std::size_t payload = 0,
                                        std::uint16_t port = 443) {
  const std::size_t size = sizeof(iphdr) + sizeof(tcphdr) + payload;
  iphdr ip{};
  ip.version = 4;
  ip.ihl = 5;
  ip.tot_len = htons(static_cast<std::uint16_t>(size));
  ip.protocol = IPPROTO_TCP;
  ip.saddr = htonl(0x0a000001);
  ip.daddr = htonl(to);
  tcp.source = htons(40'000);
  tcp.dest = htons(port);
  tcp.doff = 5;
  tcp.seq = htonl(1'000);
  tcp.ack_seq = htonl(5'000);
  std::vector<std::uint8_t> packet(size);
  std::memcpy(packet.data(), &ip, sizeof ip);
  std::memcpy(packet.data() + sizeof ip, &tcp, sizeof tcp);
  return packet;
}

tcphdr flags(bool syn, bool ack, bool fin = false, bool rst = false) {
  tcphdr tcp{};
  tcp.syn = syn;
  tcp.ack = ack;
  tcp.fin = fin;
  tcp.rst = rst;
  return tcp;
}

struct Reply {
  TunReply reply;
  std::array<std::uint8_t, tun_reply_max> bytes{};
  iphdr ip{};
  tcphdr tcp{};
};

Reply answer(const std::vector<std::uint8_t>& packet) {
  static const TunHosts hosts(parse_world_spec("far-calm").value());
  Reply seen;
  seen.reply = hosts.answer(packet, seen.bytes);
  std::memcpy(&seen.ip, seen.bytes.data(), sizeof seen.ip);
  std::memcpy(&seen.tcp, seen.bytes.data() + sizeof seen.ip, sizeof seen.tcp);
  return seen;
}

bool checksums_hold(const Reply& seen) {
  const std::span<const std::uint8_t> bytes(seen.bytes.data(), seen.reply.size);
  if (internet_checksum(bytes.first(sizeof(iphdr))) != 0) return false;
  const std::span<const std::uint8_t> rest = bytes.subspan(sizeof(iphdr));
  if (seen.ip.protocol != IPPROTO_TCP) return internet_checksum(rest) == 0;
  std::vector<std::uint8_t> whole(bytes.begin() + 12, bytes.begin() + 20);
  whole.insert(whole.end(), {0, IPPROTO_TCP, 0, static_cast<std::uint8_t>(rest.size())});
  whole.insert(whole.end(), rest.begin(), rest.end());
  return internet_checksum(whole) == 0;
}

TEST(InternetChecksum, IsThatOfRfc1071) {
  const std::uint8_t bytes[]{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(internet_checksum(bytes), static_cast<std::uint16_t>(~0xddf2));
  EXPECT_EQ(internet_checksum(std::span(bytes).first(3)), static_cast<std::uint16_t>(~0xf201));
}

TEST(TunHosts, AcceptWithSynAckAndTheRightChecksums) {
  const Reply seen = answer(write_segment(open_host, flags(true, false)));
  EXPECT_TRUE(seen.reply.syn);
  EXPECT_EQ(seen.reply.fate, Verdict::open);
  EXPECT_TRUE(seen.tcp.syn && seen.tcp.ack && !seen.tcp.rst);
  EXPECT_EQ(ntohl(seen.tcp.ack_seq), 1'001u);
  EXPECT_EQ(ntohl(seen.ip.saddr), open_host);
  EXPECT_EQ(ntohs(seen.tcp.source), 443);
  EXPECT_EQ(ntohs(seen.tcp.dest), 40'000);
  EXPECT_TRUE(checksums_hold(seen));
}

TEST(TunHosts, RefuseWithRst) {
  const Reply seen = answer(write_segment(closed_host, flags(true, false)));
  EXPECT_TRUE(seen.tcp.rst && seen.tcp.ack && !seen.tcp.syn);
  EXPECT_EQ(ntohl(seen.tcp.ack_seq), 1'001u);
  EXPECT_TRUE(checksums_hold(seen));
}

TEST(TunHosts, RefuseAtPortsThatNobodyAskedFor) {
  const Reply seen = answer(write_segment(open_host, flags(true, false), 0, 80));
  EXPECT_EQ(seen.reply.fate, Verdict::closed);
  EXPECT_TRUE(seen.tcp.rst);
}

TEST(TunHosts, AreSilentOrUnreachable) {
  EXPECT_EQ(answer(write_segment(silent_host, flags(true, false))).reply.size, 0u);
  const std::vector<std::uint8_t> syn = write_segment(unreachable_host, flags(true, false));
  const Reply seen = answer(syn);
  ASSERT_EQ(seen.reply.size, 56u);
  EXPECT_EQ(seen.ip.protocol, IPPROTO_ICMP);
  EXPECT_EQ(seen.bytes[20], ICMP_DEST_UNREACH);
  EXPECT_EQ(seen.bytes[21], ICMP_HOST_UNREACH);
  EXPECT_EQ(std::memcmp(seen.bytes.data() + 28, syn.data(), 28), 0) << "it quotes the header and eight bytes";
  EXPECT_TRUE(checksums_hold(seen));
}

TEST(TunHosts, AcknowledgeDataAndEndWithWhoEnds) {
  const Reply data = answer(write_segment(open_host, flags(false, true), 100));
  EXPECT_EQ(ntohl(data.tcp.ack_seq), 1'100u);
  EXPECT_FALSE(data.tcp.fin);
  const Reply end = answer(write_segment(open_host, flags(false, true, true), 7));
  EXPECT_TRUE(end.tcp.fin && end.tcp.ack);
  EXPECT_EQ(ntohl(end.tcp.ack_seq), 1'008u);
  EXPECT_EQ(ntohl(end.tcp.seq), 5'000u);
  EXPECT_TRUE(checksums_hold(end));
}

TEST(TunHosts, SayNothingToAnAckOrAReset) {
  EXPECT_EQ(answer(write_segment(open_host, flags(false, true))).reply.size, 0u);
  EXPECT_EQ(answer(write_segment(open_host, flags(false, false, false, true))).reply.size, 0u);
  EXPECT_EQ(answer(write_segment(closed_host, flags(false, true, false, true))).reply.size, 0u);
}

TEST(TunHosts, SurviveAnyBytes) {
  std::mt19937_64 random{3};
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::uint8_t> packet = write_segment(open_host, flags(true, false), random() % 20);
    for (std::uint64_t flips = random() % 6; flips > 0; --flips)
      packet[random() % packet.size()] = static_cast<std::uint8_t>(random());
    packet.resize(random() % 2 == 0 ? packet.size() : random() % (packet.size() + 1));
    EXPECT_LE(answer(packet).reply.size, tun_reply_max);
  }
}

TEST(DelayLine, GivesEachPacketOnceNeverEarlyAndInOrder) {
  const Instant start{1h};
  DelayLine line(start);
  std::mt19937_64 random{5};
  std::vector<Instant> due;
  for (std::uint32_t i = 0; i < 5'000; ++i) {
    due.push_back(start + std::chrono::microseconds(random() % 500'000));
    ASSERT_TRUE(line.add({reinterpret_cast<const std::uint8_t*>(&i), sizeof i}, due.back()));
  }
  std::vector<int> seen(due.size());
  for (Instant now = start; !line.empty(); now += 1ms)
    line.take_due(now, [&](std::span<const std::uint8_t> packet) {
      std::uint32_t i = 0;
      std::memcpy(&i, packet.data(), sizeof i);
      ++seen[i];
      EXPECT_LE(due[i], now);
      EXPECT_GE(due[i] + 1ms + 132us, now);
    });
  EXPECT_EQ(std::ranges::count(seen, 1), static_cast<std::ptrdiff_t>(due.size()));
}

TEST(DelayLine, RefusesWhatIsBeyondItsReach) {
  DelayLine line(Instant{1h});
  const std::uint8_t byte = 0;
  EXPECT_FALSE(line.add({&byte, 1}, Instant{1h} + DelayLine::reach));
  EXPECT_TRUE(line.add({&byte, 1}, Instant{1h} + DelayLine::reach - 1ms));
}

}  // namespace
}  // namespace atonce
