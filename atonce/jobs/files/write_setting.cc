#include "atonce/jobs/files/write_setting.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "atonce/model/escape.h"

namespace atonce {
namespace {

std::unexpected<Complaint> cannot(const std::string& folder, int error) {
  const char* what_to_do = error == ENOENT ? "; make the folder around it first" : "";
  return complain_of(error, fmt::format("files cannot be written to \"{}\": {}{}", escape_for_terminal(folder),
                                        std::strerror(error), what_to_do));
}

/// Where there is no such folder yet, the one around it has to take it.
std::string around(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const std::size_t slash = path.rfind('/');
  return slash == path.npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

FolderLog FolderLog::of_run(const RunFolderOptions& run) {
  FolderLog log;
  if (run.none || run.path.empty()) return log;
  const std::string path = run.path + "/" + std::string(file_name);
  log.file_ = OwnedDescriptor(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!log.file_) throw std::runtime_error("which folders are made cannot be noted in " + run.path);
  return log;
}

void FolderLog::note(std::string_view below) const {
  if (!file_) return;
  std::string entry(below.empty() ? "." : below);
  entry += '\0';
  // A folder that could not be noted is left behind by --clean: that is safe.
  (void)!::write(file_.get(), entry.data(), entry.size());
}

Parsed<WriteSetting> WriteSetting::open(const Plan& plan) {
  Parsed<MadeContent> made = MadeContent::of(plan.input.files);
  if (!made) return std::unexpected(made.error());
  FolderLog folders = FolderLog::of_run(plan.run);
  Result<ConfinedFolder> root =
      ConfinedFolder::open(plan.write.folder, [&folders](std::string_view below) { folders.note(below); });
  if (!root) return cannot(plan.write.folder, root.error().code);
  WriteSetting setting{.root = std::move(*root),
                       .made = std::move(*made),
                       .options = plan.write,
                       .folders = std::move(folders),
                       .begun = {},
                       .has_list = !plan.input.is_generated(),
                       .carries_on = plan.run.resume,
                       .seed = plan.seed};
  const bool is_kept = !plan.run.none && !plan.run.path.empty();
  if (setting.has_list && is_kept)
    if (const auto opened = setting.begun.open(plan.run.path + "/begun"); !opened)
      return cannot(plan.run.path, opened.error().code);
  return setting;
}

Parsed<void> WriteSetting::check(const Plan& plan) {
  if (const auto made = MadeContent::of(plan.input.files); !made) return std::unexpected(made.error());
  const std::string& folder = plan.write.folder;
  const Result<ConfinedFolder> root = ConfinedFolder::look(folder);
  if (!root && root.error().code != ENOENT) return cannot(folder, root.error().code);
  if (faccessat(AT_FDCWD, root ? folder.c_str() : around(folder).c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    return cannot(folder, errno);
  return {};
}

}  // namespace atonce
