#include <fmt/format.h>
#include <unistd.h>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/run_join.h"
#include "atonce/reports/terminal.h"

namespace atonce {

int run_diff(const Invocation& invocation) {
  const Parsed<KeptRunFolder> before = look_at_run(invocation.run.folder);
  if (!before) return complain_and_exit(before.error());
  const Parsed<KeptRunFolder> after = look_at_run(invocation.run.other);
  if (!after) return complain_and_exit(after.error());
  RunVerdicts before_verdicts, after_verdicts;
  const Parsed<JournalReport> before_report = read_journal_of(*before, before_verdicts);
  if (!before_report) return complain_and_exit(before_report.error());
  const Parsed<JournalReport> after_report = read_journal_of(*after, after_verdicts);
  if (!after_report) return complain_and_exit(after_report.error());
  const Parsed<RunDiff> diff = join_runs(*before, before_verdicts, *after, after_verdicts);
  if (!diff) return complain_and_exit(diff.error());
  for (const auto& [run, report] : {std::pair{&*before, &*before_report}, std::pair{&*after, &*after_report}})
    if (const std::string trouble = trouble_of(*run, *report); !trouble.empty()) remark({trouble});
  return print(invocation.json ? write_run_diff_json(*diff) : write_run_diff(*diff, wants_colour(STDOUT_FILENO)));
}

}  // namespace atonce
