#include "atonce/jobs/neighbourhood.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>
#include <vector>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

IpAddress ip(std::string_view literal) { return parse_address(literal).value(); }
PolitenessOptions bounds(std::uint32_t per_address, std::uint32_t per_network) {
  return {.per_address = per_address, .per_network = per_network};
}

/// How many of `count` tries for places, all kept, succeed.
std::size_t places(Neighbourhoods& neighbourhoods, const std::vector<IpAddress>& addresses) {
  std::vector<Place> held;
  for (const IpAddress& address : addresses)
    if (Place place = neighbourhoods.try_enter(address)) held.push_back(std::move(place));
  return held.size();
}

TEST(Neighbourhoods, AnAddressHasSoManyPlacesAndNoMore) {
  Neighbourhoods neighbourhoods(bounds(3, 0), 7);
  EXPECT_EQ(places(neighbourhoods, std::vector(10, ip("192.0.2.1"))), 3u);
  EXPECT_EQ(neighbourhoods.at_address(ip("192.0.2.1")), 0u) << "all were given back";
  EXPECT_EQ(places(neighbourhoods, std::vector(10, ip("192.0.2.1"))), 3u);
}

TEST(Neighbourhoods, ANetworkIsASlash24OrASlash48) {
  Neighbourhoods neighbourhoods(bounds(0, 2), 7);
  EXPECT_EQ(places(neighbourhoods, {ip("192.0.2.1"), ip("192.0.2.2"), ip("192.0.2.255")}), 2u);
  EXPECT_EQ(places(neighbourhoods, {ip("192.0.2.1"), ip("192.0.3.1"), ip("192.1.2.1")}), 3u);
  EXPECT_EQ(places(neighbourhoods, {ip("2001:db8:1::1"), ip("2001:db8:1:2::"), ip("2001:db8:1:ffff::")}), 2u);
  EXPECT_EQ(places(neighbourhoods, {ip("2001:db8:1::"), ip("2001:db8:2::"), ip("2001:db8:3::")}), 3u);
}

TEST(Neighbourhoods, AFullNetworkGivesTheAddressesPlaceBack) {
  Neighbourhoods neighbourhoods(bounds(1, 1), 7);
  const Place neighbour = neighbourhoods.try_enter(ip("192.0.2.1"));
  EXPECT_FALSE(neighbourhoods.try_enter(ip("192.0.2.2")));
  EXPECT_EQ(neighbourhoods.at_address(ip("192.0.2.2")), 0u);
}

TEST(Neighbourhoods, AMappedAddressIsTheIpv4One) {
  Neighbourhoods neighbourhoods(bounds(1, 0), 7);
  const Place place = neighbourhoods.try_enter(ip("192.0.2.1"));
  EXPECT_FALSE(neighbourhoods.try_enter(ip("::ffff:192.0.2.1")));
}

TEST(Neighbourhoods, ZeroIsNoBound) {
  Neighbourhoods neighbourhoods(bounds(0, 0), 7);
  EXPECT_EQ(places(neighbourhoods, std::vector(1'000, ip("192.0.2.1"))), 1'000u);
}

TEST(Neighbourhoods, StrangersSeldomMeetInOneCounter) {
  Neighbourhoods neighbourhoods(bounds(1, 0), 7);
  std::vector<IpAddress> strangers;
  for (std::uint32_t i = 0; i < 1'000; ++i) strangers.push_back(IpAddress::v4(0x0100'0000 + i * 256));
  EXPECT_GE(places(neighbourhoods, strangers), 980u) << "8 of 1,000 meet by chance";
  strangers.clear();
  for (std::uint32_t i = 0; i < 1'000; ++i) {
    strangers.push_back(ip("2001:db8::1"));
    strangers.back().bytes[15] = static_cast<std::uint8_t>(i);
    strangers.back().bytes[6] = static_cast<std::uint8_t>(i >> 8);
  }
  EXPECT_GE(places(neighbourhoods, strangers), 980u);
}

TEST(Neighbourhoods, AThousandAtOnceNeverExceedTheBoundAndAllGetTheirTurn) {
  SimIo io{seed(7)};
  Neighbourhoods neighbourhoods(bounds(32, 256), 7);
  unsigned inside = 0, inside_max = 0, served = 0;
  const IpAddress host = ip("192.0.2.1");
  io.run(with_scope(io, [&](Scope& scope) -> Task<void> {
    for (int i = 0; i < 1'000; ++i)
      scope.start([&]() -> Task<void> {
        const Result<Place> place = co_await neighbourhoods.enter(io, host);
        EXPECT_TRUE(place);
        inside_max = std::max(inside_max, ++inside);
        EXPECT_LE(neighbourhoods.at_address(host), 32u);
        (void)co_await sleep_for(io, 10ms);
        --inside;
        ++served;
      });
    co_return;
  }));
  EXPECT_EQ(inside_max, 32u);
  EXPECT_EQ(served, 1'000u);
  EXPECT_LE(io.now() - Instant(1'000s), 500ms) << "32 turns of 10 ms, and little idle time between them";
}

TEST(Neighbourhoods, WhoWaitsCanBeCancelled) {
  SimIo io{seed(7)};
  Neighbourhoods neighbourhoods(bounds(1, 0), 7);
  const Place taken = neighbourhoods.try_enter(ip("192.0.2.1"));
  const Result<Place> place = io.run(within(30ms, neighbourhoods.enter(io, ip("192.0.2.1"))));
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().code, ETIMEDOUT);
  EXPECT_EQ(io.now() - Instant(1'000s), 30ms);
}

TEST(Neighbourhoods, ThreadsShareTheBound) {
  Neighbourhoods neighbourhoods(bounds(4, 0), 7);
  const IpAddress host = ip("192.0.2.1");
  std::atomic<int> inside{0}, inside_max{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int turn = 0; turn < 2'000; ++turn) {
        const Place place = neighbourhoods.try_enter(host);
        if (!place) continue;
        const int now = ++inside;
        int seen = inside_max.load();
        while (seen < now && !inside_max.compare_exchange_weak(seen, now)) {
        }
        --inside;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(inside_max.load(), 4);
  EXPECT_EQ(neighbourhoods.at_address(host), 0u);
}

/// Forks a worker that takes `count` places and then ends without giving them back, or is done with them in order.
void run_worker(Neighbourhoods& neighbourhoods, std::uint32_t number, int count, bool gives_back) {
  const pid_t child = fork();
  if (child == 0) {
    neighbourhoods.become_worker(number);
    std::vector<Place> held;
    for (int i = 0; i < count; ++i) held.push_back(neighbourhoods.try_enter(ip("192.0.2.1")));
    if (gives_back) held.clear();
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(Neighbourhoods, ForkedWorkersShareTheBoundAndAKilledOnesPlacesComeBack) {
  Neighbourhoods neighbourhoods(bounds(4, 4), 7);
  run_worker(neighbourhoods, 1, 3, false);
  EXPECT_EQ(neighbourhoods.at_address(ip("192.0.2.1")), 3u);
  EXPECT_EQ(places(neighbourhoods, std::vector(10, ip("192.0.2.1"))), 1u) << "they still count";
  neighbourhoods.worker_died(0);
  EXPECT_EQ(neighbourhoods.at_address(ip("192.0.2.1")), 3u) << "that was another worker";
  neighbourhoods.worker_died(1);
  EXPECT_EQ(neighbourhoods.at_address(ip("192.0.2.1")), 0u);
  EXPECT_EQ(neighbourhoods.in_network(ip("192.0.2.1")), 0u);
  neighbourhoods.worker_died(1);
  EXPECT_EQ(neighbourhoods.at_address(ip("192.0.2.1")), 0u) << "nothing is given back twice";
}

TEST(Neighbourhoods, AWorkerThatEndedInOrderHasNothingToGiveBack) {
  Neighbourhoods neighbourhoods(bounds(4, 4), 7);
  const Place mine = neighbourhoods.try_enter(ip("192.0.2.1"));
  run_worker(neighbourhoods, 1, 3, true);
  neighbourhoods.worker_died(1);
  EXPECT_EQ(neighbourhoods.at_address(ip("192.0.2.1")), 1u);
}

TEST(Place, MovesWithItsRight) {
  Neighbourhoods neighbourhoods(bounds(2, 0), 7);
  Place first = neighbourhoods.try_enter(ip("192.0.2.1"));
  Place second = std::move(first);
  EXPECT_EQ(neighbourhoods.at_address(ip("192.0.2.1")), 1u);
  second.release();
  second.release();
  EXPECT_EQ(neighbourhoods.at_address(ip("192.0.2.1")), 0u);
}

}  // namespace
}  // namespace atonce
