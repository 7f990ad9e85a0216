#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "atonce/cli/commands.h"
#include "atonce/cli/complain.h"
#include "atonce/cli/kept_outcomes.h"
#include "atonce/cli/kept_run.h"
#include "atonce/cli/write_run.h"
#include "atonce/jobs/files/tree_cleaner.h"
#include "atonce/jobs/files/write_setting.h"
#include "atonce/jobs/sent_ledger.h"
#include "atonce/model/escape.h"
#include "atonce/reports/text.h"

namespace atonce {
namespace {

std::string counted(std::uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", grouped(count), count == 1 ? one : many);
}

std::string describe(const CleanAccount& account) {
  std::string text = fmt::format("removed {} and {}", counted(account.removed, "file", "files"),
                                 counted(account.folders, "folder", "folders"));
  if (account.gone > 0) text += fmt::format("; {} not there any more", counted(account.gone, "was", "were"));
  if (account.changed > 0)
    text += fmt::format("; {} changed since, and {} left alone", counted(account.changed, "was", "were"),
                        account.changed == 1 ? "is" : "are");
  if (account.failed > 0)
    text += fmt::format("; {} could not be removed: {}", grouped(account.failed), std::strerror(account.error));
  return text + "\n";
}

/// The run, as it may be cleaned: nobody works on it, and its list is the one that it began with.
Parsed<KeptRunFolder> open_run(const std::string& name) {
  std::error_code ignored;
  Parsed<KeptRunFolder> run = look_at_run(std::filesystem::absolute(name, ignored).lexically_normal().string());
  if (!run) return run;
  const std::string shown = escape_for_terminal(run->folder.path());
  if (run->plan.job != "write")
    return complain(fmt::format("the run in \"{}\" wrote no files: it is a {}", shown, run->plan.job));
  if (run->folder.is_busy()) return complain(fmt::format("the run in \"{}\" is going on; stop it first", shown));
  const std::string& folder = run->folder.manifest().working_directory;
  if (::chdir(folder.c_str()) != 0)
    return complain(fmt::format("the run was started in \"{}\", which cannot be entered now: {}",
                                escape_for_terminal(folder), std::strerror(errno)));
  if (const auto complete = complete_write(run->plan); !complete) return std::unexpected(complete.error());
  const Parsed<InputMark> mark = mark_input(run->plan.input);
  if (!mark) return std::unexpected(mark.error());
  if (auto same = check_same_input(run->folder.manifest(), *mark); !same) return std::unexpected(same.error());
  if (auto same = check_same_plan(run->folder.manifest(), run->plan); !same) return std::unexpected(same.error());
  return run;
}

Parsed<CleanAccount> clean(const KeptRunFolder& run) {
  const Plan& plan = run.plan;
  const Result<ConfinedFolder> root = ConfinedFolder::look(plan.write.folder);
  if (!root && root.error().code == ENOENT) return CleanAccount{};
  if (!root)
    return complain_of(root.error().code,
                       fmt::format("\"{}\" cannot be opened: {}", escape_for_terminal(plan.write.folder),
                                   std::strerror(root.error().code)));
  const Parsed<MadeContent> made = MadeContent::of(plan.input.files);
  if (!made) return std::unexpected(made.error());
  SentLedger begun;
  const std::string ledger = run.folder.file("begun");
  if (run.storage->exists(ledger)) (void)begun.open(ledger);
  TreeCleaner cleaner(*root, *made, plan.seed);
  const auto cleaned = for_each_kept_outcome(run.folder, plan.input, [&](const Outcome& outcome) {
    const bool is_known = !is_left_over(outcome.verdict);
    const bool may_be_ours = plan.input.is_generated() || begun.has(outcome.target.index);
    if (is_known ? outcome.verdict == Verdict::written : may_be_ours) cleaner.remove(outcome.target, !is_known);
  });
  if (!cleaned) return std::unexpected(cleaned.error());
  const std::vector<std::string> folders = read_folder_log(run.folder.file(std::string(FolderLog::file_name)));
  cleaner.remove_folders(folders);
  CleanAccount account = cleaner.account();
  const bool made_root = !folders.empty() && folders.front() == ".";
  if (made_root && ::rmdir(plan.write.folder.c_str()) == 0) ++account.folders;
  return account;
}

}  // namespace

int run_clean(const Invocation& asked) {
  const Parsed<KeptRunFolder> run = open_run(asked.run.folder);
  if (!run) return complain_and_exit(run.error());
  const Parsed<CleanAccount> account = clean(*run);
  if (!account) return complain_and_exit(account.error());
  const int told = print(describe(*account));
  return account->failed > 0 ? static_cast<int>(exit_local_limit) : told;
}

}  // namespace atonce
