#include "atonce/runtime/queue_drops.h"

#include <gmock/gmock.h>
#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cstring>

namespace atonce {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint32_t sequence = 7;

/// Bytes as the kernel writes them: structs and attributes, each padded to four bytes.
class Bytes {
 public:
  template <class T>
  Bytes& add(const T& value) {
    const auto* begin = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), begin, begin + sizeof value);
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    return *this;
  }
  Bytes& add(unsigned short type, const Bytes& inner) {
    add(rtattr{static_cast<unsigned short>(RTA_LENGTH(inner.bytes_.size())), type});
    bytes_.insert(bytes_.end(), inner.bytes_.begin(), inner.bytes_.end());
    return *this;
  }
  Bytes& add(const Bytes& more) {
    bytes_.insert(bytes_.end(), more.bytes_.begin(), more.bytes_.end());
    return *this;
  }
  std::span<const std::byte> span() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::vector<std::byte> bytes_;
};

Bytes message(unsigned short type, const Bytes& body, std::uint32_t number = sequence) {
  Bytes whole;
  whole.add(nlmsghdr{static_cast<std::uint32_t>(NLMSG_LENGTH(body.size())), type, NLM_F_MULTI, number, 0});
  return whole.add(body);
}

Bytes discipline(int interface, std::uint32_t parent, std::uint32_t drops) {
  Bytes body;
  body.add(tcmsg{.tcm_family = AF_UNSPEC, .tcm_ifindex = interface, .tcm_handle = 0, .tcm_parent = parent});
  body.add(TCA_KIND, Bytes().add(0x6f666966));
  Bytes statistics;
  statistics.add(TCA_STATS_BASIC, Bytes().add(gnet_stats_basic{}));
  statistics.add(TCA_STATS_QUEUE, Bytes().add(gnet_stats_queue{.qlen = 1, .drops = drops}));
  return message(RTM_NEWQDISC, body.add(TCA_STATS2, statistics));
}

TEST(QueueDrops, TakesTheDropsOfEachInterfacesRoot) {
  std::vector<QueueDrops> drops;
  Bytes answer = discipline(2, TC_H_ROOT, 6'513);
  answer.add(discipline(2, 0x10000, 6'000)).add(discipline(3, TC_H_ROOT, 1));
  EXPECT_TRUE(parse_queue_drops(answer.span(), sequence, drops));
  EXPECT_THAT(drops, ElementsAre(QueueDrops{2, 6'513}, QueueDrops{3, 1}));
}

TEST(QueueDrops, KnowsTheEndOfTheDump) {
  std::vector<QueueDrops> drops;
  EXPECT_FALSE(parse_queue_drops(message(NLMSG_DONE, Bytes().add(0)).span(), sequence, drops));
  EXPECT_FALSE(parse_queue_drops(message(NLMSG_ERROR, Bytes().add(nlmsgerr{})).span(), sequence, drops));
}

TEST(QueueDrops, LeavesOutAnAnswerToAnotherQuestion) {
  std::vector<QueueDrops> drops;
  EXPECT_TRUE(parse_queue_drops(discipline(2, TC_H_ROOT, 5).span(), sequence + 1, drops));
  EXPECT_THAT(drops, IsEmpty());
}

TEST(QueueDrops, SurvivesAnAnswerThatIsCutAnywhere) {
  const Bytes answer = discipline(2, TC_H_ROOT, 5);
  for (std::size_t size = 0; size < answer.size(); ++size) {
    std::vector<QueueDrops> drops;
    const std::vector<std::byte> cut(answer.span().begin(), answer.span().begin() + static_cast<std::ptrdiff_t>(size));
    parse_queue_drops(cut, sequence, drops);
    EXPECT_THAT(drops, IsEmpty()) << size;
  }
}

TEST(QueueDrops, ReadsWhatThisMachineHas) {
  QueueDropReader reader;
  const std::size_t roots = reader.read().size();
  EXPECT_EQ(reader.read().size(), roots);
}

}  // namespace
}  // namespace atonce
