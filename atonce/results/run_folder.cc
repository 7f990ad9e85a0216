#include "atonce/results/run_folder.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "atonce/model/escape.h"
#include "atonce/results/journal_writer.h"

namespace atonce {
namespace {

constexpr std::string_view manifest_name = "manifest.json";
constexpr std::string_view manifest_part = "manifest.json.part";
constexpr std::string_view lock_name = "lock";
constexpr std::string_view input_name = "input";
constexpr std::string_view input_part = "input.part";
constexpr std::size_t manifest_bytes_max = 64 << 20;  ///< many targets may have stood on the command line
constexpr std::size_t piece_bytes = 1 << 20;

/// What a run that died before it began may leave behind.
bool is_leftover(std::string_view name) {
  constexpr std::array names{manifest_part, lock_name, input_name, input_part, journal_name};
  return std::ranges::find(names, name) != names.end();
}

std::unexpected<Complaint> cannot(std::string_view what, const std::string& path, int error) {
  return complain_of(error,
                     fmt::format("\"{}\" cannot be {}: {}", escape_for_terminal(path), what, std::strerror(error)));
}

/// Writes a whole file so that, whatever happens, either nothing or all of it stands under `path`.
int write_atomically(Storage& storage, const std::string& path, const std::string& part, std::string_view text) {
  if (const int error = storage.exists(part) ? storage.remove(part) : 0) return error;
  const auto file = storage.open(part, Opening::create);
  if (!file) return file.error().code;
  if (const int error = (*file)->append(text)) return error;
  if (const int error = (*file)->sync()) return error;
  storage.reached("before-manifest-rename");
  if (const int error = storage.rename(part, path)) return error;
  storage.reached("after-manifest-rename");
  storage.reached("before-directory-sync");
  if (const int error = storage.sync_directory(parent_of(path))) return error;
  storage.reached("after-directory-sync");
  return 0;
}

Parsed<void> check_empty(Storage& storage, const std::string& path) {
  const auto names = storage.list(path);
  if (!names) return cannot("read", path, names.error().code);
  if (std::ranges::find(*names, manifest_name) != names->end())
    return complain(
        fmt::format("\"{0}\" has a run already: carry it on with \"atonce resume {0}\", or choose another folder",
                    escape_for_terminal(path)));
  const auto foreign = std::ranges::find_if_not(*names, is_leftover);
  if (foreign == names->end()) return {};
  return complain(fmt::format("\"{}\" is no empty folder: it has \"{}\"; give the run a folder of its own",
                              escape_for_terminal(path), escape_for_terminal(*foreign)));
}

/// The bytes of `descriptor` to its end, into `file`.
int copy_all(int descriptor, StoredFile& file) {
  const auto piece = std::make_unique_for_overwrite<char[]>(piece_bytes);
  while (true) {
    const ssize_t count = ::read(descriptor, piece.get(), piece_bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno;
    if (count == 0) return file.sync();
    if (const int error = file.append({piece.get(), static_cast<std::size_t>(count)})) return error;
  }
}

}  // namespace

Parsed<std::string> default_runs_folder() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && state[0] == '/') return std::string(state) + "/atonce/runs";
  const char* home = std::getenv("HOME");
  if (home != nullptr && home[0] == '/') return std::string(home) + "/.local/state/atonce/runs";
  return complain("there is no place for the run: neither XDG_STATE_HOME nor HOME is set; give a folder with --run");
}

std::string new_run_path(const std::string& runs_folder) {
  return fmt::format("{}/{:%Y%m%dT%H%M%SZ}-{}", runs_folder, fmt::gmtime(std::time(nullptr)),
                     write_run_id(RunId::random()).substr(0, 6));
}

Parsed<RunFolder> RunFolder::create(Storage& storage, const std::string& path) {
  if (const int error = storage.make_directories(path)) return cannot("made", path, error);
  if (const auto empty = check_empty(storage, path); !empty) {
    // Whoever works on a run that stands there should be named first.
    RunFolder there(storage, path);
    if (storage.exists(there.file(manifest_name)))
      if (const auto locked = there.take_lock(); !locked) return std::unexpected(locked.error());
    return std::unexpected(empty.error());
  }
  RunFolder folder(storage, path);
  if (const auto locked = folder.take_lock(); !locked) return std::unexpected(locked.error());
  if (const auto empty = check_empty(storage, path); !empty) return std::unexpected(empty.error());
  return folder;
}

Parsed<RunFolder> RunFolder::open(Storage& storage, const std::string& path) {
  RunFolder folder(storage, path);
  if (const auto read = folder.read_manifest(); !read) return std::unexpected(read.error());
  if (const auto locked = folder.take_lock(); !locked) return std::unexpected(locked.error());
  return folder;
}

Parsed<RunFolder> RunFolder::look(Storage& storage, const std::string& path) {
  RunFolder folder(storage, path);
  if (const auto read = folder.read_manifest(); !read) return std::unexpected(read.error());
  return folder;
}

Parsed<void> RunFolder::take_lock() {
  const std::string lock_path = file(lock_name);
  auto lock = storage_->lock(lock_path);
  if (!lock && lock.error().code == EWOULDBLOCK) {
    const auto holder = storage_->read_small(lock_path);
    const std::string pid = holder && !holder->empty() ? fmt::format(" (pid {})", escape_for_terminal(*holder)) : "";
    return complain(fmt::format("another atonce{} is working on \"{}\"; wait for it to end, or stop it", pid,
                                escape_for_terminal(path_)));
  }
  if (!lock) return cannot("locked", path_, lock.error().code);
  lock_ = std::move(*lock);
  // The pid is a courtesy: a full disk does not keep a run from being opened.
  if (const auto holder = storage_->open(lock_path, Opening::append); holder && (*holder)->truncate(0) == 0)
    (void)(*holder)->append(fmt::format("{}", getpid()));
  return {};
}

Parsed<void> RunFolder::read_manifest() {
  const std::string manifest_path = file(manifest_name);
  const auto text = storage_->read_small(manifest_path, manifest_bytes_max);
  if (!text && (text.error().code == ENOENT || text.error().code == ENOTDIR))
    return complain(fmt::format("\"{}\" has no run: there is no {} in it", escape_for_terminal(path_), manifest_name));
  if (!text) return cannot("read", manifest_path, text.error().code);
  Parsed<Manifest> manifest = parse_manifest(*text, manifest_path);
  if (!manifest) return std::unexpected(manifest.error());
  manifest_ = std::move(*manifest);
  return {};
}

Parsed<std::string> RunFolder::adopt_input(int descriptor) {
  const std::string part = file(input_part);
  const std::string whole = file(input_name);
  if (const int error = storage_->exists(part) ? storage_->remove(part) : 0) return cannot("removed", part, error);
  const auto copy = storage_->open(part, Opening::create);
  if (!copy) return cannot("made", part, copy.error().code);
  if (const int error = copy_all(descriptor, **copy)) return cannot("filled with the list", part, error);
  if (const int error = storage_->rename(part, whole)) return cannot("made", whole, error);
  if (const int error = storage_->sync_directory(path_)) return cannot("written", path_, error);
  return whole;
}

Parsed<void> RunFolder::begin(Manifest manifest) {
  const std::string path = file(manifest_name);
  const std::string journal_path = file(journal_name);
  // The journal is on the disk before the manifest: where there is a manifest, a journal that is missing or has no head
  // was taken away, and is no young run.
  if (const int error = storage_->exists(journal_path) ? storage_->remove(journal_path) : 0)
    return cannot("removed", journal_path, error);
  const auto journal = JournalWriter::create(*storage_, journal_path, *parse_run_id(manifest.run_id));
  if (!journal) return cannot("made", journal_path, journal.error().code);
  if (const int error = write_atomically(*storage_, path, file(manifest_part), write_manifest(manifest)))
    return cannot("written", path, error);
  // The folder's own name, too, must outlive a power cut.
  if (const int error = storage_->sync_directory(parent_of(path_))) return cannot("written", path_, error);
  manifest_ = std::move(manifest);
  return {};
}

void RunFolder::abandon() {
  if (storage_->remove(file(manifest_name)) != 0) return;
  (void)storage_->remove(file(journal_name));
  for (const OutputPlace& place : manifest_.outputs)
    if (path_of(place) == file(place.path)) (void)storage_->remove(file(place.path));
}

std::string RunFolder::path_of(const OutputPlace& place) const {
  return place.path.starts_with('/') ? place.path : file(place.path);
}

bool RunFolder::is_busy() const {
  const auto lock = storage_->lock(file(lock_name));
  return !lock && lock.error().code == EWOULDBLOCK;
}

}  // namespace atonce
