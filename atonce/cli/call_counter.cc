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

/// What the one who counts tells the one who asked: before,
struct Begun {
  pid_t worker;  ///< below zero: there is none
  int error;     ///< and why
  bool traced;
};
/// and after.
struct Counted {
  std::uint64_t calls;
  int status;  ///< of the worker
};

constexpr int call_stop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD

bool stops_a_process(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/// Lets who has stopped go on; who was stopped by somebody stays so until he says otherwise.
void let_go(pid_t who, int status) {
  const int why = WSTOPSIG(status), event = status >> 16;
  if (event == PTRACE_EVENT_STOP && stops_a_process(why)) {
    ptrace(PTRACE_LISTEN, who, nullptr, nullptr);
    return;
  }
  const std::intptr_t signal = why == call_stop || event != 0 ? 0 : why;
  ptrace(PTRACE_SYSCALL, who, nullptr, reinterpret_cast<void*>(signal));
}

/// Goes on until nobody is left who could be stopped. Each call stops twice, but for those that never return.
Counted count_stops(pid_t worker) {
  std::uint64_t stops = 0;
  int ended = 0;
  for (;;) {
    int status = 0;
    const pid_t who = waitpid(-1, &status, __WALL);
    if (who < 0 && errno == EINTR) continue;
    if (who < 0) return {(stops + 1) / 2, ended};
    if (WIFSTOPPED(status)) {
      stops += WSTOPSIG(status) == call_stop ? 1 : 0;
      let_go(who, status);
    } else if (who == worker) {
      ended = status;
    }
  }
}

bool trace(pid_t worker) {
  const long options =
      PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL;
  return ptrace(PTRACE_SEIZE, worker, nullptr, reinterpret_cast<void*>(options)) == 0 &&
         ptrace(PTRACE_INTERRUPT, worker, nullptr, nullptr) == 0;
}

/// In a process of its own: only its own children are waited for.
[[noreturn]] void count_here(const std::function<int(int)>& work, int answers, int told) {
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
    _exit(work(answers));
  }
  const Begun begun{worker, errno, worker > 0 && trace(worker)};
  close(answers);
  write_whole(told, &begun, sizeof begun);
  close(start[1]);
  const Counted counted = count_stops(worker);
  _exit(write_whole(told, &counted, sizeof counted) ? 0 : 1);
}

bool read_plain(int from, void* bytes, std::size_t size) {
  const Control no_stop;
  return read_whole(from, bytes, size, 0, no_stop);
}

}  // namespace

std::optional<CallCount> count_system_calls(const std::function<int(int to)>& work,
                                            const std::function<void(int from, pid_t worker)>& read) {
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
  int error = errno;
  close(answers[1]), close(told[1]);
  Begun begun{};
  Counted counted{};
  bool whole = counter > 0 && read_plain(told[0], &begun, sizeof begun);
  if (whole && begun.worker < 0) error = begun.error;
  whole = whole && begun.worker > 0;
  if (whole) read(answers[0], begun.worker);
  whole = whole && read_plain(told[0], &counted, sizeof counted);
  close(answers[0]), close(told[0]);
  if (counter > 0) reap(counter);
  errno = error;
  if (!whole) return std::nullopt;
  return CallCount{begun.traced ? std::optional(counted.calls) : std::nullopt, counted.status};
}

}  // namespace atonce
