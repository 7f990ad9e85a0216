#include "atonce/cli/strategy_round.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "atonce/cli/complain.h"
#include "atonce/reports/overlap_round.h"
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
    round = round_of(*run);
    return true;
  };
}

}  // namespace atonce
