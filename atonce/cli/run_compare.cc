#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/request_values.h"
#include "atonce/cli/setting.h"
#include "atonce/cli/spool.h"
#include "atonce/cli/stop_signals.h"
#include "atonce/model/comparison.h"
#include "atonce/protocols/url/url.h"
#include "atonce/reports/comparison.h"
#include "atonce/reports/terminal.h"
#include "atonce/strategies/run.h"

namespace atonce {
namespace {

/// Keeps the verdict of each target, and nothing else.
class VerdictSink final : public OutcomeSink {
 public:
  int add(const Outcome& outcome) override {
    const std::uint64_t index = outcome.target.index;
    if (index >= verdicts.size()) verdicts.resize(index + 1, static_cast<std::uint8_t>(Verdict::unfinished));
    verdicts[index] = static_cast<std::uint8_t>(outcome.verdict);
    return 0;
  }
  std::vector<std::uint8_t> verdicts;
};

Duration duration_of(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

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

bool read_whole(int from, void* bytes, std::size_t size) {
  auto* at = static_cast<char*>(bytes);
  while (size > 0) {
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
  std::uint64_t memory_peak_bytes, switches_voluntary, switches_involuntary, verdicts;
  Tally tally;
  bool whole;
};

/// In a process of its own, so that its memory, processor time and switches are its own.
[[noreturn]] void run_round_here(const Setting& setting, const StrategyChoice& choice, const Staffing& staffing,
                                 int to) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto list = open_targets(setting.plan.input);
  if (!list) _exit(complain_and_exit(list.error()));
  const StrategyRow& strategy = *find_strategy(choice.name);
  SharedControl control;
  const StopSignals signals(*control);
  VerdictSink sink;
  const RunResult result = run_strategy(setting.plan, strategy, staffing, *setting.job, **list, sink, *control);
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
                       round.tally,
                       !control->stopping()};
  _exit(write_whole(to, &head, sizeof head) && write_whole(to, sink.verdicts.data(), sink.verdicts.size())
            ? exit_complete
            : exit_internal);
}

/// Nothing when the round was interrupted or failed.
std::optional<Round> run_round(const Setting& setting, const StrategyChoice& choice, const Staffing& staffing) {
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
  RoundHead head{};
  Round round;
  bool read = read_whole(ends[0], &head, sizeof head) && head.whole;
  if (read) {
    round = {head.wall,
             head.cpu_user,
             head.cpu_system,
             head.memory_peak_bytes,
             head.switches_voluntary,
             head.switches_involuntary,
             head.tally,
             {}};
    round.verdicts.resize(head.verdicts);
    read = read_whole(ends[0], round.verdicts.data(), round.verdicts.size());
  }
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!read) return std::nullopt;
  return round;
}

std::string name_of_input(const InputOptions& input) {
  if (input.targets.empty()) return input.list;
  const std::string first = redact(input.targets.front());
  return input.targets.size() == 1 ? first : fmt::format("{} and {} more", first, input.targets.size() - 1);
}

/// Every strategy once in each round, so that a change of the machine's mood meets them all.
bool run_rounds(const Setting& setting, const std::vector<Staffing>& staffings, Comparison& comparison) {
  const Plan& plan = setting.plan;
  const bool live = !plan.output.quiet && is_live_terminal(STDERR_FILENO);
  for (unsigned round = 0; round < plan.rounds; ++round) {
    for (std::size_t i = 0; i < plan.strategies.size(); ++i) {
      if (live)
        tell(fmt::format("\r\033[Kround {} of {}: {}", round + 1, plan.rounds, comparison.strategies[i].strategy));
      std::optional<Round> done = run_round(setting, plan.strategies[i], staffings[i]);
      if (live) tell("\r\033[K");
      if (!done) return false;
      comparison.targets = done->tally.total();
      comparison.strategies[i].rounds.push_back(std::move(*done));
    }
  }
  return true;
}

std::string write_report(const Comparison& comparison, ReportFormat format) {
  switch (format) {
    case ReportFormat::json: return write_comparison_json(comparison);
    case ReportFormat::markdown: return write_comparison_markdown(comparison);
    case ReportFormat::table: break;
  }
  return write_comparison_table(comparison, wants_colour(STDOUT_FILENO));
}

}  // namespace

int run_compare(const Invocation& asked) {
  Invocation invocation = asked;
  if (auto read = read_request_words(invocation); !read) return complain_and_exit(read.error());
  const std::string input = name_of_input(invocation.plan.input);
  const auto spooled = spool_if_pipe(invocation.plan.input);  // Every round reads the list again.
  if (!spooled) return complain_and_exit(spooled.error());
  if (const auto list = open_targets(invocation.plan.input); !list) return complain_and_exit(list.error());
  const Parsed<Setting> setting = prepare(invocation);
  if (!setting) return complain_and_exit(setting.error());

  Comparison comparison{.job = setting->plan.job, .input = input};
  if (setting->world) comparison.world = write_world_spec(setting->world->spec());
  std::vector<Staffing> staffings;
  for (const StrategyChoice& choice : setting->plan.strategies) {
    const Parsed<Staffing> staffing = find_strategy(choice.name)->plan(setting->plan, choice);
    if (!staffing) return complain_and_exit(staffing.error());
    for (const std::string& note : staffing->notes) remark({note});
    staffings.push_back(*staffing);
    comparison.strategies.push_back({write_choice(choice), staffing->engine, staffing->window, {}});
  }
  if (!run_rounds(*setting, staffings, comparison))
    return complain_and_exit({"the comparison was interrupted; there is nothing to compare"}, exit_interrupted);
  return print(write_report(comparison, invocation.report));
}

}  // namespace atonce
