

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/prepared_overlap.h"
#include "atonce/cli/stop_signals.h"
#include "atonce/reports/overlap_report.h"
#include "atonce/strategies/overlap.h"

namespace atonce {
namespace {

ExitCode exit_of(const OverlapRun& run, const OverlapFigures& figures) {
  if (!figures.balances()) return exit_internal;
  if (run.interrupted) return exit_interrupted;
  if (figures.asks_unfinished + figures.parts_unfinished > 0) return exit_internal;
  for (const AskedNumber& asked : run.asks)
    if (asked.end == AskEnd::shortage || asked.end == AskEnd::worker_died) return exit_local_limit;
  return figures.failed + figures.parts_failed > 0 ? exit_threshold : exit_complete;
}

}  // namespace

int run_overlap(const Invocation& invocation) {
  const Parsed<PreparedOverlap> setting = prepare_overlap(invocation.plan);
  if (!setting) return complain_and_exit(setting.error());
  const Plan& plan = setting->plan;
  const StrategyChoice& choice = plan.strategies.front();
  const Parsed<Staffing> staffing = find_strategy(choice.name)->plan(plan, choice);
  if (!staffing) return complain_and_exit(staffing.error());
  if (!plan.output.quiet)
    for (const std::string& note : staffing->notes) remark({note});

  WatchOverlap watch;
  if (plan.output.verbosity > 0)
    watch = [&](const OverlapEvent& event) { tell(write_overlap_event(event, plan.overlap.work) + "\n"); };
  SharedControl control;
  const StopSignals signals(*control);
  const Parsed<OverlapRun> run = run_overlap(plan, choice, *staffing, setting->servers, *control, watch);
  if (!run) return complain_and_exit(run.error());

  const OverlapFigures figures = measure_overlap(*run);
  const bool json = plan.output.format == ResultFormat::jsonl;
  const ExitCode told = print(json ? write_overlap_json(*run, figures) : write_overlap_text(*run, figures));
  if (!plan.output.quiet || figures.failed + figures.parts_failed > 0)
    for (const std::string& text : overlap_remarks(*run, figures)) remark({text});
  const ExitCode ended = exit_of(*run, figures);
  return ended != exit_complete ? ended : told;
}

}  // namespace atonce
