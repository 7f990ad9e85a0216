#include "atonce/runtime/limiter.h"

#include <gmock/gmock.h>

#include <vector>

#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr Instant start_of_time(1'000s);

int code_of(const auto& result) { return result ? 0 : result.error().code; }

/// Comes after `arrival`, waits for a permit, notes itself, and keeps the permit for `hold`.
Task<void> take_turn(Io& io, Limiter& limiter, Duration arrival, Duration hold, int number, std::vector<int>* order) {
  co_await sleep_for(io, arrival);
  const Result<Permit> permit = co_await limiter.acquire();
  if (!permit) co_return;
  order->push_back(number);
  co_await sleep_for(io, hold);
}

TEST(Limiter, HandsOutItsCapacityAtOnceAndNoMore) {
  SimIo io{seed(1)};
  Limiter limiter(io, 2);
  io.run([](Io& sim, Limiter& permits) -> Task<void> {
    const Result<Permit> first = co_await permits.acquire();
    const Result<Permit> second = co_await permits.acquire();
    EXPECT_EQ(permits.in_use(), 2);
    EXPECT_FALSE(permits.available());
    EXPECT_EQ(code_of(co_await within(1s, permits.acquire())), ETIMEDOUT);
    EXPECT_EQ(sim.now(), start_of_time + 1s);
  }(io, limiter));
  EXPECT_EQ(limiter.in_use(), 0);
}

TEST(Limiter, APermitComesBackWhenItEndsOrIsReleasedAndOnlyOnce) {
  SimIo io{seed(1)};
  Limiter limiter(io, 1);
  io.run([](Limiter& permits) -> Task<void> {
    Result<Permit> permit = co_await permits.acquire();
    Permit moved = std::move(*permit);
    permit->release();
    EXPECT_EQ(permits.in_use(), 1);
    moved.release();
    moved.release();
    EXPECT_EQ(permits.in_use(), 0);
  }(limiter));
  EXPECT_EQ(limiter.in_use(), 0);
}

TEST(Limiter, ServesItsLineInTheOrderOfArrivalWithEverySeed) {
  for (std::uint64_t number = 0; number < 20; ++number) {
    SimIo io{seed(number)};
    Limiter limiter(io, 1);
    std::vector<int> order;
    io.run([](Io& sim, Limiter& permits, std::vector<int>* into) -> Task<void> {
      co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
        for (int i = 0; i < 6; ++i) scope.start(take_turn, std::ref(sim), std::ref(permits), i * 1ms, 1s, i, into);
        co_return;
      });
    }(io, limiter, &order));
    EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_EQ(io.now(), start_of_time + 6s);
  }
}

TEST(Limiter, NobodyOvertakesTheLine) {
  SimIo io{seed(1)};
  Limiter limiter(io, 1);
  std::vector<int> order;
  io.run([](Io& sim, Limiter& permits, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      Result<Permit> mine = co_await permits.acquire();
      scope.start(take_turn, std::ref(sim), std::ref(permits), 1s, 1s, 1, into);
      co_await sleep_for(sim, 2s);
      mine->release();
      // The permit has been handed on already, though its new holder has not run yet.
      EXPECT_FALSE(permits.available());
      const Result<Permit> again = co_await permits.acquire();
      into->push_back(2);
    });
  }(io, limiter, &order));
  EXPECT_THAT(order, ElementsAre(1, 2));
}

TEST(Limiter, ACancelledWaiterLeavesTheLineWithoutAPermit) {
  SimIo io{seed(1)};
  Limiter limiter(io, 1);
  std::vector<int> order;
  io.run([](Io& sim, Limiter& permits, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(take_turn, std::ref(sim), std::ref(permits), 0s, 10s, 0, into);
      scope.start(
          [](Io& inner, Limiter& line) -> Task<void> {
            co_await sleep_for(inner, 1s);
            EXPECT_EQ(code_of(co_await within(1s, line.acquire())), ETIMEDOUT);
            EXPECT_EQ(line.in_use(), 1);
          },
          std::ref(sim), std::ref(permits));
      scope.start(take_turn, std::ref(sim), std::ref(permits), 1'500ms, 1s, 2, into);
      co_return;
    });
  }(io, limiter, &order));
  EXPECT_THAT(order, ElementsAre(0, 2));
  EXPECT_EQ(io.now(), start_of_time + 11s);
}

TEST(Limiter, APermitThatComesFreeAtTheDeadlineOfAWaiterIsNotLost) {
  for (std::uint64_t number = 0; number < 50; ++number) {
    SimIo io{seed(number)};
    Limiter limiter(io, 1);
    int code = -1;
    std::vector<int> order;
    io.run([](Io& sim, Limiter& permits, int* into, std::vector<int>* turns) -> Task<void> {
      co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
        scope.start(take_turn, std::ref(sim), std::ref(permits), 0s, 5s, 0, turns);
        // Its deadline is the very instant at which the permit comes free.
        scope.start(
            [](Io& inner, Limiter& line, int* noted) -> Task<void> {
              co_await sleep_for(inner, 1s);
              *noted = code_of(co_await within(4s, line.acquire()));
            },
            std::ref(sim), std::ref(permits), into);
        scope.start(take_turn, std::ref(sim), std::ref(permits), 2s, 1s, 2, turns);
        co_return;
      });
    }(io, limiter, &code, &order));
    EXPECT_TRUE(code == 0 || code == ETIMEDOUT) << code;
    EXPECT_THAT(order, ElementsAre(0, 2)) << "seed " << number;
    EXPECT_EQ(limiter.in_use(), 0);
  }
}

TEST(Limiter, AGrantBeatsACancellationOfTheSameTurnAndIsGivenBack) {
  SimIo io{seed(1)};
  Limiter limiter(io, 1);
  io.run([](Io& sim, Limiter& permits) -> Task<void> {
    co_await with_scope(sim, [&](Scope& outer) -> Task<void> {
      Result<Permit> mine = co_await permits.acquire();
      int code = -1;
      co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
        scope.start([](Limiter& line, int* noted) -> Task<void> { *noted = code_of(co_await line.acquire()); },
                    std::ref(permits), &code);
        co_await sleep_for(sim, 1s);
        mine->release();
        scope.cancel();
      });
      EXPECT_EQ(code, 0);
      EXPECT_FALSE(outer.cancelled());
      EXPECT_EQ(permits.in_use(), 0);
      EXPECT_TRUE(co_await permits.acquire());
    });
  }(io, limiter));
}

TEST(Limiter, GrowingServesTheLineAtOnce) {
  SimIo io{seed(1), SimIo::Order::first_come};
  Limiter limiter(io, 0);
  std::vector<int> order;
  io.run([](Io& sim, Limiter& permits, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < 5; ++i) scope.start(take_turn, std::ref(sim), std::ref(permits), 0s, 1h, i, into);
      co_await sleep_for(sim, 1s);
      EXPECT_TRUE(into->empty());
      permits.set_capacity(3);
      co_await sleep_for(sim, 1s);
      EXPECT_THAT(*into, ElementsAre(0, 1, 2));
      scope.cancel();
    });
  }(io, limiter, &order));
  EXPECT_EQ(limiter.in_use(), 0);
}

TEST(Limiter, ShrinkingTakesEffectAsPermitsComeBack) {
  SimIo io{seed(1)};
  Limiter limiter(io, 3);
  std::vector<int> order;
  io.run([](Io& sim, Limiter& permits, std::vector<int>* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < 3; ++i) scope.start(take_turn, std::ref(sim), std::ref(permits), 0s, 1s * (i + 1), i, into);
      scope.start(take_turn, std::ref(sim), std::ref(permits), 100ms, 1s, 3, into);
      co_await sleep_for(sim, 500ms);
      permits.set_capacity(1);
      EXPECT_EQ(permits.in_use(), 3);
      co_await sleep_for(sim, 2s);
      // At 1 s and 2 s a permit came back; one is still out, and one is all there is.
      EXPECT_EQ(permits.in_use(), 1);
      EXPECT_EQ(into->size(), 3);
    });
  }(io, limiter, &order));
  EXPECT_EQ(order.back(), 3);
  EXPECT_EQ(io.now(), start_of_time + 4s);
}

TEST(Limiter, KeepsItsAccountUnderRandomChurn) {
  for (std::uint64_t number = 0; number < 50; ++number) {
    SimIo io{seed(number)};
    SimRandom dice(seed(number), 9);
    Limiter limiter(io, 3);
    std::uint32_t held = 0;
    std::uint32_t held_max = 0;
    io.run([](SimIo& sim, Limiter& permits, SimRandom& random, std::uint32_t& now, std::uint32_t& most) -> Task<void> {
      co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
        for (int i = 0; i < 200; ++i) {
          scope.start([&, arrival = random.up_to(2s), patience = random.up_to(300ms),
                       hold = random.up_to(50ms)]() -> Task<void> {
            co_await sleep_for(sim, arrival);
            const Result<Permit> permit = co_await within(patience, permits.acquire());
            if (!permit) co_return;
            most = std::max(most, ++now);
            co_await sleep_for(sim, hold);
            --now;
          });
        }
        for (int i = 0; i < 20; ++i) {
          co_await sleep_for(sim, random.up_to(100ms));
          permits.set_capacity(random.below(4));
        }
        permits.set_capacity(3);
      });
    }(io, limiter, dice, held, held_max));
    EXPECT_EQ(limiter.in_use(), 0);
    EXPECT_EQ(held, 0);
    EXPECT_LE(held_max, 3);
  }
}

}  // namespace
}  // namespace atonce
