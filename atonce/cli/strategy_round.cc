#include "atonce/cli/strategy_round.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "atonce/cli/complain.h"
#include "atonce/strategies/overlap.h"
#include "atonce/strategies/run.h"

namespace atonce {
namespace {

// Enough to fill every cache and pool, and to count the system calls of; little enough for the slowest strategy.
constexpr std::uint64_t warm_up_lines = 1'000;

Instant clock_now() { return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()); }

/// Keeps the verdict and the status code of each target, and how it all went over time.
class RoundSink final : public OutcomeSink {
 public:
  explicit RoundSink(Round& round) : round_(round), recorder_(clock_now()) {}

  int add(const Outcome& outcome) override {
    const std::uint64_t index = outcome.target.index;
    auto& verdicts = round_.verdicts;
    auto& status_codes = round_.status_codes;
    if (index >= verdicts.size()) verdicts.resize(index + 1, static_cast<std::uint8_t>(Verdict::unfinished));
    verdicts[index] = static_cast<std::uint8_t>(outcome.verdict);
    recorder_.add(outcome);
    if (!outcome.exchange) return 0;
    if (index >= status_codes.size()) status_codes.resize(index + 1, 0);
    status_codes[index] = outcome.exchange->status_code;
    return 0;
  }
  void finish() { round_.recording = Boxed(*recorder_.finish(clock_now())); }

 private:
  Round& round_;
  OutcomeRecorder recorder_;
};

/// Each round of a write has a folder of its own, "async.3" in the one that was asked for: what an earlier round has
/// written is in nobody's way, and nothing is removed while others are measured.
std::string folder_of_round(const std::string& folder, const std::string& name) {
  mkdir(folder.c_str(), 0777);
  for (unsigned round = 1;; ++round) {
    std::string path = fmt::format("{}/{}.{}", folder, name, round);
    if (mkdir(path.c_str(), 0777) == 0 || errno != EEXIST) return path;
  }
}

/// What became of a question, as a verdict.
Verdict verdict_of(const AskedNumber& asked) {
  switch (asked.end) {
    case AskEnd::answered: return Verdict::ok;
    case AskEnd::no_server: return asked.error == ECONNREFUSED ? Verdict::closed : Verdict::unreachable;
    case AskEnd::timeout: return asked.connected_well ? Verdict::answer_timeout : Verdict::timeout;
    case AskEnd::broken: return Verdict::partial;
    case AskEnd::no_number: return Verdict::bad_answer;
    case AskEnd::shortage: return Verdict::local_shortage;
    case AskEnd::worker_died: return Verdict::local_error;
    case AskEnd::unfinished: break;
  }
  return Verdict::unfinished;
}

Verdict verdict_of(const ComputedPart& part) {
  if (part.done) return Verdict::ok;
  if (part.error != 0) return Verdict::local_file;
  return part.worker_died ? Verdict::local_error : Verdict::unfinished;
}

/// An overlap as a round like any other.
class OverlapRound {
 public:
  explicit OverlapRound(Round& round, Instant began) : round_(round), recorder_(began) {}

  void add(const AskedNumber& asked, std::size_t number) {
    TimedPhases stretches;
    const bool connected = asked.connected > asked.started;
    stretches.add(Phase::connect, asked.started, connected ? asked.connected : asked.finished);
    if (connected) stretches.add(Phase::answer, asked.connected, asked.finished);
    add(fmt::format("question {}", number + 1), verdict_of(asked), asked.started, asked.finished, stretches);
  }
  void add(const ComputedPart& part, std::size_t number) {
    TimedPhases stretches;
    stretches.add(Phase::compute, part.started, part.finished);
    add(fmt::format("part {}", number + 1), verdict_of(part), part.started, part.finished, stretches);
  }
  void finish(Instant ended) { round_.recording = Boxed(*recorder_.finish(ended)); }

 private:
  void add(const std::string& label, Verdict verdict, Instant started, Instant finished, const TimedPhases& stretches) {
    round_.tally.add({.verdict = verdict,
                      .tries = 1,
                      .due = started,
                      .started = started,
                      .resolved = started,
                      .finished = finished});
    recorder_.add(round_.verdicts.size(), label, verdict, started, finished, stretches);
    round_.verdicts.push_back(static_cast<std::uint8_t>(verdict));
  }

  Round& round_;
  OutcomeRecorder recorder_;
};

}  // namespace

RoundBody round_of_list(const Setting& setting, const StrategyChoice& choice, const Staffing& staffing, bool warm_up) {
  return [&setting, &choice, &staffing, warm_up](Control& control, Round& round) {
    Plan plan = setting.plan;
    if (warm_up) plan.input.limit = std::min(plan.input.limit.value_or(warm_up_lines), warm_up_lines);
    const std::string name = write_choice(choice) + (warm_up ? ".warm-up" : "");
    if (plan.job == "write") plan.write.folder = folder_of_round(plan.write.folder, name);
    const auto list = open_targets(plan.input);
    if (!list) return complain_and_exit(list.error()), false;
    RoundSink sink(round);
    const RunResult result =
        run_strategy(plan, *find_strategy(choice.name), staffing, *setting.job, **list, sink, control);
    sink.finish();
    if (!result.failure.empty()) return complain_and_exit({result.failure}, exit_internal), false;
    round.wall = result.wall;
    round.tally = result.tally;
    return true;
  };
}

RoundBody round_of_overlap(const Plan& plan, const StrategyChoice& choice, const Staffing& staffing,
                           const std::vector<Endpoint>& servers) {
  return [&plan, &choice, &staffing, &servers](Control& control, Round& round) {
    const Parsed<OverlapRun> run = run_overlap(plan, choice, staffing, servers, control, {});
    if (!run) return complain_and_exit(run.error()), false;
    OverlapRound overlap(round, run->began);
    for (std::size_t i = 0; i < run->asks.size(); ++i) overlap.add(run->asks[i], i);
    for (std::size_t i = 0; i < run->parts.size(); ++i) overlap.add(run->parts[i], i);
    overlap.finish(run->ended);
    round.wall = run->ended - run->began;
    return true;
  };
}

}  // namespace atonce
