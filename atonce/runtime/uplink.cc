#include "atonce/runtime/uplink.h"

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace atonce {
namespace {

// 192.0.2.1 and 2001:db8::1.
constexpr std::array<std::uint8_t, 16> far_v4{192, 0, 2, 1};
constexpr std::array<std::uint8_t, 16> far_v6{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

struct Question {
  nlmsghdr header{};
  rtmsg route{};
  rtattr attribute{};
  std::array<std::uint8_t, 16> address{};
};

Question question_for(Family family, unsigned sequence) {
  const bool v4 = family == Family::v4;
  const std::size_t size = v4 ? 4 : 16;
  Question question;
  question.header = {.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(sizeof(rtmsg)) + RTA_LENGTH(size)),
                     .nlmsg_type = RTM_GETROUTE,
                     .nlmsg_flags = NLM_F_REQUEST,
                     .nlmsg_seq = sequence,
                     .nlmsg_pid = 0};
  question.route.rtm_family = v4 ? AF_INET : AF_INET6;
  question.route.rtm_dst_len = static_cast<unsigned char>(8 * size);
  question.attribute = {.rta_len = static_cast<unsigned short>(RTA_LENGTH(size)), .rta_type = RTA_DST};
  question.address = v4 ? far_v4 : far_v6;
  return question;
}

/// The interface that an answer names; 0 when it says that there is no way.
int interface_of(const char* answer, std::size_t size) {
  nlmsghdr header;
  rtmsg route;
  constexpr std::size_t begin = NLMSG_LENGTH(sizeof route);
  if (size < begin) return 0;
  std::memcpy(&header, answer, sizeof header);
  std::memcpy(&route, answer + NLMSG_HDRLEN, sizeof route);
  if (header.nlmsg_type != RTM_NEWROUTE || route.rtm_type != RTN_UNICAST) return 0;
  const std::size_t end = std::min<std::size_t>(size, header.nlmsg_len);
  for (std::size_t at = begin; at + sizeof(rtattr) <= end;) {
    rtattr attribute;
    std::memcpy(&attribute, answer + at, sizeof attribute);
    if (attribute.rta_len < sizeof attribute || at + attribute.rta_len > end) return 0;
    int interface = 0;
    if (attribute.rta_type == RTA_OIF && attribute.rta_len >= RTA_LENGTH(sizeof interface)) {
      std::memcpy(&interface, answer + at + RTA_LENGTH(0), sizeof interface);
      return interface;
    }
    at += RTA_ALIGN(attribute.rta_len);
  }
  return 0;
}

bool is_running(int socket, int interface) {
  ifreq request{};
  request.ifr_ifindex = interface;
  if (::ioctl(socket, SIOCGIFNAME, &request) < 0 || ::ioctl(socket, SIOCGIFFLAGS, &request) < 0) return false;
  return (request.ifr_flags & IFF_UP) != 0 && (request.ifr_flags & IFF_RUNNING) != 0;
}

}  // namespace

UplinkWatch::UplinkWatch()
    : routes_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)),
      flags_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  if (routes_ < 0 || flags_ < 0) return;
  for (const Family family : {Family::v6, Family::v4})
    if (look_by(family).there()) family_ = family;
}

UplinkWatch::~UplinkWatch() {
  if (routes_ >= 0) ::close(routes_);
  if (flags_ >= 0) ::close(flags_);
}

std::optional<Uplink> UplinkWatch::look() {
  if (family_ == Family::none) return std::nullopt;
  return look_by(family_);
}

Uplink UplinkWatch::look_by(Family family) {
  const Question question = question_for(family, ++sequence_);
  std::array<char, 2'048> answer;
  if (::send(routes_, &question, question.header.nlmsg_len, 0) < 0) return {};
  // The kernel has its answer ready before send returns.
  const ssize_t size = ::recv(routes_, answer.data(), answer.size(), MSG_DONTWAIT);
  const int interface = size > 0 ? interface_of(answer.data(), static_cast<std::size_t>(size)) : 0;
  return {interface, interface != 0 && is_running(flags_, interface)};
}

}  // namespace atonce
