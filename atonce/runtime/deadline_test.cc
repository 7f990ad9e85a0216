#include "atonce/runtime/deadline.h"

#include <gtest/gtest.h>

#include <vector>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr Instant start_of_time(1'000s);

int code_of(const auto& result) { return result ? 0 : result.error().code; }

TEST(Within, GivesTheResultThatCameInTime) {
  SimIo io{seed(1)};
  io.host("192.0.2.1").open().latency(40ms);
  EXPECT_TRUE(io.run(as_task(within(1s, connect(io, at("192.0.2.1", 80))))));
  EXPECT_EQ(io.now(), start_of_time + 40ms);
}

TEST(Within, EndsInTimeoutAtItsDeadlineExactly) {
  SimIo io{seed(1)};
  EXPECT_EQ(code_of(io.run(as_task(within(1'234'567'891ns, sleep_for(io, 1h))))), ETIMEDOUT);
  EXPECT_EQ(io.now(), start_of_time + 1'234'567'891ns);
}

TEST(Within, PassesOtherErrorsOn) {
  SimIo io{seed(1)};
  io.host("192.0.2.1").refuses();
  EXPECT_EQ(code_of(io.run(as_task(within(1s, connect(io, at("192.0.2.1", 80)))))), ECONNREFUSED);
}

TEST(Within, CountsFromWhenItIsAwaited) {
  SimIo io{seed(1)};
  io.run([](Io& sim) -> Task<void> {
    auto later = within(1s, sleep_for(sim, 1h));
    co_await sleep_for(sim, 10s);
    EXPECT_EQ(code_of(co_await std::move(later)), ETIMEDOUT);
    EXPECT_EQ(sim.now(), start_of_time + 11s);
  }(io));
}

TEST(Within, AnAnswerOfTheDeadlinesOwnInstantIsInTime) {
  for (std::uint64_t number = 0; number < 50; ++number) {
    SimIo io{seed(number)};
    io.host("192.0.2.1").open().latency(1s);
    EXPECT_TRUE(io.run(as_task(within(1s, connect(io, at("192.0.2.1", 80)))))) << "seed " << number;
  }
}

TEST(Within, LeavesTheScopeAroundItAsItWas) {
  SimIo io{seed(1)};
  io.run([](Io& sim) -> Task<void> {
    EXPECT_EQ(code_of(co_await within(1s, sleep_for(sim, 1h))), ETIMEDOUT);
    EXPECT_EQ(code_of(co_await sleep_for(sim, 1s)), 0);
    EXPECT_EQ(code_of(co_await within(2s, sleep_for(sim, 1s))), 0);
  }(io));
  EXPECT_EQ(io.now(), start_of_time + 3s);
  EXPECT_EQ(io.timers().armed_count(), 0);
}

TEST(Within, TheNearestDeadlineWinsWhetherInnerOrOuter) {
  SimIo io{seed(1)};
  io.run([](Io& sim) -> Task<void> {
    EXPECT_EQ(code_of(co_await within(5s, within(1s, sleep_for(sim, 1h)))), ETIMEDOUT);
    EXPECT_EQ(sim.now(), start_of_time + 1s);
    EXPECT_EQ(code_of(co_await within(1s, within(5s, sleep_for(sim, 1h)))), ETIMEDOUT);
    EXPECT_EQ(sim.now(), start_of_time + 2s);
  }(io));
}

TEST(Within, TheInnerOneSeesTheOutersDeadlineAsACancellation) {
  SimIo io{seed(1)};
  int inner_code = 0;
  const Result<void> outer = io.run(as_task(within(1s, [](Io& sim, int* into) -> Task<Result<void>> {
    const Result<void> inner = co_await within(5s, sleep_for(sim, 1h));
    *into = code_of(inner);
    co_return inner;
  }(io, &inner_code))));
  EXPECT_EQ(inner_code, ECANCELED);
  EXPECT_EQ(code_of(outer), ETIMEDOUT);
}

TEST(Within, PassesACancellationFromOutsideOnAsCancelled) {
  SimIo io{seed(1)};
  int code = 0;
  io.run([](Io& sim, int* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(
          [](Io& inner, int* noted) -> Task<void> { *noted = code_of(co_await within(1h, sleep_for(inner, 2h))); },
          std::ref(sim), into);
      co_await sleep_for(sim, 1s);
      scope.cancel();
    });
  }(io, &code));
  EXPECT_EQ(code, ECANCELED);
  EXPECT_EQ(io.now(), start_of_time + 1s);
}

TEST(Within, DeliversASuccessThatWasReachedAfterTheDeadlineFired) {
  SimIo io{seed(1)};
  const Result<int> result = io.run(as_task(within(1s, [](Io& sim) -> Task<Result<int>> {
    EXPECT_EQ(code_of(co_await sleep_for(sim, 1h)), ECANCELED);
    co_return 7;
  }(io))));
  EXPECT_EQ(result, 7);
}

TEST(Within, NoTimeAtAllIsATimeoutAtOnceAndNobodyWasLate) {
  SimIo io{seed(1)};
  EXPECT_EQ(code_of(io.run(as_task(within(0s, sleep_for(io, 1h))))), ETIMEDOUT);
  EXPECT_EQ(code_of(io.run(as_task(within(-5s, sleep_for(io, 1h))))), ETIMEDOUT);
  EXPECT_EQ(code_of(io.run(as_task(until(start_of_time - 5s, sleep_for(io, 1h))))), ETIMEDOUT);
  EXPECT_EQ(io.now(), start_of_time);
  EXPECT_EQ(io.take_lateness(), 0s);
}

TEST(Within, TheLongestDurationIsNoDeadline) {
  SimIo io{seed(1)};
  EXPECT_TRUE(io.run(as_task(within(Duration::max(), sleep_for(io, 1h)))));
  EXPECT_EQ(io.now(), start_of_time + 1h);
}

TEST(Until, EndsAtItsInstant) {
  SimIo io{seed(1)};
  EXPECT_EQ(code_of(io.run(as_task(until(start_of_time + 3s, sleep_for(io, 1h))))), ETIMEDOUT);
  EXPECT_EQ(io.now(), start_of_time + 3s);
}

TEST(Until, NeverIsNoDeadline) {
  SimIo io{seed(1)};
  EXPECT_TRUE(io.run(as_task(until(never, sleep_for(io, 1h)))));
}

TEST(Shield, LetsCleanUpGoOnInACancelledScope) {
  SimIo io{seed(1)};
  io.run([](Io& sim) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.cancel();
      EXPECT_EQ(code_of(co_await shield(5s, sleep_for(sim, 1s))), 0);
      EXPECT_EQ(sim.now(), start_of_time + 1s);
      EXPECT_EQ(code_of(co_await sleep_for(sim, 1s)), ECANCELED);
    });
  }(io));
}

TEST(Shield, IsNotReachedByACancellationThatComesWhileItWaits) {
  SimIo io{seed(1)};
  int code = -1;
  io.run([](Io& sim, int* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(
          [](Io& inner, int* noted) -> Task<void> { *noted = code_of(co_await shield(1h, sleep_for(inner, 5s))); },
          std::ref(sim), into);
      co_await sleep_for(sim, 1s);
      scope.cancel();
    });
  }(io, &code));
  EXPECT_EQ(code, 0);
  EXPECT_EQ(io.now(), start_of_time + 5s);
}

TEST(Shield, EndsInTimeoutAtItsOwnDeadline) {
  SimIo io{seed(1)};
  io.run([](Io& sim) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.cancel();
      EXPECT_EQ(code_of(co_await shield(5s, sleep_for(sim, 1h))), ETIMEDOUT);
      EXPECT_EQ(sim.now(), start_of_time + 5s);
    });
  }(io));
}

TEST(Shield, HoldsAgainstADeadlineAroundIt) {
  SimIo io{seed(1)};
  const Result<void> result = io.run(as_task(within(1s, [](Io& sim) -> Task<Result<void>> {
    EXPECT_EQ(code_of(co_await shield(10s, sleep_for(sim, 3s))), 0);
    co_return co_await sleep_for(sim, 1s);
  }(io))));
  EXPECT_EQ(code_of(result), ETIMEDOUT);
  EXPECT_EQ(io.now(), start_of_time + 3s);
}

/// Waits in one task while another keeps the loop busy: `stalls` times for `length`, from `begin` on.
Duration timeout_with_stalls(SimIo& io, Duration timeout, Duration begin, Duration length, int stalls) {
  io.run([](SimIo& sim, Duration limit, Duration first, Duration each, int count) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(
          [](Io& inner, Duration duration) -> Task<void> {
            EXPECT_EQ(code_of(co_await within(duration, sleep_for(inner, 24h))), ETIMEDOUT);
          },
          std::ref(sim), limit);
      co_await sleep_for(sim, first);
      for (int i = 0; i < count; ++i) {
        sim.stall(each);
        co_await yield(sim);
      }
    });
  }(io, timeout, begin, length, stalls));
  return io.now() - start_of_time;
}

TEST(LateLoop, GivesADeadlineItsTimeBack) {
  SimIo io{seed(1)};
  // Busy from 200 ms to 900 ms + 1 s: the deadline of 1 s is seen 700 ms late, and gets 700 ms more.
  EXPECT_EQ(timeout_with_stalls(io, 1s, 200ms, 1'500ms, 1), 1'700ms + 700ms);
}

TEST(LateLoop, GivesBackNoMoreThanTheDeadlineHad) {
  SimIo io{seed(1)};
  EXPECT_EQ(timeout_with_stalls(io, 1s, 500ms, 60s, 1), 60'500ms + 1s);
}

TEST(LateLoop, GivesTimeBackOnlyOnce) {
  SimIo io{seed(1)};
  EXPECT_EQ(timeout_with_stalls(io, 1s, 500ms, 5s, 3), 15'500ms);
}

TEST(LateLoop, ForgivesALittleLatenessWithoutMoreTime) {
  SimIo io{seed(1)};
  EXPECT_EQ(timeout_with_stalls(io, 1s, 990ms, 50ms, 1), 1'040ms);
}

TEST(LateLoop, DeliversTheAnswerThatCameWhileItWasBusy) {
  SimIo io{seed(1)};
  io.host("192.0.2.1").open().latency(3s);
  int code = -1;
  io.run([](SimIo& sim, int* into) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(
          [](Io& inner, int* noted) -> Task<void> {
            *noted = code_of(co_await within(3'500ms, connect(inner, at("192.0.2.1", 80))));
          },
          std::ref(sim), into);
      co_await sleep_for(sim, 1s);
      sim.stall(1h);
    });
  }(io, &code));
  EXPECT_EQ(code, 0);
}

TEST(Lateness, IsHowLongADueTimerWaitedAndIsTakenOnce) {
  SimIo io{seed(1)};
  io.run([](SimIo& sim) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start([](Io& inner) -> Task<void> { co_await sleep_for(inner, 1s); }, std::ref(sim));
      co_await yield(sim);
      co_await yield(sim);
      sim.stall(3s);
    });
  }(io));
  EXPECT_EQ(io.take_lateness(), 2s);
  EXPECT_EQ(io.take_lateness(), 0s);
}

TEST(Lateness, DoesNotComeFromTimeThatPassedWithoutTimers) {
  SimIo io{seed(1)};
  io.host("192.0.2.1").open().latency(1s);
  io.run([](SimIo& sim) -> Task<void> {
    for (int i = 0; i < 100; ++i) {
      const Result<Socket> socket = co_await connect(sim, at("192.0.2.1", 80));
      co_await sleep_for(sim, 100ms);
    }
  }(io));
  EXPECT_EQ(io.take_lateness(), 0s);
}

}  // namespace
}  // namespace atonce
