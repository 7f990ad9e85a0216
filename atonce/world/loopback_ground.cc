#include "atonce/world/loopback_ground.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "atonce/world/fate.h"
#include "atonce/world/netlink.h"
#include "atonce/world/private_network.h"

namespace atonce {
namespace {

constexpr int backlog_max = 65'535;    // The kernel cuts it to net.core.somaxconn.
constexpr int accepts_per_turn = 256;  // One busy address must not starve the resolver on the same thread.
// Until a client has said something nobody is told of its connection, and one that a probe resets costs nobody a call.
constexpr int deferred_s = 60;
constexpr int fillers_max = 8;  // A full queue needs one or two; more means that it never fills.

union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

SocketAddress socket_address(const IpAddress& address, std::uint16_t port) {
  SocketAddress place{};
  if (address.family == Family::v4) {
    place.v4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(address.v4_host_order())}};
  } else {
    place.v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    std::memcpy(&place.v6.sin6_addr, address.bytes.data(), address.bytes.size());
  }
  return place;
}

socklen_t size_of(const SocketAddress& place) {
  return place.any.sa_family == AF_INET ? sizeof place.v4 : sizeof place.v6;
}

/// An empty OwnedDescriptor on failure, with errno set.
OwnedDescriptor listen_at(const IpAddress& address, std::uint16_t port, int backlog, bool speaks_first = true) {
  const SocketAddress place = socket_address(address, port);
  OwnedDescriptor socket(::socket(place.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;
  if (!socket) return {};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (!speaks_first) ::setsockopt(socket.get(), IPPROTO_TCP, TCP_DEFER_ACCEPT, &deferred_s, sizeof deferred_s);
  if (::bind(socket.get(), &place.any, size_of(place)) != 0) return {};
  if (::listen(socket.get(), backlog) != 0) return {};
  return socket;
}

/// Connects until a connection stays without an answer: then the accept queue is full. On loopback an answer is there
/// when connect(2) returns.
bool fill_queue(const IpAddress& address, std::uint16_t port, std::vector<OwnedDescriptor>& fillers) {
  const SocketAddress place = socket_address(address, port);
  for (int i = 0; i < fillers_max; ++i) {
    OwnedDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket) return false;
    ::connect(socket.get(), &place.any, size_of(place));
    pollfd ready{.fd = socket.get(), .events = POLLOUT};
    if (::poll(&ready, 1, 0) == 0) return true;
    fillers.push_back(std::move(socket));
  }
  errno = ENOTSUP;
  return false;
}

bool try_another_port(int error) { return error == EACCES || error == EADDRINUSE; }

}  // namespace

bool LoopbackGround::listen_on(const WorldSpec& spec, std::uint16_t port) {
  std::vector<OwnedDescriptor> open, silent, fillers;
  const AddressBlock open_block = block_of(spec, Verdict::open);
  for (std::uint32_t i = 0; i < open_block.count; ++i) {
    open.push_back(listen_at(IpAddress::v4(open_block.first + i), port, backlog_max, spec.web == WebKind::off));
    if (!open.back()) return false;
  }
  for (std::uint8_t host = 1; spec.ipv6 && host <= v6_addresses; ++host) {
    if (!add_loopback_address(v6_address(host))) return false;
    open.push_back(listen_at(v6_address(host), port, backlog_max, spec.web == WebKind::off));
    if (!open.back()) return false;
  }
  const AddressBlock silent_block = block_of(spec, Verdict::timeout);
  for (std::uint32_t i = 0; i < silent_block.count; ++i) {
    silent.push_back(listen_at(IpAddress::v4(silent_block.first + i), port, 0));
    if (!silent.back() || !fill_queue(IpAddress::v4(silent_block.first + i), port, fillers)) return false;
  }
  std::ranges::move(open, std::back_inserter(open_));
  std::ranges::move(silent, std::back_inserter(silent_));
  std::ranges::move(fillers, std::back_inserter(fillers_));
  return true;
}

Parsed<LoopbackGround> LoopbackGround::open(const WorldSpec& spec) {
  LoopbackGround ground;
  for (const std::uint16_t asked : spec.ports) {
    bool held = ground.listen_on(spec, asked);
    std::uint16_t served = asked;
    for (unsigned substitute = 20'000u + asked % 10'000u; !held && try_another_port(errno) && substitute < 32'000;
         substitute += 1'009) {
      served = static_cast<std::uint16_t>(substitute);
      held = ground.listen_on(spec, served);
    }
    if (!held)
      return complain(fmt::format("the world cannot listen on port {} of 127.1.0.0/24 and 127.3.0.0/24: {}", asked,
                                  std::strerror(errno)));
    ground.ports_.emplace_back(asked, served);
  }
  if (spec.private_network) {
    const AddressBlock block = block_of(spec, Verdict::unreachable);
    const Result<void> added = add_route({.kind = RouteKind::unreachable, .first = block.first, .prefix_bits = 16});
    if (!added)
      return complain(
          fmt::format("the world cannot make 127.4.0.0/16 unreachable: {}", std::strerror(added.error().code)));
  }
  return ground;
}

std::uint16_t LoopbackGround::port(std::uint16_t asked) const {
  for (const auto& [from, served] : ports_)
    if (from == asked) return served;
  return asked;
}

std::vector<int> LoopbackGround::descriptors() const {
  std::vector<int> numbers;
  for (const std::vector<OwnedDescriptor>* group : {&open_, &silent_, &fillers_})
    for (const OwnedDescriptor& fd : *group) numbers.push_back(fd.get());
  return numbers;
}

void LoopbackGround::watch(ServeLoop& loop) {
  for (const OwnedDescriptor& listener : open_) loop.watch(listener.get(), EPOLLIN, *this);
}

void LoopbackGround::ready(int fd, std::uint32_t) {
  for (int i = 0; i < accepts_per_turn; ++i) {
    const int connection = ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    ::close(connection);
  }
}

}  // namespace atonce
