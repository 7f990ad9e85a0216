#include "atonce/jobs/files/tree_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <set>

#include "atonce/jobs/files/file_path.h"
#include "atonce/jobs/files/new_file.h"

namespace atonce {
namespace {

constexpr mode_t file_mode = 0666;    // As the user's umask has it.
constexpr mode_t folder_mode = 0777;  // The same.
constexpr mode_t owner_rights = 0700;

Instant clock_now() { return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()); }

int close_file(OwnedDescriptor& file) {
  // Source: close(2): EINTR leaves it closed on Linux.
  return ::close(file.release()) == 0 || errno == EINTR ? 0 : errno;
}

}  // namespace

Verdict verdict_of_write(int error) {
  switch (error) {
    case 0: return Verdict::written;
    case EEXIST: return Verdict::exists;
    case ENOSPC:
    case EDQUOT: return Verdict::no_space;
    case EACCES:
    case EPERM:
    case EROFS: return Verdict::not_permitted;
    case ELOOP:
    case ENOTDIR:
    case EISDIR:
    case EXDEV: return Verdict::blocked;     // openat2(2): the way leads through a link, or out of the folder.
    case ENOENT: return Verdict::no_folder;  // It is made where it is missing, unless the one around it is gone too.
    case ENAMETOOLONG:
    case EILSEQ: return Verdict::invalid_input;  // This file system takes less than others do.
    case EMFILE:
    case ENFILE:
    case ENOMEM: return Verdict::local_shortage;
    default: return Verdict::io_error;
  }
}

TreeWriter::TreeWriter(const WriteSetting& setting)
    : setting_(setting), content_(setting.made), comparer_(setting.made) {}

void TreeWriter::write(std::span<Outcome> group) {
  Instant now = clock_now();
  for (Outcome& outcome : group) {
    outcome.started = now;
    write_one(outcome);
    now = outcome.finished = clock_now();
  }
  if (setting_.options.sync == SyncChoice::file) sync_group(group);
  for (Outcome& outcome : group) {
    if (is_written(outcome.verdict) && is_sample(outcome)) verify(outcome);
    if (outcome.verdict != Verdict::local_shortage) outcome.target.source = {};  // What waits for its row is small.
  }
}

void TreeWriter::write_one(Outcome& outcome) {
  outcome.tries = 1;
  const Placed placed = place(outcome.target, read_file_source(outcome.target.source));
  outcome.verdict = placed.verdict;
  outcome.error = placed.error;
  if (!unsynced_.empty() && unsynced_.back().outcome == nullptr) unsynced_.back().outcome = &outcome;
}

TreeWriter::Placed TreeWriter::place(const Target& target, const FileSource& source) {
  if (source.kind == FileSource::Kind::refused) return {Verdict::not_a_file};
  const char* const name = name_part(target.host).data();  // The end of a string, so it ends with a NUL.
  Placed placed;
  for (const bool last_try : {false, true}) {
    if (const int error = enter_folder_of(target); error != 0) return {verdict_of_write(error), error};
    placed =
        source.kind == FileSource::Kind::folder ? put_folder(name, target, source) : put_file(name, target, source);
    if (placed.error != ENOENT || last_try) break;
    folder_ = {};  // Somebody removed it meanwhile: it is made once more.
    folder_path_.clear();
  }
  return placed;
}

int TreeWriter::enter_folder_of(const Target& target) {
  const std::string_view path = folder_part(target.host);
  if (path == folder_path_) return 0;
  folder_ = {};
  folder_path_.clear();
  Result<OwnedDescriptor> opened =
      setting_.root.folder(path, [this](std::string_view below) { setting_.folders.note(below); });
  if (!opened) return opened.error().code;
  folder_ = std::move(*opened);
  folder_path_ = path;
  return 0;
}

TreeWriter::Placed TreeWriter::put_folder(const char* name, const Target& target, const FileSource& source) {
  // What lies in it is still to be written, so its owner keeps all rights.
  if (mkdirat(folder(), name, source.mode.value_or(folder_mode) | owner_rights) == 0) {
    if (source.mode) (void)fchmodat(folder(), name, *source.mode | owner_rights, 0);
    setting_.folders.note(target.host);
    return {};
  }
  return {verdict_of_write(errno), errno};
}

TreeWriter::Placed TreeWriter::put_file(const char* name, const Target& target, const FileSource& source) {
  bool is_there = false;
  const bool ours = setting_.has_list ? was_begun(name, target, is_there) : setting_.carries_on;
  if (!is_there) {
    const int error =
        setting_.options.atomic ? create_beside(name, target, source, false) : create_in_place(name, target, source);
    if (error != EEXIST) return {verdict_of_write(error), error};
  }
  return meet_what_is_there(name, target, source, ours);
}

bool TreeWriter::was_begun(const char* name, const Target& target, bool& is_there) {
  if (setting_.begun.has(target.index)) return setting_.carries_on;
  struct stat status{};
  is_there = fstatat(folder(), name, &status, AT_SYMLINK_NOFOLLOW) == 0;
  if (!is_there) (void)setting_.begun.mark(target.index);  // Without it, what is torn later stays so.
  return false;
}

TreeWriter::Placed TreeWriter::meet_what_is_there(const char* name, const Target& target, const FileSource& source,
                                                  bool ours) {
  struct stat status{};
  if (fstatat(folder(), name, &status, AT_SYMLINK_NOFOLLOW) != 0) return {verdict_of_write(errno), errno};
  const bool is_file = S_ISREG(status.st_mode);
  if (ours && is_file) {
    const Result<Likeness> likeness = comparer_.compare(folder(), name, target, source);
    if (!likeness) return {verdict_of_write(likeness.error().code), likeness.error().code};
    if (*likeness == Likeness::same) {
      // Whoever wrote it was killed before it was on the disk, perhaps.
      if (setting_.options.sync == SyncChoice::file)
        unsynced_.push_back({nullptr, OwnedDescriptor(openat(folder(), name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC))});
      return {};
    }
    if (*likeness == Likeness::torn || !setting_.has_list) {
      const int error = create_beside(name, target, source, true);
      return {verdict_of_write(error), error};
    }
  }
  if (!setting_.options.overwrite) return {Verdict::exists, EEXIST};
  if (!is_file) return {Verdict::blocked, S_ISLNK(status.st_mode) ? ELOOP : S_ISDIR(status.st_mode) ? EISDIR : EEXIST};
  const int error = create_beside(name, target, source, true);
  return {error == 0 ? Verdict::replaced : verdict_of_write(error), error};
}

int TreeWriter::create_in_place(const char* name, const Target& target, const FileSource& source) {
  // O_EXCL follows no link: what is there, be it a link that leads nowhere, is EEXIST.
  OwnedDescriptor file(
      openat(folder(), name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, source.mode.value_or(file_mode)));
  if (!file) return errno;
  int error = fill(file.get(), target, source);
  if (error == 0 && setting_.options.sync == SyncChoice::file) {
    unsynced_.push_back({nullptr, std::move(file)});
    return 0;
  }
  if (error == 0) error = close_file(file);
  if (error != 0) unlinkat(folder(), name, 0);  // Half a file is none.
  return error;
}

int TreeWriter::create_beside(const char* name, const Target& target, const FileSource& source, bool replaces) {
  Result<NewFile> file =
      NewFile::open(folder(), spare_name(setting_.seed, target.index), source.mode.value_or(file_mode),
                    replaces ? NewFile::Keeping::spare : NewFile::Keeping::nameless);
  if (!file) return file.error().code;
  if (const int error = fill(file->descriptor(), target, source); error != 0) return error;
  // Its name must not be on the disk before its content is.
  if (setting_.options.sync == SyncChoice::file && fsync(file->descriptor()) != 0) return errno;
  return replaces ? file->replace(name) : file->become(name);
}

int TreeWriter::fill(int file, const Target& target, const FileSource& source) {
  if (source.mode && fchmod(file, *source.mode) != 0) return errno;
  if (const auto begun = content_.begin(target, source); !begun) return begun.error().code;
  while (true) {
    const Result<std::string_view> piece = content_.next();
    if (!piece) return piece.error().code;
    if (piece->empty()) return 0;
    if (const int error = write_all(file, *piece); error != 0) return error;
  }
}

void TreeWriter::sync_group(std::span<Outcome> group) {
  const auto note = [](Outcome& outcome, int error) {
    outcome.verdict = error == ENOSPC || error == EDQUOT ? Verdict::no_space : Verdict::io_error;
    outcome.error = error;
  };
  for (Unsynced& written : unsynced_) {
    int error = fsync(written.file.get()) == 0 ? 0 : errno;
    if (const int closed = close_file(written.file); error == 0) error = closed;
    if (error != 0) note(*written.outcome, error);
    written.outcome->finished = clock_now();
  }
  unsynced_.clear();
  std::set<std::string_view> folders;
  for (const Outcome& outcome : group)
    if (is_written(outcome.verdict)) folders.insert(folder_part(outcome.target.host));
  for (const std::string_view path : folders) {
    const Result<OwnedDescriptor> found = setting_.root.existing_folder(path);
    const OwnedDescriptor opened(found ? openat(found->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1);
    if (opened && fsync(opened.get()) == 0) continue;
    const int error = found ? errno : found.error().code;
    for (Outcome& outcome : group)
      if (is_written(outcome.verdict) && folder_part(outcome.target.host) == path) note(outcome, error);
  }
}

bool TreeWriter::is_sample(const Outcome& outcome) const {
  return setting_.options.verify != 0 && outcome.target.index % setting_.options.verify == 0;
}

void TreeWriter::verify(Outcome& outcome) {
  const FileSource source = read_file_source(outcome.target.source);
  if (source.kind == FileSource::Kind::folder) return;
  int error = enter_folder_of(outcome.target);
  if (error == 0) {
    const bool from_disk = setting_.options.sync == SyncChoice::file;
    const auto likeness =
        comparer_.compare(folder(), std::string(name_part(outcome.target.host)), outcome.target, source, from_disk);
    if (likeness && *likeness == Likeness::same) return;
    error = likeness ? 0 : likeness.error().code;
  }
  outcome.verdict = error == 0 || error == ENOENT ? Verdict::corrupt : Verdict::io_error;
  outcome.error = error;
}

}  // namespace atonce
