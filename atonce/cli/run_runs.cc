#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/kept_run.h"
#include "atonce/reports/run_list.h"
#include "atonce/reports/terminal.h"
#include "atonce/results/keeper.h"

namespace atonce {
namespace {

/// How many targets are settled, and whether the run came to its end.
class Settled final : public JournalVisitor {
 public:
  void entry(const JournalEntry& entry) override {
    if (entry.kind == EntryKind::final && entry.index < SettledSet::index_max) settled_.insert(entry.index);
  }
  void session(const JournalSession&) override { total.reset(); }
  void closed(const JournalClosed& closed) override { total = closed.targets; }

  std::uint64_t count() const { return settled_.count(); }
  std::optional<std::uint64_t> total;

 private:
  SettledSet settled_;
};

std::uint64_t bytes_of(Storage& storage, const std::string& folder) {
  std::uint64_t bytes = 0;
  if (const auto names = storage.list(folder))
    for (const std::string& name : *names) bytes += storage.size(folder + "/" + name).value_or(0);
  return bytes;
}

long pid_of(const RunFolder& folder) {
  constexpr std::size_t digits_max = 20;
  const auto text = folder.storage().read_small(folder.file("lock"), digits_max);
  long pid = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), pid);
  return pid;
}

KeptRun unreadable(KeptRun row, const Complaint& why) {
  row.condition = RunCondition::unreadable;
  row.trouble = why.text;
  return row;
}

KeptRun look_into(Storage& storage, const std::string& path) {
  KeptRun row{.folder = path, .bytes = bytes_of(storage, path)};
  const Parsed<KeptRunFolder> run = look_at_run(path);
  if (!run) return unreadable(std::move(row), run.error());
  const Manifest& manifest = run->folder.manifest();
  row.started = manifest.created;
  row.job = run->plan.job;
  row.input = name_of_input(manifest);
  const bool busy = run->folder.is_busy();
  Settled settled;
  const Parsed<JournalReport> report = read_journal_of(*run, settled);
  if (!report) return unreadable(std::move(row), report.error());
  row.settled = settled.count();
  row.total = settled.total;
  row.condition = busy ? RunCondition::running : settled.total ? RunCondition::complete : RunCondition::interrupted;
  if (busy) row.pid = pid_of(run->folder);
  if (report->synced_beyond) row.trouble = trouble_of(*run, *report);
  return row;
}

}  // namespace

int run_runs(const Invocation& invocation) {
  const std::unique_ptr<Storage> storage = disk_storage();
  const Parsed<std::vector<std::string>> folders = kept_run_folders(*storage);
  if (!folders) return complain_and_exit(folders.error());
  std::vector<KeptRun> rows;
  for (const std::string& path : *folders) rows.push_back(look_into(*storage, path));
  if (invocation.json) return print(write_run_list_json(rows));
  if (rows.empty()) {
    remark({"no run was kept yet"});
    return exit_complete;
  }
  return print(write_run_list(rows, wants_colour(STDOUT_FILENO)));
}

}  // namespace atonce
