#include "atonce/runtime/combinators.h"

#include <gmock/gmock.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr Instant start_of_time(1'000s);

int code_of(const auto& result) { return result ? 0 : result.error().code; }

template <class T>
Task<T> give_after(Io& io, Duration duration, T value) {
  co_await sleep_for(io, duration);
  co_return value;
}

Task<int> throw_after(Io& io, Duration duration) {
  co_await sleep_for(io, duration);
  throw std::runtime_error("a bug of ours");
}

/// Notes when and how its sleep ended.
Task<int> sleep_and_note(Io& io, Duration duration, std::vector<int>* codes) {
  const Result<void> slept = co_await sleep_for(io, duration);
  codes->push_back(code_of(slept));
  co_return code_of(slept);
}

TEST(Gather, GivesResultsInTheOrderOfTheArgumentsWhoeverEndsFirst) {
  for (std::uint64_t number = 0; number < 20; ++number) {
    SimIo io{seed(number)};
    const auto results = io.run(gather(io, give_after(io, 3s, 1), give_after(io, 1s, std::string("two")),
                                       give_after(io, 2s, std::make_unique<int>(3))));
    EXPECT_EQ(std::get<0>(results), 1);
    EXPECT_EQ(std::get<1>(results), "two");
    EXPECT_EQ(*std::get<2>(results), 3);
    EXPECT_EQ(io.now(), start_of_time + 3s);
  }
}

TEST(Gather, GivesAVectorInTheOrderOfTheTasks) {
  SimIo io{seed(1)};
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 100; ++i) tasks.push_back(give_after(io, 1s * (100 - i), i));
  const std::vector<int> values = io.run(gather(io, std::move(tasks)));
  ASSERT_EQ(values.size(), 100);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], i);
  EXPECT_EQ(io.now(), start_of_time + 100s);
}

TEST(Gather, OfNothingIsNothingAtOnce) {
  SimIo io{seed(1)};
  EXPECT_TRUE(io.run(gather(io, std::vector<Task<int>>())).empty());
  EXPECT_EQ(io.now(), start_of_time);
}

TEST(Gather, AnExceptionCancelsTheOthersAndIsRethrown) {
  SimIo io{seed(1)};
  std::vector<int> codes;
  EXPECT_THROW(io.run(gather(io, throw_after(io, 1s), sleep_and_note(io, 1h, &codes))), std::runtime_error);
  EXPECT_THAT(codes, ElementsAre(ECANCELED));
  EXPECT_EQ(io.now(), start_of_time + 1s);
}

TEST(Race, GivesTheFirstAndCancelsTheOthers) {
  SimIo io{seed(1)};
  std::vector<int> codes;
  const Winner<int> winner =
      io.run(race(io, sleep_and_note(io, 5s, &codes), give_after(io, 2s, 42), sleep_and_note(io, 3s, &codes)));
  EXPECT_EQ(winner.index, 1);
  EXPECT_EQ(winner.value, 42);
  EXPECT_THAT(codes, ElementsAre(ECANCELED, ECANCELED));
  EXPECT_EQ(io.now(), start_of_time + 2s);
}

TEST(Race, WaitsForLosersThatTakeTheirTimeToEnd) {
  SimIo io{seed(1)};
  bool cleaned_up = false;
  io.run(race(io, give_after(io, 1s, 1), [](Io& sim, bool* flag) -> Task<int> {
    co_await sleep_for(sim, 1h);
    co_await shield(10s, sleep_for(sim, 4s));
    *flag = true;
    co_return 2;
  }(io, &cleaned_up)));
  EXPECT_TRUE(cleaned_up);
  EXPECT_EQ(io.now(), start_of_time + 5s);
}

TEST(Race, HasOneWinnerWhenTwoEndAtTheSameInstant) {
  std::array<int, 2> wins{};
  for (std::uint64_t number = 0; number < 50; ++number) {
    SimIo io{seed(number)};
    const Winner<int> winner = io.run(race(io, give_after(io, 1s, 0), give_after(io, 1s, 1)));
    EXPECT_EQ(static_cast<int>(winner.index), winner.value);
    ++wins[winner.index];
  }
  EXPECT_GT(wins[0], 0);
  EXPECT_GT(wins[1], 0);
}

TEST(Race, OfOneIsThatOne) {
  SimIo io{seed(1)};
  EXPECT_EQ(io.run(race(io, give_after(io, 1s, 7))).value, 7);
}

TEST(Race, AnExceptionCancelsTheOthersAndIsRethrown) {
  SimIo io{seed(1)};
  std::vector<int> codes;
  EXPECT_THROW(io.run(race(io, throw_after(io, 1s), sleep_and_note(io, 1h, &codes))), std::runtime_error);
  EXPECT_THAT(codes, ElementsAre(ECANCELED));
}

TEST(Race, CancelledFromOutsideEndsAtOnceAndClosesWhatTheLosersHad) {
  for (std::uint64_t number = 0; number < 30; ++number) {
    SimIo io{seed(number)};
    io.default_host([](const IpAddress&) { return HostRule().open().latency(10ms).jitter(20ms); });
    const auto socket = io.run(race(io, as_task(within(15ms, connect(io, at("192.0.2.1", 80)))),
                                    as_task(within(15ms, connect(io, at("192.0.2.2", 80)))),
                                    as_task(within(15ms, connect(io, at("192.0.2.3", 80))))));
    EXPECT_EQ(io.open_handles(), socket.value ? 1 : 0);
  }
}

/// Numbers from 0 on, and how many were pulled.
struct Numbers {
  int end;
  int pulled = 0;
  Task<std::optional<int>> operator()() {
    if (pulled == end) co_return std::nullopt;
    co_return pulled++;
  }
};

TEST(ForEach, RunsTheJobOnceForEachTarget) {
  SimIo io{seed(1)};
  Limiter window(io, 7);
  std::vector<int> runs(1'000);
  io.run(for_each(io, window, Numbers{1'000}, [&](int number) -> Task<void> {
    co_await sleep_for(io, 1ms * (number % 13));
    ++runs[static_cast<std::size_t>(number)];
  }));
  EXPECT_THAT(runs, ::testing::Each(1));
  EXPECT_EQ(window.in_use(), 0);
}

TEST(ForEach, KeepsAtMostTheWindowAliveAndPullsNoEarlierThanNeeded) {
  SimIo io{seed(1)};
  Limiter window(io, 10);
  Numbers numbers{1'000};
  int alive = 0;
  int alive_max = 0;
  int ended = 0;
  int ahead_max = 0;
  io.run(for_each(io, window, std::ref(numbers), [&](int number) -> Task<void> {
    alive_max = std::max(alive_max, ++alive);
    ahead_max = std::max(ahead_max, numbers.pulled - ended);
    co_await sleep_for(io, 1ms * (number % 13));
    --alive;
    ++ended;
  }));
  EXPECT_EQ(ended, 1'000);
  EXPECT_EQ(alive_max, 10);
  EXPECT_LE(ahead_max, 10);
}

TEST(ForEach, FollowsAWindowThatChangesWhileItRuns) {
  SimIo io{seed(1)};
  Limiter window(io, 2);
  int alive = 0;
  std::vector<int> alive_max(3);
  io.run(for_each(io, window, Numbers{300}, [&](int number) -> Task<void> {
    if (number == 100) window.set_capacity(20);
    if (number == 200) window.set_capacity(3);
    // What was started before the change needs a while to go.
    if (++alive; number < 100 || number >= 230) {
      int& highest = alive_max[static_cast<std::size_t>(number / 100)];
      highest = std::max(highest, alive);
    }
    co_await sleep_for(io, 10ms);
    --alive;
  }));
  EXPECT_EQ(alive_max[0], 2);
  EXPECT_EQ(alive_max[2], 3);
}

std::size_t pool_after(int targets) {
  SimIo io{seed(1)};
  io.default_host([](const IpAddress&) { return HostRule().open().latency(10ms).jitter(10ms); });
  Limiter window(io, 100);
  io.run(for_each(io, window, Numbers{targets}, [&](int number) -> Task<void> {
    const Endpoint to{IpAddress::v4(0x0A00'0000U + static_cast<std::uint32_t>(number)), 443};
    EXPECT_TRUE(co_await within(1s, connect(io, to)));
  }));
  EXPECT_EQ(io.open_handles(), 0);
  return frame_pool_bytes();
}

TEST(ForEach, NeedsMemoryForTheWindowAndNotForTheList) {
  const std::size_t after_a_thousand = pool_after(1'000);
  EXPECT_EQ(pool_after(100'000), after_a_thousand);
}

TEST(ForEach, StopsPullingWhenItsScopeIsCancelled) {
  SimIo io{seed(1)};
  Limiter window(io, 5);
  Numbers numbers{1'000'000};
  std::vector<int> codes;
  io.run([](Io& sim, Limiter& permits, Numbers& source, std::vector<int>* noted) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(
          [](Io& inner, Limiter& line, Numbers& from, std::vector<int>* into) -> Task<void> {
            co_await for_each(inner, line, std::ref(from),
                              [&](int) -> Task<void> { co_await sleep_and_note(inner, 1s, into); });
          },
          std::ref(sim), std::ref(permits), std::ref(source), noted);
      co_await sleep_for(sim, 10'500ms);
      scope.cancel();
    });
  }(io, window, numbers, &codes));
  EXPECT_EQ(numbers.pulled, 55);
  EXPECT_EQ(codes.size(), 55);
  EXPECT_EQ(std::count(codes.begin(), codes.end(), ECANCELED), 5);
  EXPECT_EQ(io.now(), start_of_time + 10'500ms);
  EXPECT_EQ(window.in_use(), 0);
}

TEST(ForEach, AnExceptionOfAJobEndsItAndIsRethrown) {
  SimIo io{seed(1)};
  Limiter window(io, 5);
  Numbers numbers{1'000'000};
  EXPECT_THROW(io.run(for_each(io, window, std::ref(numbers),
                               [&](int number) -> Task<void> {
                                 co_await sleep_for(io, 1s);
                                 if (number == 20) throw std::runtime_error("a bug of ours");
                               })),
               std::runtime_error);
  EXPECT_LE(numbers.pulled, 30);
  EXPECT_EQ(window.in_use(), 0);
}

TEST(ForEach, AnExceptionOfTheSourceEndsItAndIsRethrown) {
  SimIo io{seed(1)};
  Limiter window(io, 5);
  EXPECT_THROW(io.run(for_each(
                   io, window,
                   []() -> Task<std::optional<int>> {
                     throw std::runtime_error("unreadable");
                     co_return 1;
                   },
                   [](int) -> Task<void> { co_return; })),
               std::runtime_error);
  EXPECT_EQ(window.in_use(), 0);
}

/// A sweep with every fault at once; each target must have exactly one end, and nothing may stay open.
TEST(ForEach, EndsEachTargetExactlyOnceUnderFaultsForManySeeds) {
  for (std::uint64_t number = 0; number < 40; ++number) {
    SCOPED_TRACE(number);
    SimIo io{seed(number)};
    io.descriptors_max(40);
    io.fail_sometimes(OperationKind::connect, ENOBUFS, 0.05);
    io.default_host([](const IpAddress& address) {
      HostRule rule;
      rule.latency(20ms).jitter(30ms).loses(0.1);
      switch (address.v4_host_order() % 5) {
        case 0: return rule.open();
        case 1: return rule.refuses();
        case 2: return rule.unreachable();
        case 3: return rule.no_route();
        default: return rule.never_answers();
      }
    });
    Limiter window(io, 50);
    std::vector<int> ends(500);
    io.run(for_each(io, window, Numbers{500}, [&](int target) -> Task<void> {
      const Endpoint to{IpAddress::v4(0x0A00'0000U + static_cast<std::uint32_t>(target)), 443};
      const Result<Socket> socket = co_await within(1'500ms, connect(io, to));
      ++ends[static_cast<std::size_t>(target)];
    }));
    EXPECT_THAT(ends, ::testing::Each(1));
    EXPECT_EQ(io.open_handles(), 0);
    EXPECT_EQ(io.timers().armed_count(), 0);
  }
}

}  // namespace
}  // namespace atonce
