#include "atonce/cli/kept_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "atonce/cli/arguments.h"
#include "atonce/cli/command_table.h"
#include "atonce/cli/known_names.h"
#include "atonce/model/escape.h"

namespace atonce {
namespace {

constexpr std::string_view adopted_input = "input";

/// Where the list is now: a copy in the folder goes where the folder goes.
std::string list_of(const RunFolder& folder) {
  const std::string copy = folder.file(adopted_input);
  return folder.storage().exists(copy) ? copy : folder.manifest().input.path;
}

/// Words that say where a run is kept or how fast it goes, and not what it does.
std::vector<std::string> words_that_matter(const std::vector<std::string>& words) {
  std::vector<std::string> kept;
  std::ranges::copy_if(words, std::back_inserter(kept), [](const std::string& word) { return word != "--resume"; });
  return kept;
}

}  // namespace

Parsed<Invocation> invocation_of(const RunFolder& folder, const std::vector<std::string>& changes) {
  const Manifest& manifest = folder.manifest();
  const bool listed = manifest.input.targets.empty();
  Surroundings surroundings{.names = known_names(), .input_is_terminal = false};
  // Whether a word was a list or a target was decided when the run began.
  const bool files = listed || (!manifest.arguments.empty() && manifest.arguments.front() == "batch");
  surroundings.why_unreadable = [files](const std::string&) { return files ? 0 : ENOENT; };
  Parsed<Invocation> invocation = parse_resumed(manifest.arguments, changes, surroundings);
  if (!invocation)
    return complain(fmt::format("the run in \"{}\" was started with words that this atonce does not understand: {}",
                                escape_for_terminal(folder.path()), invocation.error().text));
  InputOptions& input = invocation->plan.input;
  input.targets = manifest.input.targets;
  if (listed) input.list = list_of(folder);
  if (input.kind == TargetKind::file) invocation->plan.seed = input.files.seed = manifest.seed;
  return invocation;
}

Parsed<KeptRunFolder> look_at_run(const std::string& path) {
  std::unique_ptr<Storage> storage = disk_storage();
  if (!storage->exists(path))
    return complain(
        fmt::format("there is no folder \"{}\"; atonce runs lists the runs that were kept", escape_for_terminal(path)));
  Parsed<RunFolder> folder = RunFolder::look(*storage, path);
  if (!folder) return std::unexpected(folder.error());
  Parsed<Invocation> invocation = invocation_of(*folder, {});
  if (!invocation) return std::unexpected(invocation.error());
  return KeptRunFolder{std::move(storage), std::move(*folder), std::move(invocation->plan)};
}

Parsed<JournalReport> read_journal_of(const KeptRunFolder& run, JournalVisitor& visitor) {
  const std::string path = run.folder.file("journal");
  JournalReport report = read_journal(*run.storage, path, visitor);
  const bool missing = report.trouble == JournalTrouble::unreadable && report.error == ENOENT;
  if (missing && !run.folder.is_busy())
    return complain(fmt::format("\"{}\" has no journal: what the run found out is lost, or it died before it began",
                                escape_for_terminal(run.folder.path())));
  if (missing || report.trouble == JournalTrouble::no_header) {
    report.trouble = JournalTrouble::none;
    report.bytes_total = report.end.bytes;
    return report;
  }
  if (!report.readable()) return complain(describe(report, path));
  if (write_run_id(report.end.run) != run.folder.manifest().run_id)
    return complain(
        fmt::format("\"{}\" is the journal of another run than its manifest tells of", escape_for_terminal(path)));
  return report;
}

std::string trouble_of(const KeptRunFolder& run, const JournalReport& report) {
  if (!report.torn() || (!report.synced_beyond && run.folder.is_busy())) return {};
  return describe(report, run.folder.file("journal"));
}

Parsed<std::unique_ptr<TargetList>> open_list_of(const KeptRunFolder& run) {
  const Parsed<InputMark> mark = mark_input(run.plan.input);
  if (!mark) return std::unexpected(mark.error());
  if (const auto same = check_same_input(run.folder.manifest(), *mark); !same) return std::unexpected(same.error());
  return open_targets(run.plan.input);
}

Parsed<void> for_each_target(TargetList& list, const std::function<bool(const Target&)>& take) {
  std::vector<Target> targets(256);
  while (true) {
    const std::size_t count = list.claim(targets);
    for (std::size_t i = 0; i < count; ++i) {
      for (; targets[i].members > 1; targets[i] = next_member(std::move(targets[i])))
        if (!take(targets[i])) return {};
      if (!take(targets[i])) return {};
    }
    if (count > 0) continue;
    if (list.ended()) break;
    usleep(1'000);
  }
  if (const auto error = list.error()) return std::unexpected(*error);
  return {};
}

Parsed<std::vector<std::string>> kept_run_folders(Storage& storage) {
  const Parsed<std::string> home = default_runs_folder();
  if (!home) return std::unexpected(home.error());
  const auto names = storage.list(*home);
  if (!names && names.error().code == ENOENT) return std::vector<std::string>{};
  if (!names)
    return complain(
        fmt::format("\"{}\" cannot be read: {}", escape_for_terminal(*home), std::strerror(names.error().code)));
  std::vector<std::string> folders;
  for (const std::string& name : *names) folders.push_back(*home + "/" + name);
  std::ranges::sort(folders, std::greater());  // Their names begin with the time.
  return folders;
}

Parsed<std::string> latest_run_of(Storage& storage, const std::vector<std::string>& words) {
  const Parsed<std::vector<std::string>> folders = kept_run_folders(storage);
  if (!folders) return std::unexpected(folders.error());
  std::error_code ignored;
  const std::string here = std::filesystem::current_path(ignored).string();
  for (const std::string& path : *folders) {
    const Parsed<RunFolder> folder = RunFolder::look(storage, path);
    if (!folder || folder->manifest().working_directory != here) continue;
    if (words_that_matter(folder->manifest().arguments) == words_that_matter(words)) return path;
  }
  return complain(
      "no run of this command, started in this folder, was kept; atonce runs lists the runs, and --run DIR names one");
}

std::string name_of_input(const Manifest& manifest) {
  const InputMark& input = manifest.input;
  if (input.targets.empty() && input.path.empty()) return "made files";
  if (input.targets.empty()) return std::filesystem::path(input.path).filename().string();
  if (input.targets.size() == 1) return input.targets.front();
  return fmt::format("{} and {} more", input.targets.front(), input.targets.size() - 1);
}

}  // namespace atonce
