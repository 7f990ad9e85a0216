#include "atonce/runtime/uplink.h"

#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "atonce/runtime/local_drops.h"
#include "atonce/world/netlink.h"
#include "atonce/world/test_network.h"
#include "atonce/world/tun_device.h"

namespace atonce {
namespace {

constexpr const char* device_name = "world0";
constexpr std::uint32_t documentation = 0xc0000200;  // 192.0.2.0/24

bool set_up(bool up) {
  const OwnedDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq flags{};
  std::string_view(device_name).copy(flags.ifr_name, sizeof flags.ifr_name - 1);
  if (::ioctl(socket.get(), SIOCGIFFLAGS, &flags) != 0) return false;
  flags.ifr_flags = static_cast<short>(up ? flags.ifr_flags | IFF_UP : flags.ifr_flags & ~IFF_UP);
  return ::ioctl(socket.get(), SIOCSIFFLAGS, &flags) == 0;
}

Result<void> lead_outside() {
  return add_route({.kind = RouteKind::device,
                    .first = documentation,
                    .prefix_bits = 24,
                    .interface = static_cast<int>(::if_nametoindex(device_name))});
}

TEST(Uplink, HasNothingToLoseWhereThereIsNoWayOut) {
  EXPECT_INSIDE([]() -> std::string {
    UplinkWatch watch;
    return watch.look() ? "it sees a way out of a private network" : "";
  });
}

TEST(Uplink, IsGoneWhenItsInterfaceGoesAndBackWithIt) {
  const InsideResult inside = run_inside_private_network([]() -> std::string {
    const Parsed<OwnedDescriptor> device = open_tun_device();
    if (!device) return "skip: " + device.error().text;
    if (!lead_outside()) return "no route";
    UplinkWatch watch;
    if (!watch.look() || !watch.look()->there()) return "the way is not seen";
    if (!set_up(false) || !watch.look() || watch.look()->there()) return "it is not missed";
    if (!set_up(true) || !lead_outside() || !watch.look()->there()) return "it is not seen again";
    return "";
  });
  if (!inside.skipped.empty() || inside.failure.starts_with("skip: ")) GTEST_SKIP() << inside.skipped << inside.failure;
  EXPECT_EQ(inside.failure, "");
}

TEST(LocalDropsWorld, SeeAFullDeviceAndNameItsQueue) {
  const InsideResult inside = run_inside_private_network([]() -> std::string {
    const Parsed<OwnedDescriptor> device = open_tun_device();
    if (!device) return "skip: " + device.error().text;
    const OwnedDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq queue{};
    std::string_view(device_name).copy(queue.ifr_name, sizeof queue.ifr_name - 1);
    queue.ifr_qlen = 10;
    if (::ioctl(socket.get(), SIOCSIFTXQLEN, &queue) != 0 || !lead_outside()) return "no small queue";
    DropSampler sampler;
    const LocalDrops before = sampler.sample();
    const sockaddr_in to{.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(documentation + 1)}};
    for (int i = 0; i < 50; ++i) ::sendto(socket.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    LocalDrops drops;
    // Interfaces are not read at every sample.
    for (int i = 0; i < 500 && drops.of(DropKind::device_send) == 0; ++i) {
      ::usleep(10'000);
      drops = sampler.sample().since(before);
    }
    // The kernel has something to say of its own now and then.
    const std::uint64_t seen = drops.of(DropKind::device_send);
    if (seen < 40 || seen > 50) return std::to_string(seen) + " of 40 seen";
    const std::string wall = sampler.wall(DropKind::device_send);
    return wall == "txqueuelen of world0 = 10" ? "" : wall;
  });
  if (!inside.skipped.empty() || inside.failure.starts_with("skip: ")) GTEST_SKIP() << inside.skipped << inside.failure;
  EXPECT_EQ(inside.failure, "");
}

}  // namespace
}  // namespace atonce
