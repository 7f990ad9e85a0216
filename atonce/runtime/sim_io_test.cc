#include "atonce/runtime/sim_io.h"

#include <gmock/gmock.h>

#include <stdexcept>
#include <string>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/offload.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr Instant start_of_time(1'000s);

int code_of(const auto& result) { return result ? 0 : result.error().code; }

int connect_code(SimIo& io, const Endpoint& to) { return code_of(io.run(as_task(connect(io, to)))); }

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

Task<std::string> receive_all(Io& io, const Socket& socket, int* error = nullptr) {
  std::string text;
  std::array<std::byte, 1'000> buffer;
  while (true) {
    const Result<std::size_t> count = co_await receive(io, socket, buffer);
    if (!count && error != nullptr) *error = count.error().code;
    if (!count || *count == 0) co_return text;
    text.append(reinterpret_cast<const char*>(buffer.data()), *count);
  }
}

TEST(SimIoClock, StartsAtAFixedNonzeroInstant) { EXPECT_EQ(SimIo(seed(1)).now(), start_of_time); }

TEST(SimIoClock, JumpsToTheNextEventWithoutWaiting) {
  SimIo io{seed(1)};
  EXPECT_TRUE(io.run(as_task(sleep_for(io, 365 * 24h))));
  EXPECT_EQ(io.now(), start_of_time + 365 * 24h);
}

TEST(SimIoClock, StallMovesTimeAndReapsNothing) {
  SimIo io{seed(1)};
  io.stall(2s);
  EXPECT_EQ(io.now(), start_of_time + 2s);
}

TEST(SimIoClockDeathTest, SaysTheSeedWhenNothingWillEverHappen) {
  SimIo io{seed(4711)};
  const Result<Socket> listener = listen(io, at("192.0.2.1", 80));
  EXPECT_DEATH(
      {
        const auto never_comes = io.run(as_task(accept(io, *listener)));
        EXPECT_FALSE(never_comes);
      },
      "deadlock.*1 accept.*seed 4711");
}

TEST(SimIoClock, WakeEndsAWaitThatWouldHaveNoEnd) {
  SimIo io{seed(1)};
  io.wake();
  const Result<Socket> listener = listen(io, at("192.0.2.1", 80));
  // Without the wake this would be the deadlock above: the first turn reaps nothing, the second one arms the timer.
  EXPECT_EQ(code_of(io.run(as_task(within(1s, accept(io, *listener))))), ETIMEDOUT);
}

TEST(SimIoLimits, DescriptorsRunOutAsEmfileAndComeBackWithClose) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open();
  io.descriptors_max(2);
  io.run([](SimIo& sim) -> Task<void> {
    Result<Socket> first = co_await connect(sim, at("192.0.2.1", 1));
    const Result<Socket> second = co_await connect(sim, at("192.0.2.1", 2));
    EXPECT_TRUE(second);
    EXPECT_EQ(code_of(co_await connect(sim, at("192.0.2.1", 3))), EMFILE);
    EXPECT_EQ(sim.open_handles(), 2);
    first->close();
    EXPECT_EQ(code_of(co_await connect(sim, at("192.0.2.1", 3))), 0);
  }(io));
  EXPECT_EQ(io.open_handles(), 0);
}

TEST(SimIoLimits, PortsRunOutForEachDestinationAndComeBackWithClose) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open();
  io.ports_max(1);
  io.run([](SimIo& sim) -> Task<void> {
    Result<Socket> first = co_await connect(sim, at("192.0.2.1", 1));
    EXPECT_EQ(code_of(co_await connect(sim, at("192.0.2.1", 1))), EADDRNOTAVAIL);
    EXPECT_EQ(code_of(co_await connect(sim, at("192.0.2.1", 2))), 0);
    first->close();
    EXPECT_EQ(code_of(co_await connect(sim, at("192.0.2.1", 1))), 0);
  }(io));
}

TEST(SimIoFaults, FailNextFailsSoManyOperationsOfOneKind) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open().latency(40ms);
  io.fail_next(OperationKind::connect, EMFILE, 2);
  EXPECT_EQ(connect_code(io, at("192.0.2.1", 1)), EMFILE);
  EXPECT_EQ(connect_code(io, at("192.0.2.1", 1)), EMFILE);
  EXPECT_EQ(io.now(), start_of_time);
  EXPECT_EQ(connect_code(io, at("192.0.2.1", 1)), 0);
}

TEST(SimIoFaults, ANetworkErrorComesWhenTheAnswerWouldHaveCome) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open().latency(40ms);
  io.fail_next(OperationKind::connect, ECONNRESET);
  EXPECT_EQ(connect_code(io, at("192.0.2.1", 1)), ECONNRESET);
  EXPECT_EQ(io.now(), start_of_time + 40ms);
}

TEST(SimIoFaults, FailSometimesFailsTheGivenShare) {
  SimIo io{seed(7)};
  io.host("192.0.2.1").open();
  io.fail_sometimes(OperationKind::connect, ENOBUFS, 0.25);
  int failed = 0;
  for (int i = 0; i < 1'000; ++i) failed += connect_code(io, at("192.0.2.1", 1)) == ENOBUFS ? 1 : 0;
  EXPECT_NEAR(failed, 250, 50);
}

TEST(SimIoOffload, RunsTheFunctionAfterAVirtualDelay) {
  SimIo io{seed(7)};
  io.offload_takes(30ms);
  EXPECT_EQ(io.run(offload(io, [] { return 42; })), 42);
  EXPECT_EQ(io.now(), start_of_time + 30ms);
}

TEST(SimIoOffload, PassesOnWhatTheFunctionThrows) {
  SimIo io{seed(7)};
  EXPECT_THROW(io.run(offload(io, []() -> int { throw std::runtime_error("no"); })).value(), std::runtime_error);
}

TEST(SimIoChild, EndsWhenAndHowItWasTold) {
  SimIo io{seed(7)};
  io.child_ends(99, 2s, 0x0100);
  EXPECT_EQ(io.run(as_task(wait_child(io, 99))), 0x0100);
  EXPECT_EQ(io.now(), start_of_time + 2s);
}

TEST(SimIoChild, ThatIsNoneOfOursOrWasWaitedForIsUnknown) {
  SimIo io{seed(7)};
  io.child_ends(99, 2s, 0);
  EXPECT_TRUE(io.run(as_task(wait_child(io, 99))));
  EXPECT_EQ(code_of(io.run(as_task(wait_child(io, 99)))), ECHILD);
}

TEST(SimIoCancel, EndsEveryKindOfWaitingOperationOnceForManySeeds) {
  for (std::uint64_t number = 0; number < 50; ++number) {
    SimIo io{seed(number)};
    io.host("192.0.2.1").never_answers();
    io.child_ends(7, 24h, 0);
    io.run([](SimIo& sim) -> Task<void> {
      const Result<Socket> listener = listen(sim, at("192.0.2.2", 80));
      const Result<Socket> client = co_await connect(sim, at("192.0.2.2", 80));
      const Result<Socket> udp = bind_datagram(sim, at("192.0.2.2", 53));
      const Result<Socket> server = co_await accept(sim, *listener);
      std::array<std::byte, 10> buffer;
      EXPECT_EQ(code_of(co_await within(1s, connect(sim, at("192.0.2.1", 1)))), ETIMEDOUT);
      EXPECT_EQ(code_of(co_await within(1s, accept(sim, *listener))), ETIMEDOUT);
      EXPECT_EQ(code_of(co_await within(1s, receive(sim, *client, buffer))), ETIMEDOUT);
      EXPECT_EQ(code_of(co_await within(1s, receive_from(sim, *udp, buffer))), ETIMEDOUT);
      EXPECT_EQ(code_of(co_await within(1s, wait_child(sim, 7))), ETIMEDOUT);
    }(io));
    EXPECT_EQ(io.open_handles(), 0);
  }
}

TEST(SimIoCancel, AtTheInstantOfTheAnswerGivesEitherTheAnswerOrTheCancellationBySeed) {
  int answered = 0;
  for (std::uint64_t number = 0; number < 200; ++number) {
    SimIo io{seed(number)};
    io.host("192.0.2.1").open().latency(10ms);
    ConnectOperation operation(at("192.0.2.1", 1));
    operation.waiter = std::noop_coroutine();
    EXPECT_FALSE(io.start(operation));
    io.stall(10ms);
    io.cancel(operation);
    EXPECT_TRUE(io.run(as_task(sleep_for(io, 1s))));
    EXPECT_FALSE(operation.in_flight);
    if (operation.result >= 0) {
      ++answered;
      io.close(Handle{operation.result});
    } else {
      EXPECT_EQ(operation.result, -ECANCELED);
    }
    EXPECT_EQ(io.open_handles(), 0);
  }
  EXPECT_NEAR(answered, 100, 40);
}

TEST(SimIoHandlesDeathTest, UsingAClosedHandleAborts) {
  SimIo io{seed(3)};
  Result<Socket> listener = listen(io, at("127.0.0.1", 80));
  const Handle handle = listener->handle();
  listener->close();
  EXPECT_DEATH(io.close(handle), "not open.*seed 3");
}

TEST(SimIoHandlesDeathTest, ClosingAHandleInUseAborts) {
  SimIo io{seed(3)};
  const Result<Socket> listener = listen(io, at("127.0.0.1", 80));
  AcceptOperation operation(listener->handle());
  operation.waiter = std::noop_coroutine();
  EXPECT_FALSE(io.start(operation));
  EXPECT_DEATH(io.close(listener->handle()), "in flight.*seed 3");
  io.cancel(operation);
}

/// A busy hour of a small internet: many clients, a server, loss, jitter, resets, faults.
std::uint64_t busy_trace(std::uint64_t number) {
  SimIo io{seed(number)};
  io.short_transfers(true);
  io.host("192.0.2.1").jitter(3ms).loses(0.1);
  io.host("192.0.2.2").resets_after(100);
  io.fail_sometimes(OperationKind::receive, ENOMEM, 0.01);
  io.run([](SimIo& sim) -> Task<void> {
    const Result<Socket> listener = listen(sim, at("192.0.2.1", 80));
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < 20; ++i) {
        scope.start(
            [](SimIo& inner, const Socket& on) -> Task<void> {
              const Result<Socket> socket = co_await within(60s, accept(inner, on));
              if (socket) co_await within(10s, send_all(inner, *socket, bytes_of("a few words of greeting")));
            },
            std::ref(sim), std::cref(*listener));
        scope.start(
            [](SimIo& inner) -> Task<void> {
              const Result<Socket> socket = co_await within(5s, connect(inner, at("192.0.2.1", 80)));
              if (socket) co_await receive_all(inner, *socket);
            },
            std::ref(sim));
      }
      co_return;
    });
  }(io));
  EXPECT_EQ(io.open_handles(), 0);
  return io.trace_hash();
}

TEST(SimIoTrace, IsTheSameForTwoRunsOfOneSeed) {
  for (std::uint64_t number = 0; number < 20; ++number) EXPECT_EQ(busy_trace(number), busy_trace(number));
}

TEST(SimIoTrace, DiffersFromSeedToSeed) {
  std::vector<std::uint64_t> traces;
  for (std::uint64_t number = 0; number < 100; ++number) traces.push_back(busy_trace(number));
  std::sort(traces.begin(), traces.end());
  EXPECT_EQ(std::adjacent_find(traces.begin(), traces.end()), traces.end());
}

TEST(SimIoTrace, RandomNumbersFollowFromTheSeed) {
  SimIo one{seed(1)};
  SimIo same{seed(1)};
  SimIo other{seed(2)};
  const std::uint64_t number = one.random();
  EXPECT_EQ(number, same.random());
  EXPECT_NE(number, other.random());
}

std::vector<int> order_of_children(SimIo& io) {
  return io.run([](SimIo& sim) -> Task<std::vector<int>> {
    std::vector<int> order;
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < 10; ++i)
        scope.start(
            [](std::vector<int>* into, int number) -> Task<void> {
              into->push_back(number);
              co_return;
            },
            &order, i);
      co_return;
    });
    co_return order;
  }(io));
}

TEST(SimIoOrder, ShufflesReadyTasksBySeed) {
  SimIo one{seed(1)};
  SimIo same{seed(1)};
  SimIo other{seed(2)};
  const std::vector<int> order = order_of_children(one);
  EXPECT_EQ(order, order_of_children(same));
  EXPECT_NE(order, order_of_children(other));
}

TEST(SimIoOrder, FirstComeKeepsTheOrderOfStarting) {
  SimIo io{seed(1), SimIo::Order::first_come};
  EXPECT_THAT(order_of_children(io), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
}

}  // namespace
}  // namespace atonce
