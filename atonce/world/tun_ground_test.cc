#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "atonce/runtime/deadline.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/owned_descriptor.h"
#include "atonce/runtime/requests.h"
#include "atonce/world/fate.h"
#include "atonce/world/test_network.h"
#include "atonce/world/world_server.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr int silent = -1;

OwnedDescriptor start_connect(std::uint32_t address, std::uint16_t port = 443) {
  OwnedDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const sockaddr_in place{.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(address)}};
  ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place);
  return socket;
}

int wait_answer(const OwnedDescriptor& socket, int patience_ms) {
  pollfd ready{.fd = socket.get(), .events = POLLOUT};
  if (::poll(&ready, 1, patience_ms) == 0) return silent;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

int error_of(Verdict fate) {
  switch (fate) {
    case Verdict::open: return 0;
    case Verdict::closed: return ECONNREFUSED;
    case Verdict::unreachable: return EHOSTUNREACH;
    default: return silent;
  }
}

/// Where /dev/net/tun is missing the reason comes back behind "skip: ".
std::string start_and(std::string_view text, auto&& body) {
  const Parsed<WorldServer> world = WorldServer::start(parse_world_spec(text).value());
  return world ? body(*world) : "skip: " + world.error().text;
}

#define EXPECT_IN_TUN(text, ...)                                                                          \
  do {                                                                                                    \
    const InsideResult inside = run_inside_private_network([&] { return start_and(text, __VA_ARGS__); }); \
    if (!inside.skipped.empty() || inside.failure.starts_with("skip: "))                                  \
      GTEST_SKIP() << inside.skipped << inside.failure;                                                   \
    EXPECT_EQ(inside.failure, "");                                                                        \
  } while (false)

TEST(TunGround, GivesEachFateForReal) {
  EXPECT_IN_TUN("far-calm,rtt=5ms", [](const WorldServer& world) {
    std::string wrong;
    for (const std::uint32_t address : {0x0a100001u, 0x0a1fffffu, 0x0a200001u, 0x0a300001u, 0x0a400001u}) {
      const int seen = wait_answer(start_connect(address), 300),
                wanted = error_of(fate_of_address(world.spec(), IpAddress::v4(address)));
      if (seen != wanted)
        wrong += fmt::format("{} gave {} and not {}\n", write_address(IpAddress::v4(address)), seen, wanted);
    }
    if (wait_answer(start_connect(0x0a100001, 80), 300) != ECONNREFUSED) wrong += "an open host speaks at port 80\n";
    const TunCounts counts = world.counts();
    if (counts.syns_open != 2 || counts.syns_closed != 2 || counts.syns_unreachable != 1 || counts.overflow != 0)
      wrong += fmt::format("counted {} open, {} closed, {} unreachable\n", counts.syns_open, counts.syns_closed,
                           counts.syns_unreachable);
    return wrong;
  });
}

TEST(TunGround, AgreesWithTheTruthOverTheMixedBlock) {
  EXPECT_IN_TUN("far-stormy,rtt=20ms,jitter=5ms,loss=0", [](const WorldServer& world) {
    std::vector<OwnedDescriptor> sockets;
    for (std::uint32_t i = 0; i < 600; ++i) sockets.push_back(start_connect(0x0a800000 + i));
    std::string wrong;
    for (std::uint32_t i = 0; i < 600; ++i) {
      const Verdict fate = fate_of_address(world.spec(), IpAddress::v4(0x0a800000 + i));
      // The answers come in parallel, so only the first silent one has to be waited for.
      const int seen = wait_answer(sockets[i], fate == Verdict::timeout ? (i < 20 ? 100 : 0) : 900);
      if (seen != error_of(fate)) wrong += fmt::format("{}: {} ", i, seen);
    }
    return wrong;
  });
}

TEST(TunGround, TakesTheRoundTripThatWasAskedFor) {
  for (const auto& [text, rtt] : {std::pair{"far-open,rtt=50ms", 50ms}, std::pair{"far-open,rtt=3ms", 3ms}}) {
    EXPECT_IN_TUN(text, [rtt](const WorldServer&) -> std::string {
      std::vector<Duration> times;
      for (std::uint32_t i = 0; i < 15; ++i) {
        const auto start = std::chrono::steady_clock::now();
        const OwnedDescriptor socket = start_connect(0x0a100000 + i);
        if (wait_answer(socket, 2'000) != 0) return "not open";
        times.push_back(std::chrono::steady_clock::now() - start);
      }
      std::ranges::sort(times);
      const Duration median = times[times.size() / 2];
      // Never early; late by a nap and what a busy machine takes.
      if (times.front() < rtt || median > rtt + 5ms) return "median " + write_duration(median);
      return "";
    });
  }
}

TEST(TunGround, LosesTheShareThatWasAskedFor) {
  EXPECT_IN_TUN("far-refused,rtt=1ms,loss=20%", [](const WorldServer& world) -> std::string {
    std::vector<OwnedDescriptor> sockets;
    for (std::uint32_t i = 0; i < 2'000; ++i) sockets.push_back(start_connect(0x0a200000 + i));
    ::usleep(100'000);
    const auto answered = std::ranges::count_if(
        sockets, [](const OwnedDescriptor& socket) { return wait_answer(socket, 0) == ECONNREFUSED; });
    // 0.8 there times 0.8 back; five standard deviations.
    if (answered < 1'280 - 108 || answered > 1'280 + 108) return fmt::format("{} of 2000 answered", answered);
    if (world.counts().lost < 500) return "losses are not counted";
    return "";
  });
}

TEST(TunGround, IsAwayForAsLongAsAskedFromTheFirstSyn) {
  EXPECT_IN_TUN("far-open,rtt=2ms,outage=100ms+300ms", [](const WorldServer& world) -> std::string {
    const auto start = std::chrono::steady_clock::now();
    if (wait_answer(start_connect(0x0a100001), 90) != 0) return "not open at first";
    ::usleep(static_cast<useconds_t>(110'000 - (std::chrono::steady_clock::now() - start) / 1us));
    if (wait_answer(start_connect(0x0a100002), 150) != silent) return "it answers in its outage";
    if (world.counts().lost == 0) return "what is lost is not counted";
    ::usleep(static_cast<useconds_t>(450'000 - (std::chrono::steady_clock::now() - start) / 1us));
    return wait_answer(start_connect(0x0a100003), 500) == 0 ? "" : "it does not come back";
  });
}

TEST(TunGround, CountsTheSynsOfASilentHostAsTheKernelDoes) {
  EXPECT_IN_TUN("far-open,rtt=2ms", [](const WorldServer& world) -> std::string {
    const std::unique_ptr<Io> io = make_epoll_io();
    ConnectFacts facts;
    const auto socket = io->run([](Io& on, ConnectFacts* place) -> Task<Result<Socket>> {
      co_return co_await within(1'300ms, connect(on, {IpAddress::v4(0x0a300001), 443}, place));
    }(*io, &facts));
    if (socket || facts.syns != 2 || world.counts().syns_silent != 2)
      return fmt::format("we counted {} and the world {}", facts.syns, world.counts().syns_silent);
    return "";
  });
}

TEST(TunGround, ClosesAConnectionInOrder) {
  EXPECT_IN_TUN("far-open,rtt=2ms", [](const WorldServer&) -> std::string {
    const OwnedDescriptor socket = start_connect(0x0a100005);
    if (wait_answer(socket, 2'000) != 0) return "not open";
    if (::send(socket.get(), "hello", 5, 0) != 5 || ::shutdown(socket.get(), SHUT_WR) != 0) return "cannot send";
    pollfd ready{.fd = socket.get(), .events = POLLIN};
    ::poll(&ready, 1, 2'000);
    char byte;
    return ::recv(socket.get(), &byte, 1, 0) == 0 ? "" : "no end of the stream";
  });
}

TEST(TunGround, SaysWhatItNeedsWithoutAPrivateNetwork) {
  WorldSpec spec = parse_world_spec("far-calm").value();
  spec.private_network = false;
  const Parsed<WorldServer> world = WorldServer::start(spec);
  ASSERT_FALSE(world);
  EXPECT_NE(world.error().text.find("namespace"), std::string::npos);
}

}  // namespace
}  // namespace atonce
