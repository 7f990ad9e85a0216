#include "atonce/world/netlink.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "atonce/runtime/owned_descriptor.h"

namespace atonce {
namespace {

struct RouteRequest {
  nlmsghdr header{};
  rtmsg route{};
  char attributes[64]{};

  void add(unsigned short type, const void* value, std::size_t size) {
    const std::size_t at = NLMSG_ALIGN(header.nlmsg_len);
    const rtattr attribute{.rta_len = static_cast<unsigned short>(RTA_LENGTH(size)), .rta_type = type};
    char* place = reinterpret_cast<char*>(this) + at;
    std::memcpy(place, &attribute, sizeof attribute);
    std::memcpy(place + RTA_LENGTH(0), value, size);
    header.nlmsg_len = static_cast<std::uint32_t>(at + RTA_ALIGN(attribute.rta_len));
  }
};

RouteRequest write_request(const Route& route) {
  const bool device = route.kind == RouteKind::device;
  RouteRequest request;
  request.header = {.nlmsg_len = NLMSG_LENGTH(sizeof(rtmsg)),
                    .nlmsg_type = RTM_NEWROUTE,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE,
                    .nlmsg_seq = 1};
  request.route = {.rtm_family = AF_INET,
                   .rtm_dst_len = route.prefix_bits,
                   .rtm_table = static_cast<unsigned char>(device ? RT_TABLE_MAIN : RT_TABLE_LOCAL),
                   .rtm_protocol = RTPROT_STATIC,
                   .rtm_scope = static_cast<unsigned char>(device ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE),
                   .rtm_type = static_cast<unsigned char>(device ? RTN_UNICAST : RTN_UNREACHABLE)};
  const std::uint32_t first = htonl(route.first);
  request.add(RTA_DST, &first, sizeof first);
  if (device) request.add(RTA_OIF, &route.interface, sizeof route.interface);
  if (device && route.source != 0) {
    const std::uint32_t source = htonl(route.source);
    request.add(RTA_PREFSRC, &source, sizeof source);
  }
  return request;
}

}  // namespace

Result<void> add_route(const Route& route) {
  const OwnedDescriptor socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket) return std::unexpected(Error{errno});
  const RouteRequest request = write_request(route);
  if (::send(socket.get(), &request, request.header.nlmsg_len, 0) < 0) return std::unexpected(Error{errno});

  struct Answer {
    nlmsghdr header;
    nlmsgerr body;
    char echo[256];
  } answer{};
  if (::recv(socket.get(), &answer, sizeof answer, 0) < 0) return std::unexpected(Error{errno});
  if (answer.header.nlmsg_type != NLMSG_ERROR) return std::unexpected(Error{EPROTO});
  if (answer.body.error != 0) return std::unexpected(Error{-answer.body.error});
  return {};
}

}  // namespace atonce
