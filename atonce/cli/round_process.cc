#include "atonce/cli/round_process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>

#include "atonce/cli/call_counter.h"
#include "atonce/cli/child_pipe.h"
#include "atonce/cli/processor_use.h"
#include "atonce/cli/stop_signals.h"
#include "atonce/cli/usage.h"
#include "atonce/model/exit_code.h"

namespace atonce {
namespace {

/// The part of a round that crosses the pipe as it is; behind it come verdicts, status codes and the recording.
struct RoundHead {
  Duration wall, cpu_user, cpu_system;
  std::uint64_t memory_peak_bytes, switches_voluntary, switches_involuntary, verdicts, status_codes;
  double machine_busy;  ///< below zero: not known
  Tally tally;
  bool recorded;
  bool whole;
};

/// What this process and the workers it has waited for have used.
void add_usage(Round& round, std::uint32_t workers) {
  rusage self{}, children{};
  getrusage(RUSAGE_SELF, &self);
  getrusage(RUSAGE_CHILDREN, &children);
  round.cpu_user = duration_of(self.ru_utime) + duration_of(children.ru_utime);
  round.cpu_system = duration_of(self.ru_stime) + duration_of(children.ru_stime);
  const long workers_kib = children.ru_maxrss * static_cast<long>(workers);
  round.memory_peak_bytes = static_cast<std::uint64_t>(self.ru_maxrss + workers_kib) * 1'024;
  round.switches_voluntary = static_cast<std::uint64_t>(self.ru_nvcsw + children.ru_nvcsw);
  round.switches_involuntary = static_cast<std::uint64_t>(self.ru_nivcsw + children.ru_nivcsw);
}

template <class Value>
bool write_all(int to, const std::vector<Value>& values) {
  return write_whole(to, values.data(), values.size() * sizeof(Value));
}

bool write_round(int to, const Round& round, bool whole) {
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
                       .recorded = static_cast<bool>(round.recording),
                       .whole = whole};
  return write_whole(to, &head, sizeof head) && write_all(to, round.verdicts) && write_all(to, round.status_codes) &&
         (!round.recording || write_whole(to, round.recording.get(), sizeof(Recording)));
}

/// What a child has written about its round; nothing when it is not whole.
std::optional<Round> read_round(int from, pid_t child, const Control& control) {
  RoundHead head{};
  if (!read_whole(from, &head, sizeof head, child, control) || !head.whole) return std::nullopt;
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

[[noreturn]] void run_here(const RoundBody& body, std::uint32_t workers, int to) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  SharedControl control;
  const StopSignals signals(*control);
  Round round;
  const ProcessorUse before = read_processor_use();
  if (!body(*control, round)) _exit(exit_internal);
  round.machine_busy = busy_share(before, read_processor_use());
  add_usage(round, workers);
  _exit(write_round(to, round, !control->stopping()) ? exit_complete : exit_internal);
}

}  // namespace

std::optional<Round> run_round_apart(const RoundBody& body, std::uint32_t workers, const Control& control) {
  int ends[2];
  if (pipe(ends) != 0) return std::nullopt;
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    run_here(body, workers, ends[1]);
  }
  close(ends[1]);
  std::optional<Round> round;
  if (child > 0) round = read_round(ends[0], child, control);
  close(ends[0]);
  if (child > 0) reap(child);
  return round;
}

std::optional<CountedRound> count_round_apart(const RoundBody& body, const Control& control) {
  std::uint64_t targets = 0;
  const auto run = [&body](int to) {
    SharedControl own;
    const StopSignals signals(*own);
    Round round;
    const bool done = body(*own, round) && !own->stopping();
    const std::uint64_t total = round.tally.total();
    return done && write_whole(to, &total, sizeof total);
  };
  const std::optional<CallCount> calls = count_system_calls(
      run, [&](int from, pid_t child) { return read_whole(from, &targets, sizeof targets, child, control); });
  if (!calls) return std::nullopt;
  return CountedRound{.targets = targets, .system_calls = calls->counted};
}

}  // namespace atonce
