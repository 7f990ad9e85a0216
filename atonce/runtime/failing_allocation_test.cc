#include "atonce/runtime/failing_allocation.h"

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <optional>
#include <vector>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/deadline.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/limiter.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

/// One allocation that no optimizer takes away.
void allocate() { ::operator delete(::operator new(64)); }

TEST(FailingAllocation, IsTheNamedOneAndNoOther) {
  if (!allocations_can_fail()) GTEST_SKIP() << "a sanitizer keeps operator new for itself";
  fail_allocation(3);
  allocate();
  allocate();
  EXPECT_THROW(allocate(), std::bad_alloc);
  allocate();
  EXPECT_EQ(allocations_until_failure(), 0u);
}

TEST(FailingAllocation, TellsANothrowAllocationByNull) {
  if (!allocations_can_fail()) GTEST_SKIP() << "a sanitizer keeps operator new for itself";
  fail_allocation(1);
  void* const memory = ::operator new(8, std::nothrow);
  EXPECT_EQ(memory, nullptr);
}

TEST(FailingAllocation, CountsWhatIsAllocated) {
  if (!allocations_can_fail()) GTEST_SKIP() << "a sanitizer keeps operator new for itself";
  constexpr std::uint64_t many = 1'000'000;
  fail_allocation(many);
  allocate();
  allocate();
  const std::uint64_t left = allocations_until_failure();
  fail_allocation(0);
  EXPECT_EQ(left, many - 2);
}

TEST(FailingAllocation, KeepsLargeAlignmentsAligned) {
  if (!allocations_can_fail()) GTEST_SKIP() << "a sanitizer keeps operator new for itself";
  struct alignas(256) Wide {
    char bytes[300];
  };
  const auto wide = std::make_unique<Wide>();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(wide.get()) % 256, 0u);
}

Task<int> sleeps(Io& io, int number) {
  std::vector<int> kept(8, number);
  const bool slept = (co_await within(5ms, sleep_for(io, number % 2 == 0 ? 100us : 1h))).has_value();
  co_return slept ? kept[0] : -1;
}

Task<void> busy(Io& io) {
  Limiter window(io, 3);
  co_await for_each(
      io, window,
      [left = 8]() mutable -> Task<std::optional<int>> { co_return left > 0 ? std::optional(left--) : std::nullopt; },
      [&](int number) -> Task<void> { co_await gather(io, sleeps(io, number), sleeps(io, number + 1)); });
}

TEST(FailingAllocation, WhereverItStrikesATaskEndsItsScopeInOrder) {
  if (!allocations_can_fail()) GTEST_SKIP() << "a sanitizer keeps operator new for itself";
  std::uint64_t struck = 0;
  for (std::uint64_t number = 1; number < 10'000; ++number) {
    const std::unique_ptr<Io> io = make_epoll_io();
    fail_allocation(number);
    try {
      io->run(busy(*io));
    } catch (const std::bad_alloc&) {
      ++struck;
    }
    EXPECT_EQ(io->timers().armed_count(), 0u) << "allocation " << number;
    if (allocations_until_failure() > 0) break;
  }
  fail_allocation(0);
  EXPECT_GE(struck, 10u);
}

}  // namespace
}  // namespace atonce
