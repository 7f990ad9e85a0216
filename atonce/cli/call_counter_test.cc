#include "atonce/cli/call_counter.h"

#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "atonce/cli/child_pipe.h"

namespace atonce {
namespace {

bool read_byte(int from, pid_t worker) {
  const Control control;
  char byte = 0;
  return read_whole(from, &byte, 1, worker, control);
}

/// The calls of a process that does `work`; nothing where this machine lets nobody be traced.
std::optional<std::uint64_t> calls_of(const std::function<void()>& work) {
  const auto count = count_system_calls(
      [&](int to) {
        work();
        return write_whole(to, "x", 1);
      },
      read_byte);
  EXPECT_TRUE(count);
  return count ? count->counted : std::nullopt;
}

void ask_often(int times) {
  for (int i = 0; i < times; ++i) syscall(SYS_getppid);
}

TEST(CallCounter, CountsEachSystemCallOnce) {
  const auto few = calls_of([] { ask_often(1); });
  if (!few) GTEST_SKIP() << "no process may be traced here";
  const auto many = calls_of([] { ask_often(1'001); });
  // Being seized interrupts what it was in, which may begin again.
  EXPECT_NEAR(static_cast<double>(*many) - static_cast<double>(*few), 1'000, 10);
}

TEST(CallCounter, CountsThoseOfThreadsAndChildrenToo) {
  if (!calls_of([] {})) GTEST_SKIP() << "no process may be traced here";
  const auto in_thread = [](int times) { return *calls_of([times] { std::thread(ask_often, times).join(); }); };
  // A thread's start and end take a call more or less, as the scheduler has it.
  EXPECT_NEAR(static_cast<double>(in_thread(1'001)) - static_cast<double>(in_thread(1)), 1'000, 10);
  const auto in_child = [](int times) {
    return *calls_of([times] {
      const pid_t child = fork();
      if (child == 0) {
        ask_often(times);
        _exit(0);
      }
      reap(child);
    });
  };
  EXPECT_NEAR(static_cast<double>(in_child(1'001)) - static_cast<double>(in_child(1)), 1'000, 10);
}

TEST(CallCounter, SaysNothingOfWorkThatFailed) {
  EXPECT_FALSE(count_system_calls([](int) { return false; }, read_byte));
  EXPECT_FALSE(count_system_calls([](int) -> bool { _exit(3); }, read_byte));
}

}  // namespace
}  // namespace atonce
