#include "atonce/cli/strategy_round.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "atonce/cli/complain.h"
#include "atonce/cli/stop_signals.h"
#include "atonce/cli/usage.h"
#include "atonce/strategies/run.h"

namespace atonce {
namespace {

/// Keeps the verdict and the status code of each target, and nothing else.
class VerdictSink final : public OutcomeSink {
 public:
  int add(const Outcome& outcome) override {
    const std::uint64_t index = outcome.target.index;
    if (index >= verdicts.size()) verdicts.resize(index + 1, static_cast<std::uint8_t>(Verdict::unfinished));
    verdicts[index] = static_cast<std::uint8_t>(outcome.verdict);
    if (!outcome.exchange) return 0;
    if (index >= status_codes.size()) status_codes.resize(index + 1, 0);
    status_codes[index] = outcome.exchange->status_code;
    return 0;
  }
  std::vector<std::uint8_t> verdicts;
  std::vector<std::uint16_t> status_codes;
};

/// What this process and the workers it has waited for have used.
void add_usage(Round& round, const Staffing& staffing, bool forked) {
  rusage self{}, children{};
  getrusage(RUSAGE_SELF, &self);
  getrusage(RUSAGE_CHILDREN, &children);
  round.cpu_user = duration_of(self.ru_utime) + duration_of(children.ru_utime);
  round.cpu_system = duration_of(self.ru_stime) + duration_of(children.ru_stime);
  const long workers_kib = forked ? children.ru_maxrss * static_cast<long>(staffing.workers) : 0;
  round.memory_peak_bytes = static_cast<std::uint64_t>(self.ru_maxrss + workers_kib) * 1'024;
  round.switches_voluntary = static_cast<std::uint64_t>(self.ru_nvcsw + children.ru_nvcsw);
  round.switches_involuntary = static_cast<std::uint64_t>(self.ru_nivcsw + children.ru_nivcsw);
}

bool write_whole(int to, const void* bytes, std::size_t size) {
  const auto* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t wrote = write(to, at, size);
    if (wrote <= 0) return false;
    at += wrote;
    size -= static_cast<std::size_t>(wrote);
  }
  return true;
}

/// Hands a stop on for as long as there is nothing to read: once more each time, so that it ends at once in the end.
void wait_for_bytes(int from, pid_t child, const Control& control) {
  constexpr int look_every_ms = 100;
  constexpr int tell_every = 10;
  pollfd on{from, POLLIN, 0};
  for (int looks = 0; poll(&on, 1, look_every_ms) <= 0; ++looks)
    if (control.stopping() && looks % tell_every == 0) kill(child, SIGINT);
}

bool read_whole(int from, void* bytes, std::size_t size, pid_t child, const Control& control) {
  auto* at = static_cast<char*>(bytes);
  while (size > 0) {
    wait_for_bytes(from, child, control);
    const ssize_t got = read(from, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

/// The part of a round that crosses the pipe as it is.
struct RoundHead {
  Duration wall, cpu_user, cpu_system;
  std::uint64_t memory_peak_bytes, switches_voluntary, switches_involuntary, verdicts, status_codes;
  Tally tally;
  bool whole;
};

/// Each round of a write has a folder of its own, "async.3" in the one that was asked for: what an earlier round has
/// written is in nobody's way, and nothing is removed while others are measured.
std::string folder_of_round(const Plan& plan, const StrategyChoice& choice) {
  mkdir(plan.write.folder.c_str(), 0777);
  for (unsigned round = 1;; ++round) {
    std::string path = fmt::format("{}/{}.{}", plan.write.folder, write_choice(choice), round);
    if (mkdir(path.c_str(), 0777) == 0 || errno != EEXIST) return path;
  }
}

/// In a process of its own, so that its memory, processor time and switches are its own.
[[noreturn]] void run_round_here(const Setting& setting, const StrategyChoice& choice, const Staffing& staffing,
                                 int to) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  Plan plan = setting.plan;
  if (plan.job == "write") plan.write.folder = folder_of_round(plan, choice);
  auto list = open_targets(plan.input);
  if (!list) _exit(complain_and_exit(list.error()));
  const StrategyRow& strategy = *find_strategy(choice.name);
  SharedControl control;
  const StopSignals signals(*control);
  VerdictSink sink;
  const RunResult result = run_strategy(plan, strategy, staffing, *setting.job, **list, sink, *control);
  if (!result.failure.empty()) _exit(complain_and_exit({result.failure}, exit_internal));
  Round round{.wall = result.wall, .tally = result.tally};
  add_usage(round, staffing, choice.name == "processes");
  const RoundHead head{round.wall,
                       round.cpu_user,
                       round.cpu_system,
                       round.memory_peak_bytes,
                       round.switches_voluntary,
                       round.switches_involuntary,
                       sink.verdicts.size(),
                       sink.status_codes.size(),
                       round.tally,
                       !control->stopping()};
  const bool written = write_whole(to, &head, sizeof head) &&
                       write_whole(to, sink.verdicts.data(), sink.verdicts.size()) &&
                       write_whole(to, sink.status_codes.data(), sink.status_codes.size() * sizeof(std::uint16_t));
  _exit(written ? exit_complete : exit_internal);
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
  round.verdicts.resize(head.verdicts);
  round.status_codes.resize(head.status_codes);
  if (!read_whole(from, round.verdicts.data(), round.verdicts.size(), child, control)) return std::nullopt;
  const std::size_t bytes = round.status_codes.size() * sizeof(std::uint16_t);
  if (!read_whole(from, round.status_codes.data(), bytes, child, control)) return std::nullopt;
  return round;
}

}  // namespace

std::optional<Round> run_strategy_round(const Setting& setting, const StrategyChoice& choice, const Staffing& staffing,
                                        const Control& control) {
  int ends[2];
  if (pipe(ends) != 0) return std::nullopt;
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) return std::nullopt;
  if (child == 0) {
    close(ends[0]);
    run_round_here(setting, choice, staffing, ends[1]);
  }
  close(ends[1]);
  std::optional<Round> round = read_round(ends[0], child, control);
  close(ends[0]);
  while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return round;
}

}  // namespace atonce
