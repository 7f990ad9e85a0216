#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/kept_run.h"
#include "atonce/cli/kept_summary.h"
#include "atonce/model/escape.h"
#include "atonce/reports/summary.h"
#include "atonce/reports/terminal.h"
#include "atonce/reports/timeline.h"

namespace atonce {
namespace {

// What a network may come to; the rest would scroll away.
constexpr std::size_t targets_shown_max = 256;

/// What a person may mean by --target: the words of a line, or a host and its ports.
class Wanted {
 public:
  static Parsed<Wanted> read(const std::string& word, const InputOptions& input) {
    Wanted wanted(word);
    const auto list = open_targets({.kind = input.kind,
                                    .url_template = input.url_template,
                                    .list = "",
                                    .targets = {word},
                                    .limit = {},
                                    .ports = input.ports});
    if (!list) return std::unexpected(list.error());
    const Parsed<void> done = for_each_target(**list, [&](const Target& target) {
      if (!target.url.empty())
        wanted.urls_.insert(target.url);
      else if (target.valid())
        wanted.hosts_.emplace(target.host, target.port);
      return wanted.hosts_.size() + wanted.urls_.size() < targets_shown_max;
    });
    if (!done) return std::unexpected(done.error());
    return wanted;
  }

  bool is(const Target& target) const {
    if (target.input == word_ || (is_file(target) && target.host == word_)) return true;
    if (!target.url.empty()) return urls_.contains(target.url);
    const auto [from, to] = hosts_.equal_range(target.host);
    return target.valid() && std::any_of(from, to, [&](const auto& host) { return host.second == target.port; });
  }

 private:
  explicit Wanted(std::string word) : word_(std::move(word)) {}
  std::string word_;
  std::multimap<std::string, std::uint16_t> hosts_;
  std::set<std::string> urls_;
};

std::string write_target(const Target& target) {
  if (!target.valid()) return fmt::format("{} ({})", target.input, target.complaint);
  if (!target.url.empty()) return target.url;
  if (is_file(target)) return target.host;
  if (target.address) return write_endpoint({target.address, target.port});
  return fmt::format("{}:{}", target.host, target.port);
}

/// Collects the tries of a few targets.
class Tries final : public JournalVisitor {
 public:
  explicit Tries(std::map<std::uint64_t, Timeline>& timelines) : timelines_(timelines) {}

  void session(const JournalSession& session) override { sessions_.push_back({session.unix_us, session.reason}); }
  void entry(const JournalEntry& entry) override {
    const auto found = timelines_.find(entry.index);
    if (found == timelines_.end()) return;
    KeptTry kept{.session = sessions_.empty() ? 0 : sessions_.size() - 1, .settled = entry.kind == EntryKind::final};
    if (entry.started_us) kept.started = std::chrono::microseconds(*entry.started_us);
    restore(entry, kept.outcome);
    found->second.tries.push_back(std::move(kept));
  }
  const std::vector<KeptSession>& sessions() const { return sessions_; }

 private:
  std::map<std::uint64_t, Timeline>& timelines_;
  std::vector<KeptSession> sessions_;
};

int show_target(const KeptRunFolder& run, const std::string& word) {
  const Parsed<Wanted> wanted = Wanted::read(word, run.plan.input);
  if (!wanted) return complain_and_exit(wanted.error());
  const auto list = open_list_of(run);
  if (!list) return complain_and_exit(list.error());
  const std::string name = run.plan.input.targets.empty() ? name_of_input(run.folder.manifest()) : "";
  std::map<std::uint64_t, Timeline> timelines;
  const Parsed<void> read = for_each_target(**list, [&](const Target& target) {
    if (wanted->is(target))
      timelines[target.index] = {.target = write_target(target), .line = target.line, .list = name};
    return timelines.size() < targets_shown_max;
  });
  if (!read) return complain_and_exit(read.error());
  if (timelines.empty())
    return complain_and_exit({fmt::format("the list of this run has no target \"{}\"", escape_for_terminal(word))});
  Tries tries(timelines);
  const Parsed<JournalReport> report = read_journal_of(run, tries);
  if (!report) return complain_and_exit(report.error());
  std::string text;
  for (auto& [index, timeline] : timelines) {
    timeline.sessions = tries.sessions();
    if (!text.empty()) text += "\n";
    text += write_timeline(timeline, wants_colour(STDOUT_FILENO));
  }
  if (timelines.size() == targets_shown_max) remark({fmt::format("only the first {} are shown", targets_shown_max)});
  return print(text);
}

int show_summary(const KeptRunFolder& run) {
  SummaryOfJournal journal;
  const Parsed<JournalReport> report = read_journal_of(run, journal);
  if (!report) return complain_and_exit(report.error());
  const bool busy = run.folder.is_busy();
  const Summary summary = summarize(run, journal, busy);
  const ExitCode printed = print(write_summary(summary, wants_colour(STDOUT_FILENO)));
  if (busy) remark({"the run is going on: this is how far it has come"});
  if (!busy && !journal.targets)
    remark({fmt::format("carry this run on with: atonce resume {}", escape_for_terminal(run.folder.path()))});
  if (const std::string trouble = trouble_of(run, *report); !trouble.empty()) remark({trouble});
  return report->synced_beyond ? exit_usage : printed;
}

}  // namespace

int run_show(const Invocation& invocation) {
  const Parsed<KeptRunFolder> run = look_at_run(invocation.run.folder);
  if (!run) return complain_and_exit(run.error());
  return invocation.run.target.empty() ? show_summary(*run) : show_target(*run, invocation.run.target);
}

}  // namespace atonce
