#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/page_files.h"
#include "atonce/cli/run_recording.h"
#include "atonce/cli/section_file.h"
#include "atonce/model/escape.h"
#include "atonce/reports/page.h"
#include "atonce/reports/run_json.h"

namespace atonce {
namespace {

bool is_folder(const std::string& path) {
  struct stat about{};
  return ::stat(path.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
}

/// The journal is read first for the account and the sessions, then for what happened when.
class FirstReading final : public JournalVisitor {
 public:
  void session(const JournalSession& session) override { journal.session(session), axis.session(session); }
  void entry(const JournalEntry& entry) override { journal.entry(entry), axis.entry(entry); }
  void closed(const JournalClosed& closed) override { journal.closed(closed); }

  SummaryOfJournal journal;
  SessionAxis axis;
};

void note_sessions(const SessionAxis& axis, std::vector<std::string>& notes) {
  if (axis.sessions() > 1)
    notes.push_back(fmt::format("the run was carried on: its {} sessions lie behind one another", axis.sessions()));
  if (axis.left_out() > Duration{})
    notes.push_back(fmt::format("of the pauses between them, {} are left out", write_duration(axis.left_out())));
}

/// Goes through the journal again. Without the list, jobs have numbers for names, and a note says why.
Parsed<void> record(const KeptRunFolder& run, const SessionAxis& axis, RunReport& report) {
  Parsed<RunRecorder::Kinds> kinds = kinds_of(run);
  RunRecorder recorder(axis, kinds ? std::move(*kinds) : RunRecorder::Kinds{});
  const Parsed<JournalReport> read = read_journal_of(run, recorder);
  if (!read) return std::unexpected(read.error());
  report.recording = recorder.finish();
  if (const Parsed<void> named = name_jobs(run, *report.recording); !named)
    report.notes.push_back(fmt::format("jobs have numbers for names: {}", named.error().text));
  return {};
}

/// A run as it stands; `damaged` is told where its journal is, in a part that was safe once.
Parsed<RunReport> report_of_run(const std::string& path, bool& damaged) {
  const Parsed<KeptRunFolder> run = look_at_run(path);
  if (!run) return std::unexpected(run.error());
  FirstReading first;
  const Parsed<JournalReport> journal = read_journal_of(*run, first);
  if (!journal) return std::unexpected(journal.error());
  const bool busy = run->folder.is_busy();
  RunReport report{.input = name_of_input(run->folder.manifest()),
                   .world = run->plan.world ? run->plan.world->profile : "",
                   .summary = summarize(*run, first.journal, busy)};
  report.summary.run_folder.clear();  // A page is shown to others; whose folders there are is not their business.
  if (busy) report.notes.emplace_back("the run is going on: this is how far it has come");
  if (const std::string trouble = trouble_of(*run, *journal); !trouble.empty()) {
    remark({trouble});
    report.notes.push_back(trouble);
  }
  damaged = damaged || journal->synced_beyond;
  note_sessions(first.axis, report.notes);
  if (const Parsed<void> recorded = record(*run, first.axis, report); !recorded)
    return std::unexpected(recorded.error());
  return report;
}

/// Where a run kept its result itself, in the form that a page shows.
std::string kept_section(const std::string& folder) { return folder + "/" + std::string(result_name); }

bool has_kept_section(const std::string& folder) { return ::access(kept_section(folder).c_str(), F_OK) == 0; }

/// What was read of all sources.
struct Gathered {
  std::vector<std::string> sections;
  std::vector<RunReport> runs;
  std::string title;
  bool damaged = false;
};

Parsed<Gathered> gather(const ReportRequest& pages) {
  Gathered gathered;
  for (const std::string& source : pages.sources) {
    if (!is_folder(source) || has_kept_section(source)) {
      if (!pages.trace.empty())
        return complain(
            fmt::format("a trace is made of the journal of a run, and \"{}\" has none; compare and overlap write "
                        "theirs themselves, with --trace FILE",
                        escape_for_terminal(source)));
      Parsed<std::string> section = read_section(is_folder(source) ? kept_section(source) : source);
      if (!section) return std::unexpected(section.error());
      gathered.sections.push_back(std::move(*section));
      continue;
    }
    Parsed<RunReport> run = report_of_run(source, gathered.damaged);
    if (!run) return std::unexpected(run.error());
    gathered.sections.push_back(write_run_json(*run));
    gathered.runs.push_back(std::move(*run));
  }
  gathered.title = gathered.sections.size() == 1 && gathered.runs.size() == 1 ? "atonce " + gathered.runs[0].summary.job
                                                                              : "atonce report";
  return gathered;
}

/// Everything is read before anything is written: a page is whole, or not there.
int write_all(PageFiles& files, const Gathered& gathered, bool to_stdout) {
  std::vector<NamedRecording> recordings;
  for (const RunReport& run : gathered.runs) recordings.push_back({title_of(run), run.recording.get()});
  if (!files.write(gathered.title, gathered.sections, recordings)) return exit_local_limit;
  return to_stdout ? print(write_page(gathered.title, gathered.sections)) : exit_complete;
}

}  // namespace

int run_report(const Invocation& invocation) {
  ReportRequest request = invocation.pages;
  const bool to_stdout = request.page == "-" || (request.page.empty() && request.trace.empty());
  if (to_stdout && isatty(STDOUT_FILENO) != 0)
    return complain_and_exit({"a page is for a browser, not for a terminal; name a file: -o report.html"});
  if (to_stdout) request.page.clear();
  auto files = PageFiles::open(request);
  if (!files) return complain_and_exit(files.error());
  const Parsed<Gathered> gathered = gather(request);
  if (!gathered) return complain_and_exit(gathered.error());
  const int written = write_all(*files, *gathered, to_stdout);
  return written == exit_complete && gathered->damaged ? static_cast<int>(exit_usage) : written;
}

}  // namespace atonce
