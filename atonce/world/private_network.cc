#include "atonce/world/private_network.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/ipv6.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "atonce/runtime/owned_descriptor.h"

namespace atonce {
namespace {

bool write_file(const char* path, const std::string& text) {
  const OwnedDescriptor file(::open(path, O_WRONLY | O_CLOEXEC));
  return file && ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

bool bring_loopback_up() {
  const OwnedDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  if (!socket || ::ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0) return false;
  request.ifr_flags |= IFF_UP;
  return ::ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0;
}

/// As the process was, in a user namespace where only its own identity is known: user_namespaces(7).
bool keep_identity(uid_t user, gid_t group) {
  write_file("/proc/self/setgroups", "deny");
  return write_file("/proc/self/uid_map", fmt::format("{} {} 1\n", user, user)) &&
         write_file("/proc/self/gid_map", fmt::format("{} {} 1\n", group, group));
}

/// The kernel looks for duplicates of a new address in the background, on loopback too; until then it cannot be bound.
bool wait_until_usable(const OwnedDescriptor& socket, const IpAddress& address) {
  constexpr int tries_max = 2'000;
  constexpr useconds_t pause_us = 500;
  sockaddr_in6 place{.sin6_family = AF_INET6};
  std::memcpy(&place.sin6_addr, address.bytes.data(), address.bytes.size());
  for (int i = 0; i < tries_max; ++i) {
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0) return true;
    ::usleep(pause_us);
  }
  return false;
}

/// Each is a wish: without it a very large burst is served less well.
void raise_limits() {
  // With cookies on, a full queue would still be answered, so a silent address would speak.
  write_file("/proc/sys/net/ipv4/tcp_syncookies", "0");
  write_file("/proc/sys/net/core/somaxconn", "65535");
  write_file("/proc/sys/net/ipv4/tcp_max_syn_backlog", "65536");
  // A cache of round trips by address: of no use for hosts that are met once, and its chains grow long with their
  // number.
  write_file("/proc/sys/net/ipv4/tcp_no_metrics_save", "1");
  // A user of the machine who is not root binds 443 and 53 here too.
  write_file("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
}

}  // namespace

bool add_loopback_address(const IpAddress& address) {
  const OwnedDescriptor socket(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  in6_ifreq request{.ifr6_prefixlen = 128, .ifr6_ifindex = static_cast<int>(::if_nametoindex("lo"))};
  std::memcpy(&request.ifr6_addr, address.bytes.data(), address.bytes.size());
  if (!socket || (::ioctl(socket.get(), SIOCSIFADDR, &request) != 0 && errno != EEXIST)) return false;
  return wait_until_usable(socket, address);
}

PrivateNetwork enter_private_network() {
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  bool entered = ::unshare(CLONE_NEWNET) == 0;
  if (!entered && errno == EPERM) {
    entered = ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
    if (entered && !keep_identity(user, group))
      return {.reason = fmt::format("the user namespace took no identity ({})", std::strerror(errno))};
  }
  if (!entered && errno == ENOSPC) errno = EUSERS;  // unshare(2) means the limits of namespaces(7), not a disk.
  if (!entered)
    return {.reason = fmt::format(
                "this system allows no network namespace here ({}); the world stands on the machine's own 127.0.0.0/8, "
                "where nothing can be unreachable",
                std::strerror(errno))};
  if (!bring_loopback_up())
    return {.reason = fmt::format("the loopback device of the private network stays down ({})", std::strerror(errno))};
  raise_limits();
  return {.entered = true};
}

}  // namespace atonce
