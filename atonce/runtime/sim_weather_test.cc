#include "atonce/runtime/sim_weather.h"

#include <gmock/gmock.h>

#include <cerrno>
#include <cmath>
#include <set>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr Instant start(1'000s);
int code_of(const auto& result) { return result ? 0 : result.error().code; }
IpAddress host(std::uint32_t number) { return IpAddress::v4(0x0a00'0000 + number); }

Result<Socket> connect_within(SimIo& io, Duration patience, std::string_view to = "192.0.2.1") {
  return io.run(as_task(within(patience, connect(io, at(to, 80)))));
}

TEST(SimOutage, SilencesEveryHostForItsStretch) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open();
  io.weather().outage(start + 10s, start + 20s);
  EXPECT_TRUE(connect_within(io, 900ms));
  io.stall(11s);
  EXPECT_EQ(code_of(connect_within(io, 900ms)), ETIMEDOUT);
  io.stall(9s);
  EXPECT_TRUE(connect_within(io, 900ms));
}

TEST(SimOutage, IsOutlastedByARepeatedSyn) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open().latency(10ms);
  io.weather().outage(start, start + 2500ms);
  EXPECT_TRUE(connect_within(io, 10s));
  EXPECT_EQ(io.now() - start, 3'010ms);
  EXPECT_EQ(io.syns_sent(at("192.0.2.1", 80)), 4u);
}

TEST(SimOutage, CountsTheSynsOfAnAttemptThatIsGivenUp) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open();
  io.weather().outage(start, start + 1h);
  EXPECT_EQ(code_of(connect_within(io, 2'500ms)), ETIMEDOUT);
  EXPECT_EQ(io.syns_sent(at("192.0.2.1", 80)), 3u);
}

TEST(SimOutage, EndsAConnectAsTheKernelDoesWhenItLastsForEver) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open();
  io.weather().outage(start, never);
  EXPECT_EQ(code_of(connect_within(io, 1h)), ETIMEDOUT);
  EXPECT_EQ(io.now() - start, 131s);
}

TEST(SimOutage, SparesLoopback) {
  SimIo io{seed(7)};
  io.weather().outage(start, never);
  const Result<Socket> listener = listen(io, at("127.0.0.1", 80));
  EXPECT_TRUE(connect_within(io, 1s, "127.0.0.1"));
}

TEST(SimOutage, HoldsTheBytesOfAStreamUpAndLosesDatagrams) {
  SimIo io{seed(7)};
  io.run([](SimIo& sim) -> Task<void> {
    const Result<Socket> listener = listen(sim, at("192.0.2.9", 80));
    const auto [client, server] =
        co_await gather(sim, as_task(connect(sim, at("192.0.2.9", 80))), as_task(accept(sim, *listener)));
    const Result<Socket> far = bind_datagram(sim, at("192.0.2.9", 53));
    const Result<Socket> near = open_datagram(sim, at("192.0.2.9", 53));
    sim.weather().outage(sim.now(), sim.now() + 1s);
    const Instant sent = sim.now();
    std::array<std::byte, 4> buffer;
    EXPECT_TRUE(co_await send(sim, *client, std::as_bytes(std::span("abc"))));
    EXPECT_TRUE(co_await send(sim, *near, std::as_bytes(std::span("abc"))));
    EXPECT_TRUE(co_await receive_exactly(sim, *server, buffer));
    EXPECT_GT(sim.now() - sent, 1s);
    EXPECT_EQ(code_of(co_await within(10s, receive(sim, *far, buffer))), ETIMEDOUT);
  }(io));
}

TEST(SimSwizzle, SilencesOneGroupAfterAnotherAndBringsAllBack) {
  const SimSwizzle swizzle(SimRandom(seed(3)), 8, start, 1s);
  std::set<Instant> stops, returns;
  for (std::uint32_t number = 0; number < 1'000; ++number) {
    const Stretch silence = swizzle.silence_of(host(number));
    stops.insert(silence.from);
    returns.insert(silence.until);
  }
  EXPECT_EQ(stops.size(), 8u);
  EXPECT_EQ(returns.size(), 8u);
  EXPECT_EQ(*stops.begin(), start);
  EXPECT_EQ(*stops.rbegin(), start + 7s);
  EXPECT_EQ(*returns.begin(), start + 8s);
  EXPECT_EQ(*returns.rbegin(), start + 15s);
}

TEST(SimSwizzle, BringsHostsBackInAnotherOrder) {
  const SimSwizzle swizzle(SimRandom(seed(3)), 8, start, 1s);
  std::set<Duration> lengths;
  for (std::uint32_t number = 0; number < 1'000; ++number) {
    const Stretch silence = swizzle.silence_of(host(number));
    lengths.insert(silence.until - silence.from);
  }
  EXPECT_GT(lengths.size(), 2u);
}

TEST(SimSwizzle, MakesAHostSilentOnlyWhileItIsAway) {
  SimIo io{seed(7)};
  io.default_host([](const IpAddress&) { return HostRule().open(); });
  io.weather().swizzle(4, start + 1s, 1s);
  EXPECT_TRUE(connect_within(io, 500ms));
  io.stall(start + 5s - io.now());
  EXPECT_FALSE(connect_within(io, 500ms, "10.0.0.1") && connect_within(io, 1ms, "10.0.0.2") &&
               connect_within(io, 1ms, "10.0.0.3") && connect_within(io, 1ms, "10.0.0.4"));
  io.stall(10s);
  for (const std::string_view each : {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"})
    EXPECT_TRUE(connect_within(io, 500ms, each));
}

TEST(SimBurstLoss, LosesTheShareThatItsStatesSay) {
  SimBurstLoss bursts(SimRandom(seed(3)), {.good_mean = 900ms, .bad_mean = 100ms, .loss_bad = 0.5}, start);
  int lost = 0;
  for (int i = 0; i < 200'000; ++i) lost += bursts.loses(start + i * 10ms);
  EXPECT_NEAR(lost / 200'000.0, 0.05, 0.008);
}

TEST(SimBurstLoss, LosesInBursts) {
  SimBurstLoss bursts(SimRandom(seed(3)), {.good_mean = 900ms, .bad_mean = 100ms, .loss_bad = 1}, start);
  int lost = 0, after_a_loss = 0;
  bool before = false;
  for (int i = 0; i < 100'000; ++i) {
    const bool now = bursts.loses(start + i * 10ms);
    lost += now;
    after_a_loss += now && before;
    before = now;
  }
  // One in ten is lost, but nine of ten after a lost one.
  EXPECT_GT(after_a_loss, lost * 8 / 10);
}

TEST(SimBurstLoss, KnowsTheRecentPastAsItWas) {
  SimBurstLoss bursts(SimRandom(seed(3)), {.good_mean = 1s, .bad_mean = 1s, .loss_bad = 1}, start);
  std::vector<bool> first, second;
  for (int i = 0; i < 1'000; ++i) first.push_back(bursts.loses(start + i * 100ms));
  for (int i = 0; i < 1'000; ++i) second.push_back(bursts.loses(start + i * 100ms));
  EXPECT_EQ(first, second);
}

TEST(SimRateWall, ThrowsAwayWhatABurstSendsBeyondItAndCounts) {
  SimIo io{seed(7)};
  io.default_host([](const IpAddress&) { return HostRule().open(); });
  io.weather().rate_wall({.syns_max = 10, .window = 100ms});
  int connected = 0;
  io.run([](SimIo& sim, int& count) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      for (std::uint32_t i = 0; i < 25; ++i)
        scope.start(
            [&](std::uint32_t number) -> Task<void> {
              count += co_await within(500ms, connect(sim, Endpoint{host(number), 80})) ? 1 : 0;
            },
            i);
      co_return;
    });
  }(io, connected));
  EXPECT_EQ(connected, 10);
  EXPECT_EQ(io.weather().local_drops(), 15u);
}

TEST(SimRateWall, LetsASlowSenderPass) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open();
  io.weather().rate_wall({.syns_max = 1, .window = 100ms});
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(connect_within(io, 500ms));
    io.stall(100ms);
  }
  EXPECT_EQ(io.weather().local_drops(), 0u);
}

TEST(SimStops, LetTheWorldGoOnWhileTheProcessStands) {
  SimIo io{seed(7)};
  io.stops_sometimes(0.5, 3s);
  EXPECT_TRUE(io.run(as_task(sleep_for(io, 30s))));
  io.host("192.0.2.1").open().latency(10ms);
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(connect_within(io, 50ms)) << "an answer that came meanwhile counts";
  EXPECT_FALSE(io.stops().empty());
  Duration longest{};
  for (const Stretch& stop : io.stops()) longest = std::max(longest, stop.until - stop.from);
  EXPECT_GT(longest, 1s);
  EXPECT_LE(longest, 3s);
}

TEST(SimWeather, IsTheSameForTheSameSeed) {
  const auto trace = [](std::uint64_t number) {
    SimIo io{seed(number)};
    io.default_host([](const IpAddress&) { return HostRule().open().latency(20ms).jitter(10ms); });
    io.weather().bursts({.good_mean = 1s, .bad_mean = 1s, .loss_bad = 0.8});
    io.weather().swizzle(4, start + 1s, 500ms);
    io.weather().rate_wall({.syns_max = 3, .window = 100ms});
    io.stops_sometimes(0.05, 1s);
    io.run([](SimIo& sim) -> Task<void> {
      co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
        for (std::uint32_t i = 0; i < 100; ++i)
          scope.start(
              [&](std::uint32_t number_of) -> Task<void> {
                (void)co_await sleep_for(sim, number_of * 30ms);
                (void)co_await within(2s, connect(sim, Endpoint{host(number_of), 80}));
              },
              i);
        co_return;
      });
    }(io));
    return io.trace_hash();
  };
  EXPECT_EQ(trace(5), trace(5));
  EXPECT_NE(trace(5), trace(6));
}

}  // namespace
}  // namespace atonce
