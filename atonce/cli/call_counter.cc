#include "atonce/cli/call_counter.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "atonce/cli/child_pipe.h"

namespace atonce {
namespace {

/// What the one who counts tells the one who asked, before and after.
struct Told {
  pid_t worker;
  bool traced;
};

constexpr int call_stop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD

/// Goes on until nobody is left who could be stopped. Each call stops twice, but for those that never return.
std::uint64_t count_stops() {
  std::uint64_t stops = 0;
  for (;;) {
    int status = 0;
    const pid_t who = waitpid(-1, &status, __WALL);
    if (who < 0 && errno == EINTR) continue;
    if (who < 0) return (stops + 1) / 2;
    if (!WIFSTOPPED(status)) continue;
    const int why = WSTOPSIG(status);
    const bool is_call = why == call_stop, is_event = status >> 16 != 0;
    stops += is_call ? 1 : 0;
    ptrace(PTRACE_SYSCALL, who, nullptr,
           reinterpret_cast<void*>(static_cast<std::intptr_t>(is_call || is_event ? 0 : why)));
  }
}

bool trace(pid_t worker) {
  const long options =
      PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL;
  return ptrace(PTRACE_SEIZE, worker, nullptr, reinterpret_cast<void*>(options)) == 0 &&
         ptrace(PTRACE_INTERRUPT, worker, nullptr, nullptr) == 0;
}

/// In a process of its own: only its own children are waited for.
[[noreturn]] void count_here(const std::function<bool(int)>& work, int answers, int told) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const int ending : {SIGINT, SIGTERM, SIGHUP}) signal(ending, SIG_IGN);  // They are the worker's to heed.
  int start[2];
  if (pipe(start) != 0) _exit(1);
  const pid_t worker = fork();
  if (worker == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (const int ending : {SIGINT, SIGTERM, SIGHUP}) signal(ending, SIG_DFL);
    char go = 0;
    close(start[1]);
    while (read(start[0], &go, 1) < 0 && errno == EINTR) {
    }
    _exit(work(answers) ? 0 : 1);
  }
  close(answers);
  const Told before{worker, worker > 0 && trace(worker)};
  write_whole(told, &before, sizeof before);
  close(start[1]);
  const std::uint64_t calls = count_stops();
  _exit(write_whole(told, &calls, sizeof calls) ? 0 : 1);
}

bool read_plain(int from, void* bytes, std::size_t size) {
  const Control no_stop;
  return read_whole(from, bytes, size, 0, no_stop);
}

}  // namespace

std::optional<CallCount> count_system_calls(const std::function<bool(int to)>& work,
                                            const std::function<bool(int from, pid_t worker)>& read) {
  int answers[2], told[2];
  if (pipe(answers) != 0) return std::nullopt;
  if (pipe(told) != 0) {
    close(answers[0]), close(answers[1]);
    return std::nullopt;
  }
  std::fflush(nullptr);
  const pid_t counter = fork();
  if (counter == 0) {
    close(answers[0]), close(told[0]);
    count_here(work, answers[1], told[1]);
  }
  close(answers[1]), close(told[1]);
  Told who{};
  std::uint64_t calls = 0;
  const bool whole = counter > 0 && read_plain(told[0], &who, sizeof who) && who.worker > 0 &&
                     read(answers[0], who.worker) && read_plain(told[0], &calls, sizeof calls);
  close(answers[0]), close(told[0]);
  if (counter > 0) reap(counter);
  if (!whole) return std::nullopt;
  return CallCount{who.traced ? std::optional(calls) : std::nullopt};
}

}  // namespace atonce
