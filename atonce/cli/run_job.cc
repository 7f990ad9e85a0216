#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "atonce/cli/batch_ending.h"
#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/keeping.h"
#include "atonce/cli/kept_summary.h"
#include "atonce/cli/request_values.h"
#include "atonce/cli/row_outputs.h"
#include "atonce/cli/setting.h"
#include "atonce/cli/spool.h"
#include "atonce/cli/stop_signals.h"
#include "atonce/cli/write_run.h"
#include "atonce/model/escape.h"
#include "atonce/reports/progress.h"
#include "atonce/reports/summary.h"
#include "atonce/reports/terminal.h"
#include "atonce/reports/text.h"
#include "atonce/runtime/failing_allocation.h"
#include "atonce/runtime/fault_plan.h"
#include "atonce/strategies/run.h"

namespace atonce {
namespace {

Duration patience_of(const Plan& plan) {
  if (plan.job != "probe") return plan.fetch.timeouts.total * (1 + plan.probe.retries);
  const Duration one_try = plan.probe.timeout.value_or(plan.probe.connect_timeout + plan.resolver.timeout);
  return one_try * (1 + plan.probe.retries);
}

/// How many targets there will be, as well as it can be known now.
std::pair<std::optional<std::uint64_t>, bool> expected_targets(const TargetList& list, const Plan& plan) {
  if (const auto known = list.target_count()) return {known, false};
  const std::size_t ports = plan.input.kind != TargetKind::host ? 1 : ports_of(plan.input).size();
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

std::string timeout_text(const Plan& plan) {
  if (plan.job == "write") return "none";
  if (plan.job == "batch")
    return fmt::format("{} for a request, {} to connect", write_duration(plan.fetch.timeouts.total),
                       write_duration(plan.fetch.timeouts.connect));
  if (plan.job == "fetch")
    return fmt::format("{} for a URL, {} to connect, {} retries", write_duration(plan.fetch.timeouts.total),
                       write_duration(plan.fetch.timeouts.connect), plan.probe.retries);
  return fmt::format("{} to connect, {} retries", write_duration(plan.probe.connect_timeout), plan.probe.retries);
}

std::string target_text(const Target& target) {
  if (!target.valid()) return fmt::format("(line {}) {}", target.line, target.complaint);
  if (target.batch != 0)
    return fmt::format("{} ({} {})", target.input, target.members, target.members == 1 ? "request" : "requests");
  if (is_file(target))
    return fmt::format("{} ({} {})", escape_for_terminal(target.host), target.bytes,
                       target.bytes == 1 ? "byte" : "bytes");
  return target.url.empty() ? fmt::format("{}:{}", target.host, target.port) : target.url;
}

int tell_plan(const Plan& plan, const Staffing& staffing, TargetList& list) {
  std::string text;
  const auto add = std::back_inserter(text);
  fmt::format_to(add, "job        {}\nstrategy   {} ({}; {} in flight)\n", plan.job,
                 write_choice(plan.strategies.front()), staffing.engine, staffing.window);
  fmt::format_to(
      add, "rate       {}\n",
      plan.pacing.rate
          ? fmt::format("{:g} starts/s{}", *plan.pacing.rate,
                        plan.batch.duration ? fmt::format(" for {}", write_duration(*plan.batch.duration)) : " at most")
      : plan.job == "batch" || plan.job == "write" ? "as many as there is room for"
                                                   : "as fast as answers stay sure");
  fmt::format_to(add, "confirm    {}\n",
                 plan.trust.confirm == 0 ? "nothing is tried again in a later lap"
                                         : fmt::format("who did not answer, up to {} times", plan.trust.confirm));
  if (plan.job == "write")
    text += write_lines(plan);
  else
    fmt::format_to(add, "timeout    {}\n", timeout_text(plan));
  std::vector<Target> first(5);
  std::size_t claimed = 0;
  while (claimed == 0 && !list.ended())
    if ((claimed = list.claim(first)) == 0) usleep(1'000);
  fmt::format_to(add, "targets    {}{}\n", claimed == 0 ? "none" : "",
                 list.target_count() ? fmt::format("{}", *list.target_count()) : "the first are");
  for (std::size_t i = 0; i < claimed; ++i) fmt::format_to(add, "  {}\n", target_text(first[i]));
  return print(text);
}

ExitCode exit_of(const RunResult& result, const Summary& summary, bool local_failure) {
  if (!result.failure.empty() || !balanced(summary)) return exit_internal;
  if (result.sink_error == EPIPE) return exit_interrupted;
  if (result.sink_error != 0 || local_failure) return exit_local_limit;
  if (result.tally.of(Verdict::no_space) != 0) return exit_local_limit;
  if (result.tally.of(Verdict::unfinished) != 0 || summary.interrupted) return exit_interrupted;
  if (assertion_failed(summary)) return exit_threshold;
  return result.tally.unsure > 0 ? exit_unsure : exit_complete;
}

/// What the user should know beside the account: what went wrong with the list, the output, or us.
void tell_troubles(const RunResult& result, const TargetList& list, const RowOutputs& outputs) {
  if (const auto warning = list.warning()) remark(*warning);
  if (const auto error = list.error()) remark(*error);
  if (!result.failure.empty()) remark({fmt::format("internal error: {}", result.failure)});
  if (result.sink_error != 0) remark(outputs.trouble(result.sink_error));
}

/// "11,000 starts/s: net.core.netdev_max_backlog = 1000"; empty while no wall was met.
std::string ceiling_text(std::optional<double> ceiling, std::string_view wall) {
  if (!ceiling) return "";
  std::string text = fmt::format("{} starts/s", grouped(static_cast<std::uint64_t>(*ceiling)));
  if (!wall.empty()) text += fmt::format(": {}", wall);
  return text;
}

Summary summarize(RunResult& result, const TargetList& list, const Plan& plan, const Keeping* kept, bool stopped) {
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
          .voided = result.voided,
          .settled_before = kept && kept->resumption() ? kept->resumption()->tally().total() : 0,
          .witness = std::move(result.witness),
          .started = result.started,
          .ceiling = ceiling_text(result.ceiling, result.wall_met),
          .run_folder = kept ? kept->path() : "",
          .interrupted = stopped && (result.tally.of(Verdict::unfinished) != 0 || !list.ended())};
}

ProgressReading reading_of(const RunState& state, bool steered) {
  const std::uint64_t left = state.unsettled + (state.lap > 1 ? state.in_flight() : 0);
  return {.by_verdict = state.tally->by_verdict,
          .in_flight = state.in_flight(),
          .elapsed = state.elapsed,
          .shortages = state.shortages,
          .drops = state.drops,
          .lateness = state.lateness_max,
          .stopping = state.stopping,
          .unsure = state.tally->unsure,
          .lap = {.number = state.lap,
                  .done = state.lap > 1 ? state.lap_size - std::min(state.lap_size, left) : 0,
                  .total = state.lap > 1 ? state.lap_size : state.unsettled},
          .rate_allowed = steered ? state.rate : 0,
          .by_status = state.tally->by_status,
          .bytes = state.tally->wire_body_bytes};
}

/// Even where all else is quiet.
void tell_danger(const Plan& plan) {
  if (plan.job != "probe" && plan.fetch.insecure)
    remark(
        {"WARNING: --insecure: no certificate is verified. Whoever is on the way can read and change everything, "
         "passwords too; each row says \"insecure\""});
}

/// Opens the folder of the run, and makes good what its outputs lack of what its journal has.
Parsed<void> begin_keeping(Keeping& kept, const Plan& plan) {
  if (auto begun = kept.begin(plan); !begun) return begun;
  if (kept.recovery() != nullptr)
    for (const std::string& note : kept.recovery()->notes()) remark({note});
  if (kept.needs_list()) {
    const auto list = open_targets(plan.input);
    if (!list) return std::unexpected(list.error());
    if (auto shown = kept.show_list(**list); !shown) return shown;
  }
  return kept.carry_on(plan);
}

void tell_keeping(const Keeping& kept, const Plan& plan) {
  if (plan.output.quiet) return;
  if (kept.recovery() == nullptr)
    remark({fmt::format("this run is kept in {}", kept.path())});
  else if (kept.complete())
    remark({fmt::format("the run in {} was complete already", kept.path())});
  else
    remark({fmt::format("carrying on the run in {}: {} verdicts are settled", kept.path(),
                        grouped(kept.resumption()->tally().total()))});
}

/// What stands behind the rows of a run of batches, and its reports; false when a report cannot be written.
bool end_batches(BatchEnding& ending, RowOutputs& outputs, RunResult& result, const Plan& plan, const Keeping* kept) {
  if (result.sink_error == 0) result.sink_error = outputs.append_end(ending.text(result.wall));
  const Parsed<void> written = ending.write_reports(kept, plan.input);
  if (!written) remark(written.error());
  return written.has_value();
}

/// Everything from the first start to the account; the folder and the world are open.
int run_targets(const Setting& setting, const StrategyRow& strategy, const Staffing& staffing, TargetList& list,
                Keeping* kept, BatchEnding* ending) {
  const Plan& plan = setting.plan;
  const auto [total, estimated] = expected_targets(list, plan);
  Progress progress(STDERR_FILENO, Progress::style_for(STDERR_FILENO, plan.output.quiet), wants_colour(STDERR_FILENO),
                    ProgressMeter(total, estimated, patience_of(plan)));
  const auto outputs = RowOutputs::open(plan, kept, progress);
  if (!outputs) return complain_and_exit(outputs.error());
  if (ending != nullptr && kept != nullptr && kept->recovery() != nullptr)
    if (const auto known = ending->remember(*kept, plan.input); !known) return complain_and_exit(known.error());
  OutcomeSink& sink = ending != nullptr ? ending->before((*outputs)->sink()) : (*outputs)->sink();
  bool ceiling_told = false;
  SharedControl control;
  const StopSignals signals(*control);
  RunResult result = run_strategy(
      plan, strategy, staffing, *setting.job, list, sink, *control,
      [&](const RunState& state) {
        const auto [now_total, now_estimated] = expected_targets(list, plan);
        progress.meter().expect(now_total, now_estimated);
        if (state.ceiling && !std::exchange(ceiling_told, true) && !plan.output.quiet) {
          progress.hide();
          remark({fmt::format("ceiling here about {}", ceiling_text(state.ceiling, state.wall_met))});
        }
        progress.update(reading_of(state, plan.pacing.automatic));
      },
      kept ? kept->resumption() : nullptr);
  const bool complete = result.tally.of(Verdict::unfinished) == 0 && result.tally.of(Verdict::no_space) == 0 &&
                        list.ended() && !list.error() && result.sink_error == 0 && result.failure.empty();
  if (const int error = (*outputs)->finish(complete); error != 0 && result.sink_error == 0) result.sink_error = error;
  progress.stop();
  bool ended_well = ending == nullptr || end_batches(*ending, **outputs, result, plan, kept);
  const Summary summary = summarize(result, list, plan, kept, control->stopping());
  if (kept != nullptr) (void)keep_summary(kept->folder(), summary);  // Without it, less is shown of the run later.
  if (!plan.output.quiet) tell(write_summary(summary, wants_colour(STDERR_FILENO)));
  tell_troubles(result, list, **outputs);
  ended_well = end_write(plan, summary) && ended_well;
  if (kept != nullptr && !complete) remark({fmt::format("carry this run on with: atonce resume {}", kept->path())});
  return exit_of(result, summary, list.error() || !ended_well);
}

}  // namespace

int run_job(const Invocation& asked) {
  Invocation invocation = asked;
  if (auto read = read_request_words(invocation); !read) return complain_and_exit(read.error());
  if (auto complete = complete_write(invocation.plan); !complete) return complain_and_exit(complete.error());
  if (invocation.plan.input.list != "-")
    if (const auto list = open_targets(invocation.plan.input); !list) return complain_and_exit(list.error());
  auto kept = Keeping::open(invocation, invocation.plan);
  if (!kept) return complain_and_exit(kept.error());
  // Requests, and large files, are read where they stand when their turn comes.
  const bool reads_again = invocation.plan.job == "batch" || invocation.plan.job == "write";
  auto spool = *kept || !reads_again ? Spool() : spool_if_pipe(invocation.plan.input);
  if (!spool) return complain_and_exit(spool.error());
  Parsed<Setting> setting = prepare(invocation);
  if (!setting) return complain_and_exit(setting.error());
  Plan& plan = setting->plan;
  const StrategyRow& strategy = *find_strategy(plan.strategies.front().name);
  const Parsed<Staffing> staffing = strategy.plan(plan, plan.strategies.front());
  if (!staffing) return complain_and_exit(staffing.error());
  if (!plan.output.quiet) {
    for (const std::string& note : staffing->notes) remark({note});
    if (setting->world) remark({setting->world->description()});
  }
  const auto ending = BatchEnding::open(plan, *kept != nullptr);
  if (!ending) return complain_and_exit(ending.error());
  tell_danger(plan);
  if (*kept) {
    if (auto begun = begin_keeping(**kept, plan); !begun) return complain_and_exit(begun.error());
    tell_keeping(**kept, plan);
  }
  fail_allocation(parse_io_faults(plan.fault)->plan.allocation_to_fail);
  const auto list = open_targets(plan.input);
  if (!list) return complain_and_exit(list.error());
  if (plan.dry_run) return tell_plan(plan, *staffing, **list);
  return run_targets(*setting, strategy, *staffing, **list, kept->get(), ending->get());
}

}  // namespace atonce
