#include "atonce/cli/round_process.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "atonce/cli/call_counter.h"
#include "atonce/cli/child_pipe.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/processor_use.h"
#include "atonce/cli/stop_signals.h"
#include "atonce/cli/usage.h"

namespace atonce {
namespace {

/// The part of a round that crosses the pipe as it is; behind it come verdicts, status codes and the recording.
struct RoundHead {
  Duration wall, cpu_user, cpu_system;
  std::uint64_t memory_peak_bytes, switches_voluntary, switches_involuntary, verdicts, status_codes;
  double machine_busy;  ///< below zero: not known
  Tally tally;
  bool recorded;
};

void add_usage(Round& round, const RoundSpan& span) {
  const Usage now = read_usage();
  round.cpu_user = now.user - span.before.user;
  round.cpu_system = now.system - span.before.system;
  round.switches_voluntary = now.switches_voluntary - span.before.switches_voluntary;
  round.switches_involuntary = now.switches_involuntary - span.before.switches_involuntary;
  rusage self{}, children{};
  getrusage(RUSAGE_SELF, &self);
  getrusage(RUSAGE_CHILDREN, &children);
  const long workers_kib = children.ru_maxrss * static_cast<long>(span.forked);
  round.memory_peak_bytes = static_cast<std::uint64_t>(self.ru_maxrss + workers_kib) * 1'024;
}

template <class Value>
bool write_all(int to, const std::vector<Value>& values) {
  return write_whole(to, values.data(), values.size() * sizeof(Value));
}

bool write_round(int to, const Round& round) {
  const RoundHead head{.wall = round.wall,
                       .cpu_user = round.cpu_user,
                       .cpu_system = round.cpu_system,
                       .memory_peak_bytes = round.memory_peak_bytes,
                       .switches_voluntary = round.switches_voluntary,
                       .switches_involuntary = round.switches_involuntary,
                       .verdicts = round.verdicts.size(),
                       .status_codes = round.status_codes.size(),
                       .machine_busy = round.machine_busy.value_or(-1),
                       .tally = round.tally,
                       .recorded = static_cast<bool>(round.recording)};
  return write_whole(to, &head, sizeof head) && write_all(to, round.verdicts) && write_all(to, round.status_codes) &&
         (!round.recording || write_whole(to, round.recording.get(), sizeof(Recording)));
}

/// What a child has written about its round; nothing when it ended before.
std::optional<Round> read_round(int from, pid_t child, const Control& control) {
  RoundHead head{};
  if (!read_whole(from, &head, sizeof head, child, control)) return std::nullopt;
  Round round{.wall = head.wall,
              .cpu_user = head.cpu_user,
              .cpu_system = head.cpu_system,
              .memory_peak_bytes = head.memory_peak_bytes,
              .switches_voluntary = head.switches_voluntary,
              .switches_involuntary = head.switches_involuntary,
              .tally = head.tally};
  if (head.machine_busy >= 0) round.machine_busy = head.machine_busy;
  round.verdicts.resize(head.verdicts);
  round.status_codes.resize(head.status_codes);
  const auto read_all = [&](auto& values) {
    return read_whole(from, values.data(), values.size() * sizeof(values[0]), child, control);
  };
  if (!read_all(round.verdicts) || !read_all(round.status_codes)) return std::nullopt;
  if (head.recorded && !read_whole(from, &round.recording.emplace(), sizeof(Recording), child, control))
    return std::nullopt;
  return round;
}

/// Whether a round is whole; what kept it from that is told, but for an interruption.
int end_of(const Round& round, const Control& control) {
  if (round.tally.of(Verdict::no_space) > 0)
    return complain_and_exit({"the disk is full, or a quota is used up: a comparison needs room for every round"},
                             exit_local_limit);
  return control.stopping() ? exit_interrupted : exit_complete;
}

[[noreturn]] void run_here(const RoundBody& body, int to) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  SharedControl control;
  const StopSignals signals(*control);
  Round round;
  RoundSpan span;
  const ProcessorUse before = read_processor_use();
  if (const int code = body(*control, round, span); code != exit_complete) _exit(code);
  if (const int code = end_of(round, *control); code != exit_complete) _exit(code);
  round.machine_busy = busy_share(before, read_processor_use());
  add_usage(round, span);
  _exit(write_round(to, round) ? exit_complete : exit_internal);
}

/// The exit code of a process that has not handed its round over.
int code_of(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) != exit_complete) return WEXITSTATUS(status);
  if (WIFSIGNALED(status))
    return complain_and_exit(
        {fmt::format("the process of a round was killed by signal {} ({}){}", WTERMSIG(status),
                     strsignal(WTERMSIG(status)), WTERMSIG(status) == SIGKILL ? ": out of memory?" : "")},
        exit_local_limit);
  return complain_and_exit({"the process of a round ended without its result"}, exit_internal);
}

int no_process() {
  return complain_and_exit(
      {fmt::format("no process can be had for a round: {} (see: atonce doctor)", std::strerror(errno))},
      exit_local_limit);
}

}  // namespace

Usage read_usage() {
  rusage self{}, children{};
  getrusage(RUSAGE_SELF, &self);
  getrusage(RUSAGE_CHILDREN, &children);
  return {.user = duration_of(self.ru_utime) + duration_of(children.ru_utime),
          .system = duration_of(self.ru_stime) + duration_of(children.ru_stime),
          .switches_voluntary = static_cast<std::uint64_t>(self.ru_nvcsw + children.ru_nvcsw),
          .switches_involuntary = static_cast<std::uint64_t>(self.ru_nivcsw + children.ru_nivcsw)};
}

RoundEnd<Round> run_round_apart(const RoundBody& body, const Control& control) {
  int ends[2];
  if (pipe(ends) != 0) return {std::nullopt, no_process()};
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    run_here(body, ends[1]);
  }
  const int error = errno;
  close(ends[1]);
  std::optional<Round> round;
  if (child > 0) round = read_round(ends[0], child, control);
  close(ends[0]);
  errno = error;
  if (child < 0) return {std::nullopt, no_process()};
  const int status = reap(child);
  if (!round) return {std::nullopt, control.stopping() ? exit_interrupted : code_of(status)};
  return {std::move(round), exit_complete};
}

RoundEnd<CountedRound> count_round_apart(const RoundBody& body, const Control& control) {
  std::uint64_t targets = 0;
  bool read = false;
  const auto run = [&body](int to) -> int {
    SharedControl own;
    const StopSignals signals(*own);
    Round round;
    RoundSpan span;
    if (const int code = body(*own, round, span); code != exit_complete) return code;
    if (const int code = end_of(round, *own); code != exit_complete) return code;
    const std::uint64_t total = round.tally.total();
    return write_whole(to, &total, sizeof total) ? exit_complete : exit_internal;
  };
  const std::optional<CallCount> calls = count_system_calls(
      run, [&](int from, pid_t child) { read = read_whole(from, &targets, sizeof targets, child, control); });
  if (!calls) return {std::nullopt, control.stopping() ? exit_interrupted : no_process()};
  if (!read) return {std::nullopt, control.stopping() ? exit_interrupted : code_of(calls->status)};
  return {CountedRound{.targets = targets, .system_calls = calls->counted}, exit_complete};
}

}  // namespace atonce
