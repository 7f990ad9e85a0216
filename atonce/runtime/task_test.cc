#include "atonce/runtime/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

Task<int> count_to(int* counter) {
  ++*counter;
  co_return *counter;
}

TEST(Task, DoesNothingUntilItIsAwaited) {
  int counter = 0;
  {
    const Task<int> task = count_to(&counter);
    EXPECT_EQ(counter, 0);
  }
  EXPECT_EQ(counter, 0);
}

TEST(Task, RunsWhenItIsAwaitedAndGivesItsValue) {
  SimIo io{seed(1)};
  int counter = 0;
  EXPECT_EQ(io.run(count_to(&counter)), 1);
  EXPECT_EQ(counter, 1);
}

template <class T>
concept AwaitableTwice = requires(T& task) { task.operator co_await(); };

TEST(Task, CanBeMovedButNotCopiedAndIsUsedUpByAwaiting) {
  static_assert(!std::is_copy_constructible_v<Task<int>>);
  static_assert(!std::is_copy_assignable_v<Task<int>>);
  static_assert(std::is_nothrow_move_constructible_v<Task<int>>);
  static_assert(!AwaitableTwice<Task<int>>);
  SimIo io{seed(1)};
  int counter = 0;
  Task<int> first = count_to(&counter);
  Task<int> second = std::move(first);
  EXPECT_EQ(io.run(std::move(second)), 1);
}

TEST(Task, GivesValuesThatCanOnlyBeMoved) {
  SimIo io{seed(1)};
  const std::unique_ptr<int> value =
      io.run([]() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); }());
  EXPECT_EQ(*value, 7);
}

Task<int> fail_after_a_second(Io& io) {
  co_await sleep_for(io, 1s);
  throw std::runtime_error("a bug of ours");
}

TEST(Task, RethrowsWhereItIsAwaited) {
  SimIo io{seed(1)};
  std::string caught;
  io.run([](Io& sim, std::string* into) -> Task<void> {
    try {
      co_await fail_after_a_second(sim);
    } catch (const std::runtime_error& error) {
      *into = error.what();
    }
  }(io, &caught));
  EXPECT_EQ(caught, "a bug of ours");
}

TEST(Task, ThrowsOutOfRunWhatNobodyCaught) {
  SimIo io{seed(1)};
  EXPECT_THROW(io.run(fail_after_a_second(io)), std::runtime_error);
}

Task<int> depth(Io& io, int levels) {
  if (levels == 0) {
    co_await sleep_for(io, 1s);
    co_return 0;
  }
  co_return 1 + co_await depth(io, levels - 1);
}

TEST(Task, AChainOf100000AwaitsNeedsNoStack) {
  SimIo io{seed(1)};
  EXPECT_EQ(io.run(depth(io, 100'000)), 100'000);
}

Task<void> throw_from(int levels) {
  if (levels == 0) throw std::runtime_error("from the bottom");
  co_await throw_from(levels - 1);
}

TEST(Task, AnExceptionPassesThroughAChainOfAThousandAwaits) {
  SimIo io{seed(1)};
  EXPECT_THROW(io.run(throw_from(1'000)), std::runtime_error);
}

TEST(Task, AMillionAwaitsThatEndAtOnceNeedNoStack) {
  SimIo io{seed(1)};
  int counter = 0;
  io.run([](int* into) -> Task<void> {
    while (*into < 1'000'000) co_await count_to(into);
  }(&counter));
  EXPECT_EQ(counter, 1'000'000);
}

TEST(Task, FramesAreUsedAgain) {
  SimIo io{seed(1)};
  int counter = 0;
  const auto run_many = [&] {
    io.run([](int* into) -> Task<void> {
      for (int i = 0; i < 10'000; ++i) co_await count_to(into);
    }(&counter));
  };
  run_many();
  const std::size_t before = frame_pool_bytes();
  run_many();
  EXPECT_EQ(frame_pool_bytes(), before);
}

TEST(Task, LocalsDieBeforeTheOneWhoAwaitsGoesOn) {
  struct Witness {
    bool* alive;
    explicit Witness(bool* flag) : alive(flag) { *alive = true; }
    ~Witness() { *alive = false; }
    Witness(const Witness&) = delete;
  };
  SimIo io{seed(1)};
  io.run([]() -> Task<void> {
    bool alive = false;
    co_await [](bool* flag) -> Task<void> {
      const Witness witness(flag);
      co_return;
    }(&alive);
    EXPECT_FALSE(alive);
  }());
}

TEST(TaskDeathTest, DestroyingOneThatHasStartedAndNotEndedAborts) {
  EXPECT_DEATH(
      {
        SimIo io{seed(1)};
        io.run([](Io& sim) -> Task<void> {
          auto task = std::make_unique<Task<int>>(fail_after_a_second(sim));
          co_await with_scope(sim, [&](Scope& scope) -> Task<void> {
            scope.start([](Task<int>* started) -> Task<void> { co_await std::move(*started); }, task.get());
            co_await yield(sim);
            co_await yield(sim);
            task.reset();
          });
        }(io));
      },
      "");
}

}  // namespace
}  // namespace atonce
