#include "atonce/world/tun_device.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "atonce/world/fate.h"
#include "atonce/world/netlink.h"

namespace atonce {
namespace {

constexpr int queue_packets = 100'000;
constexpr const char* device_name = "world0";

ifreq request_for_device() {
  ifreq request{};
  std::strcpy(request.ifr_name, device_name);
  return request;
}

bool set_address(int socket, unsigned long what, std::uint32_t address) {
  ifreq request = request_for_device();
  const sockaddr_in place{.sin_family = AF_INET, .sin_addr = {htonl(address)}};
  std::memcpy(&request.ifr_addr, &place, sizeof place);
  return ::ioctl(socket, what, &request) == 0;
}

/// Errors: errno, as of netdevice(7).
bool configure() {
  const OwnedDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return false;
  ifreq queue = request_for_device();
  queue.ifr_qlen = queue_packets;
  if (::ioctl(socket.get(), SIOCSIFTXQLEN, &queue) != 0) return false;
  // A prefix of 32 bits: with a shorter one the kernel would keep addresses of the block for broadcast.
  if (!set_address(socket.get(), SIOCSIFADDR, tun_address) || !set_address(socket.get(), SIOCSIFNETMASK, 0xffffffff))
    return false;
  ifreq flags = request_for_device();
  if (::ioctl(socket.get(), SIOCGIFFLAGS, &flags) != 0) return false;
  flags.ifr_flags |= IFF_UP;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &flags) != 0) return false;
  const Result<void> routed = add_route({.kind = RouteKind::device,
                                         .first = 0x0a000000,
                                         .prefix_bits = 8,
                                         .interface = static_cast<int>(::if_nametoindex(device_name)),
                                         .source = tun_address});
  if (!routed) errno = routed.error().code;
  return routed.has_value();
}

}  // namespace

Parsed<OwnedDescriptor> open_tun_device() {
  OwnedDescriptor device(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  ifreq request = request_for_device();
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  if (!device || ::ioctl(device.get(), TUNSETIFF, &request) != 0)
    return complain(fmt::format(
        "a world with round trips needs a TUN device, and /dev/net/tun cannot be used here ({}); choose a world on "
        "loopback, such as calm or fast, or allow /dev/net/tun",
        std::strerror(errno)));
  if (!configure()) return complain(fmt::format("the world's TUN device cannot be set up: {}", std::strerror(errno)));
  return device;
}

}  // namespace atonce
