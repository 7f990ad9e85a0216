#include "atonce/runtime/queue_drops.h"

#include <linux/gen_stats.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace atonce {
namespace {

// The kernel fills what it is given up to this: netlink(7), NLMSG_GOODSIZE.
constexpr std::size_t answer_max = 32 * 1'024;

template <class T>
std::optional<T> read_as(std::span<const std::byte> bytes) {
  if (bytes.size() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

/// The contents of the first attribute of a type.
std::optional<std::span<const std::byte>> find_attribute(std::span<const std::byte> attributes, unsigned type) {
  while (const std::optional<rtattr> head = read_as<rtattr>(attributes)) {
    if (head->rta_len < sizeof(rtattr) || head->rta_len > attributes.size()) break;
    if ((head->rta_type & NLA_TYPE_MASK) == type) return attributes.first(head->rta_len).subspan(RTA_LENGTH(0));
    attributes = attributes.subspan(std::min<std::size_t>(RTA_ALIGN(head->rta_len), attributes.size()));
  }
  return std::nullopt;
}

std::optional<QueueDrops> parse_root(std::span<const std::byte> body) {
  const std::optional<tcmsg> message = read_as<tcmsg>(body);
  if (!message || message->tcm_parent != TC_H_ROOT) return std::nullopt;
  const auto statistics = find_attribute(body.subspan(std::min(body.size(), NLMSG_ALIGN(sizeof(tcmsg)))), TCA_STATS2);
  if (!statistics) return std::nullopt;
  const auto queue = find_attribute(*statistics, TCA_STATS_QUEUE);
  const std::optional<gnet_stats_queue> counts = queue ? read_as<gnet_stats_queue>(*queue) : std::nullopt;
  if (!counts) return std::nullopt;
  return QueueDrops{message->tcm_ifindex, counts->drops};
}

}  // namespace

bool parse_queue_drops(std::span<const std::byte> answer, std::uint32_t sequence, std::vector<QueueDrops>& drops) {
  while (const std::optional<nlmsghdr> head = read_as<nlmsghdr>(answer)) {
    if (head->nlmsg_len < NLMSG_HDRLEN || head->nlmsg_len > answer.size()) return false;
    if (head->nlmsg_seq == sequence) {
      if (head->nlmsg_type == NLMSG_DONE || head->nlmsg_type == NLMSG_ERROR) return false;
      if (head->nlmsg_type == RTM_NEWQDISC)
        if (const auto root = parse_root(answer.first(head->nlmsg_len).subspan(NLMSG_HDRLEN))) drops.push_back(*root);
    }
    answer = answer.subspan(std::min<std::size_t>(NLMSG_ALIGN(head->nlmsg_len), answer.size()));
  }
  return true;
}

QueueDropReader::QueueDropReader()
    : socket_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)), buffer_(answer_max) {}

QueueDropReader::~QueueDropReader() {
  if (socket_ >= 0) ::close(socket_);
}

std::span<const QueueDrops> QueueDropReader::read() {
  drops_.clear();
  if (socket_ < 0) return {};
  struct {
    nlmsghdr header;
    tcmsg body;
  } request{};
  request.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(tcmsg)),
                    .nlmsg_type = RTM_GETQDISC,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                    .nlmsg_seq = ++sequence_,
                    .nlmsg_pid = 0};
  if (::send(socket_, &request, request.header.nlmsg_len, 0) < 0) return {};
  for (;;) {
    // The kernel has its answer ready before send returns, or never will.
    const ssize_t size = ::recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (size <= 0) break;
    if (!parse_queue_drops(std::span(buffer_).first(static_cast<std::size_t>(size)), sequence_, drops_)) break;
  }
  return drops_;
}

}  // namespace atonce
