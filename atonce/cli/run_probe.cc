#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/setting.h"
#include "atonce/cli/stop_signals.h"
#include "atonce/reports/progress.h"
#include "atonce/reports/summary.h"
#include "atonce/reports/terminal.h"
#include "atonce/results/formats.h"
#include "atonce/results/ordered_sink.h"
#include "atonce/strategies/run.h"

namespace atonce {
namespace {

/// The way of a row from the sweep to its file: in order, and above the progress block where both share a terminal.
class Results {
 public:
  Results(FileWriter& writer, const Plan& plan, Progress& progress)
      : writer_(writer),
        plan_(plan),
        format_(row_of(plan.output.format).make(writer, plan)),
        above_(*format_, progress) {
    if (plan.output.ordered) ordered_.emplace(shares_terminal() ? static_cast<OutcomeSink&>(above_) : *format_);
  }

  OutcomeSink& sink() {
    if (ordered_) return *ordered_;
    return shares_terminal() ? static_cast<OutcomeSink&>(above_) : *format_;
  }

  /// The rows that an interrupted run still holds, then everything to the file.
  int finish() {
    const int error = ordered_ ? ordered_->release() : 0;
    return error != 0 ? error : writer_.flush();
  }

 private:
  bool shares_terminal() const { return plan_.output.path == "-" && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO); }

  FileWriter& writer_;
  const Plan& plan_;
  std::unique_ptr<OutcomeSink> format_;
  RowsAboveProgress above_;
  std::optional<OrderedSink> ordered_;
};

Duration patience_of(const Plan& plan) {
  const Duration one_try = plan.probe.timeout.value_or(plan.probe.connect_timeout + plan.resolver.timeout);
  return one_try * (1 + plan.probe.retries);
}

/// How many targets there will be, as well as it can be known now.
std::pair<std::optional<std::uint64_t>, bool> expected_targets(const TargetList& list, const Plan& plan) {
  if (const auto known = list.target_count()) return {known, false};
  const std::size_t ports = ports_of(plan.input).size();
  const auto fraction = list.fraction_consumed();
  if (list.ended()) return {list.targets_given(), false};
  if (!fraction || *fraction <= 0 || list.targets_given() == 0) {
    if (plan.input.limit) return {*plan.input.limit * ports, true};
    return {std::nullopt, false};
  }
  auto estimate = static_cast<std::uint64_t>(static_cast<double>(list.targets_given()) / *fraction);
  if (plan.input.limit) estimate = std::min<std::uint64_t>(estimate, *plan.input.limit * ports);
  return {estimate, true};
}

int tell_plan(const Plan& plan, const Staffing& staffing, TargetList& list) {
  std::string text;
  const auto add = std::back_inserter(text);
  fmt::format_to(add, "job        {}\nstrategy   {} ({}; {} in flight)\n", plan.job,
                 write_choice(plan.strategies.front()), staffing.engine, staffing.window);
  if (plan.pacing.rate) fmt::format_to(add, "rate       {:g} starts/s at most\n", *plan.pacing.rate);
  fmt::format_to(add, "timeout    {} to connect, {} retries\n", write_duration(plan.probe.connect_timeout),
                 plan.probe.retries);
  std::vector<Target> first(5);
  std::size_t claimed = 0;
  while (claimed == 0 && !list.ended())
    if ((claimed = list.claim(first)) == 0) usleep(1'000);
  fmt::format_to(add, "targets    {}{}\n", claimed == 0 ? "none" : "",
                 list.target_count() ? fmt::format("{}", *list.target_count()) : "the first are");
  for (std::size_t i = 0; i < claimed; ++i)
    fmt::format_to(add, "  {}\n",
                   first[i].valid() ? fmt::format("{}:{}", first[i].host, first[i].port)
                                    : "(line " + std::to_string(first[i].line) + ") " + first[i].complaint);
  return print(text);
}

ExitCode exit_of(const RunResult& result, const Summary& summary, bool list_failed) {
  if (!result.failure.empty() || !balanced(summary)) return exit_internal;
  if (result.sink_error == EPIPE) return exit_interrupted;
  if (result.sink_error != 0 || list_failed) return exit_local_limit;
  if (result.tally.of(Verdict::unfinished) != 0 || summary.interrupted) return exit_interrupted;
  return exit_complete;
}

/// What the user should know beside the account: what went wrong with the list, the output, or us.
void tell_troubles(const RunResult& result, const TargetList& list, const FileWriter& writer, const Plan& plan) {
  if (const auto warning = list.warning()) remark(*warning);
  if (const auto error = list.error()) remark(*error);
  if (!result.failure.empty()) remark({fmt::format("internal error: {}", result.failure)});
  if (result.sink_error == EPIPE) {
    remark({fmt::format("the reader of the results has gone; {} rows were written", writer.rows_safe())});
  } else if (result.sink_error != 0) {
    remark(
        {fmt::format("writing {}: {}; {} rows are safe", plan.output.path == "-" ? "standard output" : plan.output.path,
                     std::strerror(result.sink_error), writer.rows_safe())});
  }
}

Summary summarize(const RunResult& result, const TargetList& list, const Plan& plan, bool stopped) {
  return {.job = plan.job,
          .strategy = write_choice(plan.strategies.front()),
          .engine = result.staffing.engine,
          .window = result.staffing.window,
          .lines_read = list.target_lines(),
          .targets_read = result.claimed,
          .tally = result.tally,
          .wall = result.wall,
          .lateness_max = result.lateness_max,
          .shortages = result.shortages,
          .drops = result.drops,
          .rows_unwritten = result.rows_unwritten,
          .interrupted = stopped && (result.tally.of(Verdict::unfinished) != 0 || !list.ended())};
}

}  // namespace

int run_probe(const Invocation& invocation) {
  auto list = open_targets(invocation.plan.input);
  if (!list) return complain_and_exit(list.error());
  Parsed<Setting> setting = prepare(invocation);
  if (!setting) return complain_and_exit(setting.error());
  if (setting->world) list = open_targets(setting->plan.input);  // The world may have moved the ports.
  if (!list) return complain_and_exit(list.error());
  Plan& plan = setting->plan;
  plan.pacing.automatic = !plan.pacing.rate;
  const StrategyRow& strategy = *find_strategy(plan.strategies.front().name);
  const Parsed<Staffing> staffing = strategy.plan(plan, plan.strategies.front());
  if (!staffing) return complain_and_exit(staffing.error());
  if (!plan.output.quiet) {
    for (const std::string& note : staffing->notes) remark({note});
    if (setting->world) remark({setting->world->description()});
  }
  if (plan.dry_run) return tell_plan(plan, *staffing, **list);

  const auto writer = FileWriter::open(plan.output.path);
  if (!writer) return complain_and_exit(writer.error());
  const auto [total, estimated] = expected_targets(**list, plan);
  Progress progress(STDERR_FILENO, Progress::style_for(STDERR_FILENO, plan.output.quiet), wants_colour(STDERR_FILENO),
                    ProgressMeter(total, estimated, patience_of(plan)));
  Results results(**writer, plan, progress);
  SharedControl control;
  const StopSignals signals(*control);
  RunResult result = run_strategy(plan, strategy, *staffing, *setting->job, **list, results.sink(), *control,
                                  [&](const RunState& state) {
                                    const auto [now_total, now_estimated] = expected_targets(**list, plan);
                                    progress.meter().expect(now_total, now_estimated);
                                    progress.update({state.tally->by_verdict, state.in_flight(), state.elapsed,
                                                     state.shortages, state.drops, state.lateness_max, state.stopping});
                                  });
  if (const int error = results.finish(); error != 0 && result.sink_error == 0) result.sink_error = error;
  progress.stop();
  const Summary summary = summarize(result, **list, plan, control->stopping());
  if (!plan.output.quiet) tell(write_summary(summary, wants_colour(STDERR_FILENO)));
  tell_troubles(result, **list, **writer, plan);
  return exit_of(result, summary, (*list)->error().has_value());
}

}  // namespace atonce
