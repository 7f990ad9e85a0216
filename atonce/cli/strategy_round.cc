#include "atonce/cli/strategy_round.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "atonce/cli/complain.h"
#include "atonce/model/escape.h"
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
  explicit RoundSink(Round& round) : round_(round) {}

  /// Before anything is added.
  void begin(Instant begun) { recorder_.emplace(begun); }
  int add(const Outcome& outcome) override {
    const std::uint64_t index = outcome.target.index;
    auto& verdicts = round_.verdicts;
    auto& status_codes = round_.status_codes;
    if (index >= verdicts.size()) verdicts.resize(index + 1, static_cast<std::uint8_t>(Verdict::unfinished));
    verdicts[index] = static_cast<std::uint8_t>(outcome.verdict);
    recorder_->add(outcome);
    if (!outcome.exchange) return 0;
    if (index >= status_codes.size()) status_codes.resize(index + 1, 0);
    status_codes[index] = outcome.exchange->status_code;
    return 0;
  }
  void finish(Instant ended) { round_.recording = Boxed(*recorder_->finish(ended)); }

 private:
  Round& round_;
  std::optional<OutcomeRecorder> recorder_;
};

/// Each round of a write has a folder of its own, "async.3" in the one that was asked for: what an earlier round has
/// written is in nobody's way, and nothing is removed while others are measured.
Parsed<std::string> folder_of_round(const std::string& folder, const std::string& name) {
  mkdir(folder.c_str(), 0777);
  for (unsigned round = 1;; ++round) {
    std::string path = fmt::format("{}/{}.{}", folder, name, round);
    if (mkdir(path.c_str(), 0777) == 0) return path;
    if (errno != EEXIST)
      return complain(fmt::format("the folder {} cannot be made: {}", escape_for_terminal(path), std::strerror(errno)));
  }
}

}  // namespace

RoundBody round_of_list(const Setting& setting, const StrategyChoice& choice, const Staffing& staffing, bool warm_up) {
  return [&setting, &choice, &staffing, warm_up](Control& control, Round& round, RoundSpan& span) -> int {
    Plan plan = setting.plan;
    if (warm_up) plan.input.limit = std::min(plan.input.limit.value_or(warm_up_lines), warm_up_lines);
    const std::string name = write_choice(choice) + (warm_up ? ".warm-up" : "");
    if (plan.job == "write") {
      Parsed<std::string> folder = folder_of_round(plan.write.folder, name);
      if (!folder) return complain_and_exit(folder.error());
      plan.write.folder = std::move(*folder);
    }
    const auto list = open_targets(plan.input);
    if (!list) return complain_and_exit(list.error());
    RoundSink sink(round);
    bool begun = false;
    const RunResult result = run_strategy(plan, *find_strategy(choice.name), staffing, *setting.job, **list, sink,
                                          control, [&](const RunState& state) {
                                            if (std::exchange(begun, true)) return;
                                            sink.begin(clock_now() - state.elapsed);
                                            span.before = read_usage();
                                          });
    if (!result.failure.empty()) return complain_and_exit({result.failure}, exit_internal);
    sink.finish(result.started + result.wall);
    if (choice.name == "processes") span.forked = result.staffing.workers;
    round.wall = result.wall;
    round.tally = result.tally;
    return exit_complete;
  };
}

RoundBody round_of_overlap(const Plan& plan, const StrategyChoice& choice, const Staffing& staffing,
                           const std::vector<Endpoint>& servers) {
  return [&plan, &choice, &staffing, &servers](Control& control, Round& round, RoundSpan& span) -> int {
    span.before = read_usage();
    const Parsed<OverlapRun> run = run_overlap(plan, choice, staffing, servers, control, {});
    if (!run) return complain_and_exit(run.error());
    round = round_of(*run);
    if (choice.name == "processes") span.forked = run->workers;
    return exit_complete;
  };
}

}  // namespace atonce
