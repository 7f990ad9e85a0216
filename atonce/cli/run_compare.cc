#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/contest.h"
#include "atonce/cli/page_files.h"
#include "atonce/cli/peer_list.h"
#include "atonce/cli/prepared_overlap.h"
#include "atonce/cli/request_values.h"
#include "atonce/cli/setting.h"
#include "atonce/cli/strategy_round.h"
#include "atonce/cli/write_run.h"
#include "atonce/model/comparison.h"
#include "atonce/model/escape.h"
#include "atonce/protocols/url/url.h"
#include "atonce/reports/comparison.h"
#include "atonce/reports/comparison_figures.h"
#include "atonce/reports/terminal.h"
#include "atonce/runtime/machine.h"

namespace atonce {
namespace {

std::string name_of_input(const InputOptions& input) {
  if (input.is_generated()) return "made files";
  if (input.targets.empty()) return input.list;
  const std::string first = redact(input.targets.front());
  return input.targets.size() == 1 ? first : fmt::format("{} and {} more", first, input.targets.size() - 1);
}

/// How each strategy is staffed here; remarks on what it has less of than was asked for.
Parsed<std::vector<Staffing>> staff(const Plan& plan) {
  std::vector<Staffing> staffings;
  for (const StrategyChoice& choice : plan.strategies) {
    const Parsed<Staffing> staffing = find_strategy(choice.name)->plan(plan, choice);
    if (!staffing) return std::unexpected(staffing.error());
    if (!plan.output.quiet)
      for (const std::string& note : staffing->notes) remark({note});
    staffings.push_back(*staffing);
  }
  return staffings;
}

/// A threshold on somebody who takes no part would never hold.
Parsed<void> check_thresholds(const Comparison& comparison) {
  for (const Threshold& threshold : comparison.thresholds)
    for (const std::string& name : {threshold.left, threshold.right}) {
      if (find_contestant(comparison, name) != nullptr) continue;
      std::vector<std::string> names;
      for (const StrategyRounds& strategy : comparison.strategies) names.push_back(strategy.strategy);
      for (const PeerRounds& peer : comparison.peers) names.push_back(peer.run.strategy);
      return complain(fmt::format("--threshold: {} takes no part; there are {}", escape_for_terminal(name),
                                  fmt::join(names, ", ")));
    }
  return {};
}

std::string write_report(const Comparison& comparison, ReportFormat format, bool colour) {
  switch (format) {
    case ReportFormat::json: return write_comparison_json(comparison);
    case ReportFormat::markdown: return write_comparison_markdown(comparison);
    case ReportFormat::table: break;
  }
  return write_comparison_table(comparison, colour);
}

/// Where the report goes: a file that is opened before the work begins, or standard output.
Parsed<std::unique_ptr<ReportFile>> open_report(const OutputOptions& output) {
  if (output.path == "-") return nullptr;
  return ReportFile::open(output.path);
}

ExitCode tell_report(ReportFile* file, std::string_view report) {
  if (file == nullptr) return print(report);
  file->append(report);
  const int error = file->finish();
  if (error != 0) remark(report_trouble(file->path(), error));
  return error == 0 ? exit_complete : exit_local_limit;
}

/// What would be done, for --dry-run.
std::string write_contest(const Contest& contest, const Comparison& comparison) {
  std::string text = fmt::format("job        {} ({})\nrounds     {}, after {} to warm up\n", comparison.job,
                                 escape_for_terminal(comparison.input), contest.rounds, contest.warm_ups);
  if (!comparison.world.empty()) text += fmt::format("world      {}\n", escape_for_terminal(comparison.world));
  for (const StrategyRounds& strategy : comparison.strategies)
    text += fmt::format("strategy   {} ({}; {} in flight)\n", strategy.strategy, strategy.engine, strategy.window);
  for (std::size_t i = 0; i < contest.peers.size(); ++i)
    text += fmt::format("peer       {}: {}\n", comparison.peers[i].run.strategy,
                        escape_for_terminal(contest.peers[i].command));
  for (const Threshold& threshold : comparison.thresholds)
    text += fmt::format("threshold  {}\n", escape_for_terminal(threshold.text));
  return text;
}

bool write_pages(PageFiles& pages, const Comparison& comparison) {
  std::vector<NamedRecording> recordings;
  for (const StrategyRounds& strategy : comparison.strategies)
    if (const Round* round = median_round(strategy); round != nullptr && round->recording)
      recordings.push_back({strategy.strategy, round->recording.get()});
  const std::string section = write_comparison_json(comparison);
  return pages.write("atonce compare " + comparison.job, {&section, 1}, recordings);
}

/// Everything from the first round to the report; `contest` has its bodies and peers, `comparison` its names.
int compare(Contest& contest, Comparison& comparison, const Plan& plan, const std::vector<Staffing>& staffings,
            const Invocation& invocation) {
  const CompareRequest& request = invocation.compare;
  for (std::size_t i = 0; i < staffings.size(); ++i) {
    const StrategyChoice& choice = plan.strategies[i];
    comparison.strategies.push_back({.strategy = write_choice(choice),
                                     .engine = staffings[i].engine,
                                     .window = staffings[i].window,
                                     .workers = std::max(1u, staffings[i].workers)});
  }
  comparison.processors = read_machine_facts().processors;
  comparison.rate = plan.pacing.rate;
  comparison.thresholds = request.thresholds;
  if (const auto known = check_thresholds(comparison); !known) return complain_and_exit(known.error());
  contest.rounds = plan.rounds;
  contest.warm_ups = request.warm_ups;
  contest.quiet = plan.output.quiet;
  if (plan.dry_run) return print(write_contest(contest, comparison));
  auto pages = PageFiles::open(invocation.pages, plan.output.path);
  if (!pages) return complain_and_exit(pages.error());
  const auto report = open_report(plan.output);
  if (!report) return complain_and_exit(report.error());
  const int ended = run_contest(contest, comparison);
  if (ended == exit_interrupted)
    return complain_and_exit({"the comparison was interrupted; there is nothing to compare"}, exit_interrupted);
  if (ended != exit_complete) return ended;
  const bool colour = *report == nullptr && wants_colour(STDOUT_FILENO);
  const ExitCode told = tell_report(report->get(), write_report(comparison, request.format, colour));
  if (pages->wanted() && !write_pages(*pages, comparison)) return exit_local_limit;
  if (told != exit_complete) return told;
  return all_thresholds_hold(comparison) ? told : exit_threshold;
}

/// For a dry run: nothing is looked up or started.
Parsed<PreparedOverlap> only_checked(const Plan& plan) {
  if (const Parsed<void> fits = check_overlap(plan); !fits) return std::unexpected(fits.error());
  return PreparedOverlap{.plan = plan};
}

int compare_overlap(const Invocation& invocation) {
  if (!invocation.compare.peers.empty())
    return complain_and_exit({"a peer is given a list, and overlap has none: leave --peer out"});
  const auto setting = invocation.plan.dry_run ? only_checked(invocation.plan) : prepare_overlap(invocation.plan);
  if (!setting) return complain_and_exit(setting.error());
  const Plan& plan = setting->plan;
  const Parsed<std::vector<Staffing>> staffings = staff(plan);
  if (!staffings) return complain_and_exit(staffings.error());
  Comparison comparison{.job = plan.job, .input = plan.overlap.server};
  Contest contest{.body = [&](std::size_t i, bool) {
    return round_of_overlap(plan, plan.strategies[i], (*staffings)[i], setting->servers);
  }};
  return compare(contest, comparison, plan, *staffings, invocation);
}

}  // namespace

int run_compare(const Invocation& asked) {
  if (asked.plan.job == "overlap") return compare_overlap(asked);
  Invocation invocation = asked;
  if (auto read = read_request_words(invocation); !read) return complain_and_exit(read.error());
  if (auto complete = complete_write(invocation.plan); !complete) return complain_and_exit(complete.error());
  const std::string input = name_of_input(invocation.plan.input);
  const auto spooled = spool_if_pipe(invocation.plan.input);  // Every round reads the list again.
  if (!spooled) return complain_and_exit(spooled.error());
  if (const auto list = open_targets(invocation.plan.input); !list) return complain_and_exit(list.error());
  const Parsed<Setting> setting = prepare(invocation);
  if (!setting) return complain_and_exit(setting.error());
  const Plan& plan = setting->plan;

  const CompareRequest& request = invocation.compare;
  if (!request.peers.empty() && setting->world)
    return complain_and_exit(
        {"a peer is a program of the real network; to take it along into a world, run all of this inside: atonce world "
         "SPEC -- atonce compare ..."});
  Parsed<Spool> peer_list;
  if (!request.peers.empty()) peer_list = write_peer_list(plan.input);
  if (!peer_list) return complain_and_exit(peer_list.error());

  const Parsed<std::vector<Staffing>> staffings = staff(plan);
  if (!staffings) return complain_and_exit(staffings.error());
  Comparison comparison{.job = plan.job, .input = input};
  if (setting->world) comparison.world = write_world_spec(setting->world->spec());
  if (plan.dry_run && plan.world) comparison.world = plan.world->profile.empty() ? "the default" : plan.world->profile;
  if (setting->job->uses_network)
    comparison.per_address = plan.politeness.per_address.value_or(PolitenessOptions::per_address_default);
  Contest contest{.body = [&](std::size_t i, bool warm_up) {
    return round_of_list(*setting, plan.strategies[i], (*staffings)[i], warm_up);
  }};
  for (const PeerChoice& peer : request.peers) {
    contest.peers.push_back(
        {.command = peer.command, .list = peer_list->path(), .bound = request.peer_timeout.value_or(Duration::zero())});
    comparison.peers.push_back({.run = {.strategy = peer.name}});
  }
  return compare(contest, comparison, plan, *staffings, invocation);
}

}  // namespace atonce
