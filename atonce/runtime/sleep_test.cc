#include "atonce/runtime/sleep.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "atonce/runtime/limiter.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr Instant start_of_time(1'000s);

int code_of(const auto& result) { return result ? 0 : result.error().code; }

TEST(Sleep, EndsAtItsInstantToTheNanosecond) {
  for (const Duration duration : {1ns, 999ns, 1'048'575ns, 1'048'576ns, 1'048'577ns, 67'108'863ns, 67'108'864ns,
                                  Duration(1h), Duration(24h * 30), Duration(24h * 365 * 50)}) {
    SimIo io{seed(1)};
    EXPECT_TRUE(io.run(as_task(sleep_for(io, duration))));
    EXPECT_EQ(io.now(), start_of_time + duration);
  }
}

TEST(Sleep, UntilThePastOrForNoTimeIsNoSleep) {
  SimIo io{seed(1)};
  EXPECT_TRUE(io.run(as_task(sleep_for(io, 0s))));
  EXPECT_TRUE(io.run(as_task(sleep_for(io, -5s))));
  EXPECT_TRUE(io.run(as_task(sleep_until(io, Instant{}))));
  EXPECT_EQ(io.now(), start_of_time);
}

TEST(Sleep, ForTheLongestDurationCanStillBeCancelled) {
  SimIo io{seed(1)};
  EXPECT_EQ(code_of(io.run(as_task(within(1h, sleep_for(io, Duration::max()))))), ETIMEDOUT);
  EXPECT_EQ(io.now(), start_of_time + 1h);
  EXPECT_EQ(io.timers().armed_count(), 0);
}

TEST(Sleep, ManySleepersWakeInOrderAndNoneEarly) {
  SimIo io{seed(7)};
  SimRandom dice(seed(7), 9);
  constexpr int count = 20'000;
  int woken = 0;
  Instant latest{};
  io.run([](Io& sim, SimRandom& random, int& ended, Instant& last) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < count; ++i)
        scope.start([&, until = sim.now() + random.up_to(1h)]() -> Task<void> {
          co_await sleep_until(sim, until);
          EXPECT_EQ(sim.now(), until);
          EXPECT_GE(until, last);
          last = until;
          ++ended;
        });
      co_return;
    });
  }(io, dice, woken, latest));
  EXPECT_EQ(woken, count);
}

/// Counts to three, giving way by `way` after each step.
template <class Way>
Task<void> count_to_three(Io& io, int first, std::vector<int>* into, Way way) {
  for (int i = 0; i < 3; ++i) {
    into->push_back(first + i);
    co_await way(io);
  }
}

TEST(Yield, LetsEverythingElseThatIsReadyRunFirst) {
  SimIo io{seed(1), SimIo::Order::first_come};
  std::vector<int> steps;
  io.run([](Io& sim, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start([&sim, into]() { return count_to_three(sim, 10, into, yield); });
      scope.start([&sim, into]() { return count_to_three(sim, 20, into, yield); });
      co_return;
    });
  }(io, &steps));
  EXPECT_THAT(steps, ElementsAre(10, 20, 11, 21, 12, 22));
}

TEST(Yield, LetsTimersFireAndAnswersArrive) {
  SimIo io{seed(1)};
  io.run([](SimIo& sim) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      bool woken = false;
      scope.start(
          [](Io& inner, bool* flag) -> Task<void> {
            co_await sleep_for(inner, 1s);
            *flag = true;
          },
          std::ref(sim), &woken);
      co_await yield(sim);
      co_await yield(sim);
      sim.stall(1s);
      for (int i = 0; i < 3 && !woken; ++i) co_await yield(sim);
      EXPECT_TRUE(woken);
    });
  }(io));
}

/// A simulation that counts how often its loop looks outside.
class LookingIo final : public SimIo {
 public:
  using SimIo::SimIo;
  int looks = 0;

 protected:
  void wait(Instant until) override {
    ++looks;
    SimIo::wait(until);
  }
};

/// Wakes `other` and waits to be woken, a millisecond a round, until `*over` or so many rounds are done.
Task<int> wake_in_turns(SimIo& io, Limiter& mine, Limiter& other, const bool* over, int rounds_max) {
  int rounds = 0;
  for (; rounds < rounds_max && !*over; ++rounds) {
    io.stall(1ms);
    other.set_capacity(other.capacity() + 1);
    const Result<Permit> woken = co_await mine.acquire();
    mine.set_capacity(mine.capacity() - 1);
  }
  other.set_capacity(other.capacity() + 1);
  co_return rounds;
}

struct InTurns {
  int rounds = 0;
  int looks = 0;
};

/// Two tasks wake each other in turns, while a third sleeps for a second.
InTurns take_turns(int rounds_max) {
  LookingIo io{seed(1)};
  InTurns seen;
  io.run([](LookingIo& sim, int most, InTurns* into) -> Task<void> {
    bool over = false;
    Limiter left(sim, 0), right(sim, 0);
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start([&]() -> Task<void> {
        co_await sleep_for(sim, 1s);
        over = true;
      });
      scope.start([&]() -> Task<void> { co_await wake_in_turns(sim, left, right, &over, most); });
      const int before = sim.looks;
      into->rounds = co_await wake_in_turns(sim, right, left, &over, most);
      into->looks = sim.looks - before;
    });
  }(io, rounds_max, &seen));
  return seen;
}

TEST(Turn, WhoWakesAnotherCostsNoLookOutside) {
  const InTurns seen = take_turns(100);
  EXPECT_EQ(seen.rounds, 100);
  EXPECT_LE(seen.looks, 50);
}

TEST(Turn, TwoThatWakeEachOtherForEverKeepNobodyElseWaiting) {
  const InTurns seen = take_turns(100'000);
  EXPECT_GE(seen.rounds, 490);
  EXPECT_LE(seen.rounds, 510);
}

TEST(YieldIfDue, GivesWayOnlyAfterTheTimeSlice) {
  SimIo io{seed(1), SimIo::Order::first_come};
  io.set_slice(2ms);
  std::vector<int> steps;
  io.run([](SimIo& sim, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      for (int first = 10; first <= 20; first += 10)
        scope.start(
            [](SimIo& inner, int number, std::vector<int>* noted) -> Task<void> {
              for (int i = 0; i < 4; ++i) {
                noted->push_back(number + i);
                inner.stall(1ms);
                co_await yield_if_due(inner);
              }
            },
            std::ref(sim), first, into);
      co_return;
    });
  }(io, &steps));
  // The first one has the slice for itself, and the other finds it used up.
  EXPECT_THAT(steps, ElementsAre(10, 11, 20, 12, 13, 21, 22, 23));
}

TEST(YieldIfDue, WhoeverHasWaitedForTheWorldComesBeforeWhoComputes) {
  SimIo io{seed(1), SimIo::Order::first_come};
  io.set_slice(2ms);
  std::vector<std::string> steps;
  io.run([](SimIo& sim, std::vector<std::string>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(
          [](SimIo& inner, std::vector<std::string>* noted) -> Task<void> {
            co_await sleep_for(inner, 1ms);
            noted->push_back("woken");
          },
          std::ref(sim), into);
      scope.start(
          [](SimIo& inner, std::vector<std::string>* noted) -> Task<void> {
            inner.stall(2ms);
            noted->push_back("slice");
            co_await yield_if_due(inner);
            noted->push_back("next slice");
          },
          std::ref(sim), into);
      co_return;
    });
  }(io, &steps));
  EXPECT_THAT(steps, ElementsAre("slice", "woken", "next slice"));
}

TEST(Io, TellsHowLongItDidNotLook) {
  SimIo io{seed(1), SimIo::Order::first_come};
  io.run([](SimIo& sim) -> Task<void> {
    co_await sleep_for(sim, 1s);
    EXPECT_EQ(sim.unseen_for(), 0s);  // It waited.
    sim.stall(30ms);
    co_await yield_behind(sim);
    EXPECT_EQ(sim.unseen_for(), 30ms);
    co_await yield_behind(sim);
    EXPECT_EQ(sim.unseen_for(), 0s);
  }(io));
}

TEST(Budget, AnOperationThatAlwaysEndsAtOnceDoesNotStarveTheOthers) {
  SimIo io{seed(1), SimIo::Order::first_come};
  io.run([](SimIo& sim) -> Task<void> {
    const Result<Socket> server = bind_datagram(sim, at("127.0.0.1", 53));
    bool ran = false;
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(
          [](bool* flag) -> Task<void> {
            *flag = true;
            co_return;
          },
          &ran);
      int sent = 0;
      for (; !ran && sent < 100'000; ++sent)
        EXPECT_TRUE(co_await send_to(sim, *server, std::span<const std::byte>(), at("192.0.2.1", 1)));
      EXPECT_LE(sent, 1'000);
    });
  }(io));
}

}  // namespace
}  // namespace atonce
