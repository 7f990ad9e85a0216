#include "atonce/cli/call_counter.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "atonce/cli/child_pipe.h"

namespace atonce {
namespace {

void read_byte(int from, pid_t worker) {
  const Control control;
  char byte = 0;
  (void)read_whole(from, &byte, 1, worker, control);
}

/// The calls of a process that does `work`; nothing where this machine lets nobody be traced.
std::optional<std::uint64_t> calls_of(const std::function<void()>& work) {
  const auto count = count_system_calls(
      [&](int to) {
        work();
        return write_whole(to, "x", 1) ? 0 : 1;
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

TEST(CallCounter, TellsHowTheWorkEnded) {
  EXPECT_EQ(WEXITSTATUS(count_system_calls([](int) { return 5; }, read_byte)->status), 5);
  const auto killed = count_system_calls([](int) -> int { return raise(SIGKILL); }, read_byte);
  EXPECT_EQ(WTERMSIG(killed->status), SIGKILL);
}

TEST(CallCounter, LeavesWhoWasStoppedStopped) {
  const auto stopped_at_all = [](pid_t worker) {
    for (int looks = 0; looks < 1'000; ++looks) {
      std::ifstream status(fmt::format("/proc/{}/stat", worker));
      const std::string text(std::istreambuf_iterator<char>(status), {});
      const char state = text[text.rfind(')') + 2];
      if (state == 'T' || (state == 't' && looks > 200)) return true;
      usleep(1'000);
    }
    return false;
  };
  bool stopped = false;
  const auto count = count_system_calls(
      [](int to) {
        (void)write_whole(to, "x", 1);
        return raise(SIGSTOP) + (write_whole(to, "y", 1) ? 0 : 1);
      },
      [&](int from, pid_t worker) {
        read_byte(from, worker);
        stopped = stopped_at_all(worker);
        kill(worker, SIGCONT);
        read_byte(from, worker);
      });
  EXPECT_TRUE(stopped);
  EXPECT_EQ(WEXITSTATUS(count->status), 0);
}

}  // namespace
}  // namespace atonce
