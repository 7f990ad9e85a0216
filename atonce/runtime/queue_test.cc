#include "atonce/runtime/queue.h"

#include <gmock/gmock.h>

#include <memory>
#include <vector>

#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr Instant start_of_time(1'000s);

int code_of(const auto& result) { return result ? 0 : result.error().code; }

Task<void> pop_and_note(Io& io, Queue<int>& queue, Duration arrival, std::vector<int>* into) {
  co_await sleep_for(io, arrival);
  const Result<std::optional<int>> value = co_await queue.pop();
  into->push_back(value && *value ? **value : -1);
}

Task<void> push_and_note(Io& io, Queue<int>& queue, Duration arrival, int value, std::vector<int>* codes) {
  co_await sleep_for(io, arrival);
  codes->push_back(code_of(co_await queue.push(value)));
}

TEST(Queue, GivesWhatWasPushedInOrder) {
  SimIo io{seed(1)};
  Queue<int> queue(io, 10);
  io.run([](Queue<int>& q) -> Task<void> {
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(co_await q.push(i));
    EXPECT_EQ(q.size(), 5);
    for (int i = 0; i < 5; ++i) EXPECT_EQ(**co_await q.pop(), i);
  }(queue));
}

TEST(Queue, CarriesValuesThatCanOnlyBeMoved) {
  SimIo io{seed(1)};
  Queue<std::unique_ptr<int>> queue(io, 1);
  io.run([](Queue<std::unique_ptr<int>>& q) -> Task<void> {
    EXPECT_TRUE(co_await q.push(std::make_unique<int>(7)));
    EXPECT_EQ(***co_await q.pop(), 7);
  }(queue));
}

TEST(Queue, PushWaitsWhileItIsFull) {
  SimIo io{seed(1)};
  Queue<int> queue(io, 2);
  io.run([](Io& sim, Queue<int>& q) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(
          [](Io& inner, Queue<int>& from) -> Task<void> {
            co_await sleep_for(inner, 5s);
            EXPECT_EQ(**co_await from.pop(), 0);
          },
          std::ref(sim), std::ref(q));
      for (int i = 0; i < 3; ++i) EXPECT_TRUE(co_await q.push(i));
      EXPECT_EQ(sim.now(), start_of_time + 5s);
    });
  }(io, queue));
  EXPECT_EQ(queue.size(), 2);
}

TEST(Queue, PopWaitsWhileItIsEmpty) {
  SimIo io{seed(1)};
  Queue<int> queue(io, 2);
  std::vector<int> popped;
  std::vector<int> codes;
  io.run([](Io& sim, Queue<int>& q, std::vector<int>* into, std::vector<int>* noted) -> Task<void> {
    co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
      scope.start(pop_and_note, std::ref(sim), std::ref(q), 0s, into);
      scope.start(push_and_note, std::ref(sim), std::ref(q), 3s, 42, noted);
      co_return;
    });
  }(io, queue, &popped, &codes));
  EXPECT_THAT(popped, ElementsAre(42));
  EXPECT_EQ(io.now(), start_of_time + 3s);
}

TEST(Queue, ServesWaitingPopsInTheOrderOfArrival) {
  for (std::uint64_t number = 0; number < 20; ++number) {
    SimIo io{seed(number)};
    Queue<int> queue(io, 2);
    std::vector<int> order;
    io.run([](Io& sim, Queue<int>& q, std::vector<int>* into) -> Task<void> {
      co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
        for (int i = 0; i < 4; ++i)
          scope.start(
              [](Io& inner, Queue<int>& from, int position, std::vector<int>* noted) -> Task<void> {
                co_await sleep_for(inner, position * 1ms);
                co_await from.pop();
                noted->push_back(position);
              },
              std::ref(sim), std::ref(q), i, into);
        for (int i = 0; i < 4; ++i) {
          co_await sleep_for(sim, 1s);
          EXPECT_TRUE(co_await q.push(i));
        }
      });
    }(io, queue, &order));
    EXPECT_THAT(order, ElementsAre(0, 1, 2, 3));
  }
}

TEST(Queue, ServesWaitingPushesInTheOrderOfArrival) {
  for (std::uint64_t number = 0; number < 20; ++number) {
    SimIo io{seed(number)};
    Queue<int> queue(io, 1);
    std::vector<int> codes;
    std::vector<int> popped;
    io.run([](Io& sim, Queue<int>& q, std::vector<int>* noted, std::vector<int>* into) -> Task<void> {
      co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
        for (int i = 0; i < 5; ++i) scope.start(push_and_note, std::ref(sim), std::ref(q), i * 1ms, i, noted);
        for (int i = 0; i < 5; ++i) {
          co_await sleep_for(sim, 1s);
          into->push_back(**co_await q.pop());
        }
      });
    }(io, queue, &codes, &popped));
    EXPECT_THAT(popped, ElementsAre(0, 1, 2, 3, 4));
  }
}

TEST(Queue, AfterCloseWhatIsInItComesOutAndThenNothing) {
  SimIo io{seed(1)};
  Queue<int> queue(io, 5);
  io.run([](Queue<int>& q) -> Task<void> {
    EXPECT_TRUE(co_await q.push(1));
    EXPECT_TRUE(co_await q.push(2));
    q.close();
    q.close();
    EXPECT_EQ(code_of(co_await q.push(3)), EPIPE);
    EXPECT_EQ(**co_await q.pop(), 1);
    EXPECT_EQ(**co_await q.pop(), 2);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE((co_await q.pop())->has_value());
  }(queue));
}

TEST(Queue, CloseEndsEveryoneWhoWaits) {
  SimIo io{seed(1)};
  Queue<int> empty(io, 1);
  Queue<int> full(io, 1);
  std::vector<int> popped;
  std::vector<int> codes;
  io.run(
      [](Io& sim, Queue<int>& none, Queue<int>& much, std::vector<int>* into, std::vector<int>* noted) -> Task<void> {
        EXPECT_TRUE(co_await much.push(0));
        co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
          for (int i = 0; i < 2; ++i) scope.start(pop_and_note, std::ref(sim), std::ref(none), 0s, into);
          for (int i = 0; i < 2; ++i) scope.start(push_and_note, std::ref(sim), std::ref(much), 0s, i, noted);
          co_await sleep_for(sim, 1s);
          none.close();
          much.close();
        });
        EXPECT_EQ(sim.now(), start_of_time + 1s);
      }(io, empty, full, &popped, &codes));
  EXPECT_THAT(popped, ElementsAre(-1, -1));
  EXPECT_THAT(codes, ElementsAre(EPIPE, EPIPE));
}

TEST(Queue, ACancelledPopTakesNothingAndACancelledPushLeavesNothing) {
  SimIo io{seed(1)};
  Queue<int> queue(io, 1);
  io.run([](Queue<int>& q) -> Task<void> {
    EXPECT_EQ(code_of(co_await within(1s, q.pop())), ETIMEDOUT);
    EXPECT_TRUE(co_await q.push(1));
    EXPECT_EQ(code_of(co_await within(1s, q.push(2))), ETIMEDOUT);
    EXPECT_EQ(q.size(), 1);
    EXPECT_EQ(**co_await q.pop(), 1);
    EXPECT_TRUE(co_await q.push(3));
    EXPECT_EQ(**co_await q.pop(), 3);
  }(queue));
}

TEST(Queue, PassesEachValueOnExactlyOnceBetweenManyImpatientTasks) {
  for (std::uint64_t number = 0; number < 50; ++number) {
    SCOPED_TRACE(number);
    SimIo io{seed(number)};
    SimRandom dice(seed(number), 9);
    Queue<int> queue(io, 3);
    std::vector<int> pushed(300);
    std::vector<int> popped(300);
    io.run([](Io& sim, Queue<int>& q, SimRandom& random, std::vector<int>& in, std::vector<int>& out) -> Task<void> {
      co_await with_scope(sim, [&](Scope& producers) -> Task<void> {
        producers.start([&]() -> Task<void> {
          co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
            for (std::size_t i = 0; i < in.size(); ++i)
              scope.start([&, i, arrival = random.up_to(1s), patience = random.up_to(200ms)]() -> Task<void> {
                co_await sleep_for(sim, arrival);
                if (co_await within(patience, q.push(static_cast<int>(i)))) ++in[i];
              });
            co_return;
          });
          q.close();
        });
        for (int i = 0; i < 5; ++i)
          producers.start([&]() -> Task<void> {
            while (true) {
              const Result<std::optional<int>> value = co_await within(random.up_to(50ms), q.pop());
              if (!value) continue;
              if (!*value) co_return;
              ++out[static_cast<std::size_t>(**value)];
            }
          });
        co_return;
      });
    }(io, queue, dice, pushed, popped));
    EXPECT_EQ(popped, pushed);
    EXPECT_EQ(queue.size(), 0);
  }
}

}  // namespace
}  // namespace atonce
