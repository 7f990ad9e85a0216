#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/page_files.h"
#include "atonce/cli/prepared_overlap.h"
#include "atonce/cli/stop_signals.h"
#include "atonce/model/escape.h"
#include "atonce/reports/overlap_report.h"
#include "atonce/reports/overlap_round.h"
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

/// The files that a run writes beside what it prints.
struct OverlapFiles {
  PageFiles pages;
  std::unique_ptr<ReportFile> kept;  ///< its result, in the folder of `--run`; null where none was asked for

  static Parsed<OverlapFiles> open(const Invocation& invocation) {
    auto pages = PageFiles::open(invocation.pages);
    if (!pages) return std::unexpected(pages.error());
    OverlapFiles files{std::move(*pages), nullptr};
    const std::string& folder = invocation.plan.run.path;
    if (folder.empty()) return files;
    std::error_code error;
    const bool made = ::mkdir(folder.c_str(), 0700) == 0;
    if (!made && !std::filesystem::is_empty(folder, error))
      return complain(fmt::format("--run {}: {}; name a folder that is new, or empty", escape_for_terminal(folder),
                                  error ? error.message() : "there is something in it"));
    auto kept = ReportFile::open(fmt::format("{}/{}", folder, result_name));
    if (!kept) return std::unexpected(kept.error());
    files.kept = std::move(*kept);
    return files;
  }

  bool write(const OverlapRun& run, const OverlapFigures& figures) {
    if (kept == nullptr && !pages.wanted()) return true;
    const RunReport report = report_of(run, figures);
    const std::string section = write_run_json(report);
    const NamedRecording recording{run.strategy, report.recording.get()};
    bool written = pages.write("atonce overlap", {&section, 1}, {&recording, 1});
    if (kept == nullptr) return written;
    kept->append(section);
    if (const int error = kept->finish(); error != 0) {
      remark(report_trouble(kept->path(), error));
      written = false;
    }
    return written;
  }
};

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

  auto files = OverlapFiles::open(invocation);
  if (!files) return complain_and_exit(files.error());

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
  if (!files->write(*run, figures)) return exit_local_limit;
  const ExitCode ended = exit_of(*run, figures);
  return ended != exit_complete ? ended : told;
}

}  // namespace atonce
