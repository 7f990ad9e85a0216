#include "atonce/world/world_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "atonce/runtime/owned_descriptor.h"
#include "atonce/world/fate.h"
#include "atonce/world/names.h"
#include "atonce/world/test_dns.h"
#include "atonce/world/test_network.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr int silent = -1;

sockaddr_in place_of(const Endpoint& endpoint) {
  return {
      .sin_family = AF_INET, .sin_port = htons(endpoint.port), .sin_addr = {htonl(endpoint.address.v4_host_order())}};
}

/// 0 when the connection stands, an errno, or `silent` when nothing was heard for `patience_ms`.
int try_connect(const Endpoint& endpoint, int patience_ms, OwnedDescriptor* kept = nullptr) {
  OwnedDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const sockaddr_in place = place_of(endpoint);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd ready{.fd = socket.get(), .events = POLLOUT};
  const int answered = ::poll(&ready, 1, patience_ms);
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (kept != nullptr) *kept = std::move(socket);
  return answered == 0 ? silent : error;
}

std::string check_connect(const WorldServer& world, const char* address, int wanted, std::uint16_t port = 443) {
  const int seen = try_connect({*parse_address(address), world.port(port)}, wanted == silent ? 300 : 5'000);
  if (seen == wanted) return {};
  return fmt::format("{}:{} gave {} and not {}\n", address, port, seen, wanted);
}

std::string start_and(std::string_view text, auto&& body, std::vector<std::uint16_t> ports = {443},
                      bool private_network = true) {
  WorldSpec spec = parse_world_spec(text).value();
  spec.ports = std::move(ports);
  spec.private_network = private_network;
  const Parsed<WorldServer> world = WorldServer::start(spec);
  return world ? body(*world) : world.error().text;
}

DnsAnswerView ask_udp(const Endpoint& resolver, std::string_view name, std::uint16_t type = 1,
                      int patience_ms = 5'000) {
  const OwnedDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const sockaddr_in place = place_of(resolver);
  const std::vector<std::uint8_t> query = write_dns_query(77, name, type, true);
  ::sendto(socket.get(), query.data(), query.size(), 0, reinterpret_cast<const sockaddr*>(&place), sizeof place);
  pollfd ready{.fd = socket.get(), .events = POLLIN};
  if (::poll(&ready, 1, patience_ms) == 0) return {};
  std::array<std::uint8_t, 1'500> reply;
  const ssize_t size = ::recv(socket.get(), reply.data(), reply.size(), 0);
  return read_dns_answer(std::span(reply).first(static_cast<std::size_t>(std::max<ssize_t>(size, 0))));
}

/// Two questions in one write; both answers are read back.
std::vector<DnsAnswerView> ask_tcp(const Endpoint& resolver, std::string_view first, std::string_view second) {
  const OwnedDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in place = place_of(resolver);
  const timeval patience{.tv_sec = 5};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) return {};
  std::vector<std::uint8_t> bytes;
  for (const std::string_view name : {first, second}) {
    const std::vector<std::uint8_t> query = write_dns_query(78, name, 1);
    bytes.push_back(static_cast<std::uint8_t>(query.size() >> 8));
    bytes.push_back(static_cast<std::uint8_t>(query.size()));
    bytes.insert(bytes.end(), query.begin(), query.end());
  }
  ::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  std::vector<DnsAnswerView> views;
  for (int i = 0; i < 2; ++i) {
    std::array<std::uint8_t, 2> prefix{};
    if (::recv(socket.get(), prefix.data(), 2, MSG_WAITALL) != 2) break;
    std::vector<std::uint8_t> reply(static_cast<std::size_t>(prefix[0] << 8 | prefix[1]));
    if (::recv(socket.get(), reply.data(), reply.size(), MSG_WAITALL) != static_cast<ssize_t>(reply.size())) break;
    views.push_back(read_dns_answer(reply));
  }
  return views;
}

std::string name_with(const WorldSpec& spec, auto&& wanted) {
  for (std::uint64_t rank = 1; rank < 1'000'000; ++rank)
    if (const std::string name = world_name(1, rank); wanted(fate_of(spec, name))) return name;
  return {};
}

std::string check_dns(const WorldServer& world) {
  const WorldSpec& spec = world.spec();
  const auto with_verdict = [&](Verdict verdict) {
    return name_with(
        spec, [&](const NameFate& fate) { return fate.verdict == verdict && !fate.truncated && !fate.address_v6; });
  };
  std::string wrong;
  const auto expect = [&](bool holds, std::string_view what) {
    if (!holds) wrong += fmt::format("{}\n", what);
  };
  const std::string open = with_verdict(Verdict::open);
  const DnsAnswerView address = ask_udp(world.resolver(), open);
  expect(address.id == 77 && address.edns && address.addresses == std::vector{fate_of(spec, open).address},
         "A over UDP");
  const DnsAnswerView no_data = ask_udp(world.resolver(), open, 28);
  expect(no_data.code == 0 && no_data.addresses.empty(), "AAAA has no data");
  expect(ask_udp(world.resolver(), with_verdict(Verdict::no_name)).code == 3, "NXDOMAIN");
  expect(ask_udp(world.resolver(), with_verdict(Verdict::dns_failure)).code == 2, "SERVFAIL");
  expect(ask_udp(world.resolver(), with_verdict(Verdict::dns_refused)).code == 5, "REFUSED");
  const DnsAnswerView nothing = ask_udp(world.resolver(), with_verdict(Verdict::no_address));
  expect(nothing.code == 0 && nothing.addresses.empty(), "no address is no data");
  expect(ask_udp(world.resolver(), with_verdict(Verdict::dns_timeout), 1, 100).code == -1, "silence");
  const std::string truncated = name_with(spec, [](const NameFate& fate) { return fate.truncated && fate.address; });
  expect(ask_udp(world.resolver(), truncated).truncated, "TC over UDP");
  const std::vector<DnsAnswerView> over_tcp = ask_tcp(world.resolver(), truncated, open);
  expect(over_tcp.size() == 2 && !over_tcp[0].truncated &&
             over_tcp[0].addresses == std::vector{fate_of(spec, truncated).address} &&
             over_tcp[1].addresses == std::vector{fate_of(spec, open).address},
         "two questions over TCP");
  return wrong;
}

TEST(WorldServer, AnswersEveryFateOfDnsInAPrivateNetwork) {
  EXPECT_INSIDE([] { return start_and("stormy,dns=2ms", check_dns); });
}

TEST(WorldServer, AnswersEveryFateOfDnsOnTheMachinesLoopback) {
  EXPECT_EQ(start_and("stormy,dns=2ms", check_dns, {27'113}, false), "");
}

TEST(WorldServer, DnsAnswersAfterTheDelayOfTheName) {
  EXPECT_EQ(
      start_and(
          "open,dns=60ms",
          [](const WorldServer& world) -> std::string {
            const auto slow =
                name_with(world.spec(), [](const NameFate& fate) { return fate.dns_delay > 30ms && !fate.truncated; });
            const auto start = std::chrono::steady_clock::now();
            ask_udp(world.resolver(), slow);
            const Duration took = std::chrono::steady_clock::now() - start;
            return took >= fate_of(world.spec(), slow).dns_delay ? "" : "answered early, after " + write_duration(took);
          },
          {27'114}, false),
      "");
}

TEST(LoopbackGround, GivesEachFateForRealInAPrivateNetwork) {
  EXPECT_INSIDE([] {
    return start_and(
        "calm",
        [](const WorldServer& world) {
          std::string wrong;
          for (const std::uint16_t port : {std::uint16_t{443}, std::uint16_t{80}}) {
            wrong += check_connect(world, "127.1.0.0", 0, port) + check_connect(world, "127.1.0.255", 0, port);
            wrong += check_connect(world, "127.2.77.1", ECONNREFUSED, port);
            wrong += check_connect(world, "127.3.0.0", silent, port) + check_connect(world, "127.3.0.63", silent, port);
            wrong += check_connect(world, "127.4.5.6", EHOSTUNREACH, port);
          }
          return wrong + check_connect(world, "127.1.0.9", ECONNREFUSED, 8080);
        },
        {443, 80});
  });
}

TEST(LoopbackGround, ListensOnIpv6WhereThereIsIpv6) {
  const InsideResult inside = run_inside_private_network([]() -> std::string {
    if (!add_loopback_address(v6_address(1))) return "no IPv6";
    return start_and("calm", [](const WorldServer&) -> std::string {
      for (std::uint8_t host = 1; host <= v6_addresses; ++host) {
        const OwnedDescriptor socket(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in6 place{.sin6_family = AF_INET6, .sin6_port = htons(443)};
        std::memcpy(&place.sin6_addr, v6_address(host).bytes.data(), 16);
        if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0)
          return fmt::format("{}: {}", write_address(v6_address(host)), std::strerror(errno));
      }
      return "";
    });
  });
  if (!inside.skipped.empty() || inside.failure == "no IPv6") GTEST_SKIP() << inside.skipped << inside.failure;
  EXPECT_EQ(inside.failure, "");
}

TEST(LoopbackGround, GivesEachFateForRealOnTheMachinesLoopback) {
  EXPECT_EQ(start_and(
                "calm",
                [](const WorldServer& world) {
                  return check_connect(world, "127.1.0.7", 0, 27'115) +
                         check_connect(world, "127.2.77.1", ECONNREFUSED, 27'115) +
                         check_connect(world, "127.3.0.5", silent, 27'115);
                },
                {27'115}, false),
            "");
}

TEST(LoopbackGround, StaysSilentToManyAtOnceAndOpenMeanwhile) {
  EXPECT_INSIDE([] {
    return start_and("calm", [](const WorldServer& world) {
      std::vector<OwnedDescriptor> pending(500);
      std::string wrong;
      for (std::size_t i = 0; i < pending.size(); ++i) {
        const auto address = IpAddress::v4(0x7f030000 + static_cast<std::uint32_t>(i % 4));
        if (const int seen = try_connect({address, 443}, 0, &pending[i]); seen != silent)
          wrong += fmt::format("{} ", seen);
      }
      wrong += check_connect(world, "127.1.0.1", 0);
      for (const OwnedDescriptor& socket : pending) {
        pollfd ready{.fd = socket.get(), .events = POLLOUT};
        if (::poll(&ready, 1, 0) != 0) wrong += "spoke later ";
      }
      return wrong;
    });
  });
}

TEST(LoopbackGround, AnOpenHostClosesWithoutAnError) {
  EXPECT_INSIDE([] {
    return start_and("calm", [](const WorldServer&) -> std::string {
      for (int i = 0; i < 200; ++i) {
        const OwnedDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const sockaddr_in place = place_of({IpAddress::v4(0x7f010003), 443});
        if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place) != 0) return "not open";
        ::shutdown(socket.get(), SHUT_WR);  // Who has nothing to ask is not answered.
        char byte;
        if (::recv(socket.get(), &byte, 1, 0) != 0) return fmt::format("ended with {}", std::strerror(errno));
      }
      return "";
    });
  });
}

TEST(WorldServer, EndsItsProcessWithItself) {
  EXPECT_INSIDE([]() -> std::string {
    const std::string wrong =
        start_and("fast", [](const WorldServer& world) { return check_connect(world, "127.1.0.1", 0); });
    const WorldSpec spec = parse_world_spec("fast").value();
    const int seen = try_connect({IpAddress::v4(0x7f010001), 443}, 1'000);
    if (seen != ECONNREFUSED) return wrong + fmt::format("still there: {}", seen);
    return wrong + start_and("fast", [](const WorldServer& world) { return check_connect(world, "127.1.0.1", 0); });
  });
}

TEST(WorldServer, KnowsWhetherItStillServes) {
  EXPECT_EQ(start_and(
                "fast",
                [](const WorldServer& world) -> std::string {
                  if (!world.serves()) return "it should serve";
                  ::kill(world.process(), SIGKILL);
                  siginfo_t ended{};
                  ::waitid(P_PID, static_cast<id_t>(world.process()), &ended, WEXITED | WNOWAIT);
                  return world.serves() ? "it cannot serve any more" : "";
                },
                {27'118}, false),
            "");
}

TEST(WorldServer, TakesASubstituteForAPortThatIsTaken) {
  const OwnedDescriptor taken(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in place = place_of({IpAddress::v4(0x7f010000), 27'116});
  ASSERT_EQ(::bind(taken.get(), reinterpret_cast<const sockaddr*>(&place), sizeof place), 0);
  ASSERT_EQ(::listen(taken.get(), 1), 0);
  EXPECT_EQ(start_and(
                "fast",
                [](const WorldServer& world) {
                  if (world.port(27'116) == 27'116) return std::string("no substitute");
                  if (world.description().find("stands for 27116") == std::string::npos) return world.description();
                  return check_connect(world, "127.1.0.200", 0, 27'116);
                },
                {27'116}, false),
            "");
}

}  // namespace
}  // namespace atonce
