// What the runtime itself costs, in nanoseconds and bytes: tasks, the ready queue, operations that need not wait,
// timers, permits. The harness reads the names; see docs/measuring.md for what is held against what.

#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/deadline.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/limiter.h"
#include "atonce/runtime/requests.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using Body = Task<void> (*)(Io&, benchmark::State&);

std::unique_ptr<Io> ring() {
  auto io = make_ring_io({.slots = 64});
  return io ? std::move(*io) : nullptr;
}

void on_loop(benchmark::State& state, std::unique_ptr<Io> io, Body body) {
  if (!io) return state.SkipWithError("io_uring cannot be used here");
  io->run(body(*io, state));
}

// --- tasks

[[gnu::noinline]] Task<int> give(int value) { co_return value; }

Task<void> create_await_destroy(Io&, benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(co_await give(7));
}

/// Suspends for ever; whoever drives the coroutine holds its handle.
struct Park {
  std::coroutine_handle<>& parked;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) const noexcept { parked = handle; }
  void await_resume() const noexcept {}
};

Task<void> park_until(const bool& over, std::coroutine_handle<>& parked) {
  while (!over) co_await Park{parked};
}

void suspend_resume(benchmark::State& state) {
  const std::unique_ptr<Io> io = make_epoll_io();
  bool over = false;
  std::coroutine_handle<> parked;
  io->run(with_scope(*io, [&](Scope& scope) -> Task<void> {
    scope.start([&]() { return park_until(over, parked); });
    while (!parked) (void)co_await yield(*io);
    for (auto _ : state) parked.resume();
    over = true;
    parked.resume();
  }));
}

Task<void> yield_for(Io& io, benchmark::IterationCount times) {
  for (benchmark::IterationCount i = 0; i < times; ++i) (void)co_await yield(io);
}

/// A thousand tasks take turns, so the price of a turn is shared as it is in a run.
void through_ready_queue(benchmark::State& state) {
  constexpr int tasks = 1'000;
  constexpr benchmark::IterationCount turns = 200;
  const std::unique_ptr<Io> io = make_epoll_io();
  for (auto _ : state)
    io->run(with_scope(*io, [&](Scope& scope) -> Task<void> {
      for (int i = 0; i < tasks; ++i) scope.start(yield_for, std::ref(*io), turns);
      co_return;
    }));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * tasks * turns));
}

Task<void> start_child(Io& io, benchmark::State& state) {
  constexpr int children = 1'000;
  for (auto _ : state)
    co_await with_scope(io, [](Scope& scope) -> Task<void> {
      for (int i = 0; i < children; ++i) scope.start([]() -> Task<void> { co_return; });
      co_return;
    });
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * children));
}

Task<Result<void>> nothing() { co_return Result<void>{}; }

Task<void> deadline_around_nothing(Io&, benchmark::State& state) {
  for (auto _ : state) {
    const Result<void> done = co_await within(1s, nothing());
    benchmark::DoNotOptimize(done.has_value());
  }
}

// --- operations that complete at once, and the same calls without Io

std::array<int, 2> socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) std::abort();
  return ends;
}

void plain_send_receive(benchmark::State& state) {
  const auto ends = socket_pair();
  std::array<std::byte, 1> byte{};
  for (auto _ : state) {
    if (::send(ends[0], byte.data(), 1, MSG_NOSIGNAL) != 1 || ::recv(ends[1], byte.data(), 1, 0) != 1) std::abort();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * 2));
  for (const int end : ends) ::close(end);
}

Task<void> io_send_receive(Io& io, benchmark::State& state) {
  const auto ends = socket_pair();
  const Socket from(io, Handle{ends[0]});
  const Socket to(io, Handle{ends[1]});
  std::array<std::byte, 1> byte{};
  for (auto _ : state) {
    const Result<std::size_t> sent = co_await send(io, from, byte);
    const Result<std::size_t> got = co_await receive(io, to, byte);
    if (!sent || !got) std::abort();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * 2));
}

/// The difference of the two, in blocks that alternate, so that a machine that gets slower for a while slows both.
Task<void> beyond_plain(Io& io, benchmark::State& state) {
  using Clock = std::chrono::steady_clock;
  constexpr int block = 500;
  const auto ends = socket_pair();
  const Socket from(io, Handle{ends[0]});
  const Socket to(io, Handle{ends[1]});
  std::array<std::byte, 1> byte{};
  std::vector<double> beyond_ns;
  for (auto _ : state) {
    const auto began = Clock::now();
    for (int i = 0; i < block; ++i)
      if (::send(ends[0], byte.data(), 1, MSG_NOSIGNAL) != 1 || ::recv(ends[1], byte.data(), 1, 0) != 1) std::abort();
    const auto between = Clock::now();
    for (int i = 0; i < block; ++i) {
      const Result<std::size_t> sent = co_await send(io, from, byte);
      const Result<std::size_t> got = co_await receive(io, to, byte);
      if (!sent || !got) std::abort();
    }
    const Duration difference = (Clock::now() - between) - (between - began);
    beyond_ns.push_back(static_cast<double>(difference.count()) / (2 * block));
  }
  const auto middle = beyond_ns.begin() + static_cast<std::ptrdiff_t>(beyond_ns.size() / 2);
  std::nth_element(beyond_ns.begin(), middle, beyond_ns.end());
  state.counters["beyond_ns"] = *middle;
}

// --- permits and timers

Task<void> permit(Io& io, benchmark::State& state) {
  Limiter limiter(io, 10);
  for (auto _ : state) {
    const Result<Permit> held = co_await limiter.acquire();
    benchmark::DoNotOptimize(held.has_value());
  }
}

void arm_and_disarm(benchmark::State& state) {
  const Instant start{1h};
  TimerWheel wheel(start);
  std::vector<Timer> others(static_cast<std::size_t>(state.range(0)));
  for (std::size_t i = 0; i < others.size(); ++i) {
    others[i].fire = [](Timer&) {};
    wheel.arm(others[i], start + 1s + std::chrono::microseconds(i));
  }
  Timer timer;
  timer.fire = [](Timer&) {};
  Duration after = 1s;
  for (auto _ : state) {
    wheel.arm(timer, start + after);
    after = (after + 977us) % 3'500ms;
    wheel.disarm(timer);
  }
}

// --- a million asleep

std::size_t resident_bytes() {
  std::size_t pages_all = 0;
  std::size_t pages = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr || std::fscanf(file, "%zu %zu", &pages_all, &pages) != 2) std::abort();
  std::fclose(file);
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

struct Dormitory {
  std::size_t asleep = 0;
  std::size_t woken = 0;
  std::size_t early = 0;
};

Task<void> sleep_there(Io& io, Instant due, Dormitory& dormitory) {
  ++dormitory.asleep;
  if (!co_await sleep_until(io, due)) std::abort();
  dormitory.early += io.now() < due;
  ++dormitory.woken;
}

void million_asleep(benchmark::State& state) {
  constexpr std::size_t count = 1'000'000;
  for (auto _ : state) {
    const std::unique_ptr<Io> io = make_epoll_io();
    Dormitory dormitory;
    const std::size_t before = resident_bytes();
    io->run(with_scope(*io, [&](Scope& scope) -> Task<void> {
      // Not all at one instant: over a second, as time-outs are.
      const Instant first = io->now() + 3s;
      for (std::size_t i = 0; i < count; ++i)
        scope.start(sleep_there, std::ref(*io), first + std::chrono::microseconds(i), std::ref(dormitory));
      while (dormitory.asleep < count) (void)co_await yield(*io);
      state.counters["bytes_each"] = static_cast<double>(resident_bytes() - before) / static_cast<double>(count);
    }));
    state.counters["early"] = static_cast<double>(dormitory.early);
    state.counters["woken"] = static_cast<double>(dormitory.woken);
  }
}

void register_all() {
  using benchmark::RegisterBenchmark;
  const auto looped = [](const char* name, std::unique_ptr<Io> (*make)(), Body body) {
    RegisterBenchmark(name, [=](benchmark::State& state) { on_loop(state, make(), body); });
  };
  looped("task/create_await_destroy", make_epoll_io, create_await_destroy);
  RegisterBenchmark("task/suspend_resume", suspend_resume);
  RegisterBenchmark("task/through_ready_queue", through_ready_queue);
  looped("scope/start_child", make_epoll_io, start_child);
  looped("scope/deadline_around_nothing", make_epoll_io, deadline_around_nothing);
  RegisterBenchmark("call/plain", plain_send_receive);
  looped("call/epoll", make_epoll_io, io_send_receive);
  looped("call/beyond_plain", make_epoll_io, beyond_plain);
  looped("call/blocking", make_blocking_io, io_send_receive);
  looped("call/ring", ring, io_send_receive);
  looped("limiter/permit", make_epoll_io, permit);
  RegisterBenchmark("timer/arm_disarm", arm_and_disarm)->Arg(0)->Arg(1'000'000);
  RegisterBenchmark("sleep/million", million_asleep)->Iterations(1)->Unit(benchmark::kMillisecond);
}

}  // namespace
}  // namespace atonce

int main(int argc, char** argv) {
  atonce::register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
