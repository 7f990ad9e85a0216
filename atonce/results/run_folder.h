#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/model/result.h"
#include "atonce/results/manifest.h"
#include "atonce/results/storage.h"

namespace atonce {

inline constexpr std::string_view journal_name = "journal";

/// $XDG_STATE_HOME/atonce/runs, or ~/.local/state/atonce/runs. Complains where neither variable is set. Source: XDG
/// Base Directory Specification.
Parsed<std::string> default_runs_folder();

/// "<UTC time>-<random>" in `runs_folder`: sorts by time, and two runs of one second differ.
std::string new_run_path(const std::string& runs_folder);

/// The folder of one run: `manifest.json` (what was asked for), `journal` (what was found out), `lock`, the results,
/// and `input` where the list came from standard input.
///
/// A new run is `create`, then `adopt_input` where the list is standard input, then `begin`. Until `begin` the folder
/// has no run: one that was left there is made anew. All complaints say what to do.
class RunFolder {
 public:
  /// Makes the folder, or takes an empty one, and locks it. Complains of a folder that has a run, of one that has
  /// anything else in it, and of one that another process works on. `storage` outlives the folder.
  static Parsed<RunFolder> create(Storage& storage, const std::string& path);
  /// Opens a run to carry it on, and locks it.
  static Parsed<RunFolder> open(Storage& storage, const std::string& path);
  /// Opens a run to read it, also while another process works on it.
  static Parsed<RunFolder> look(Storage& storage, const std::string& path);

  /// Copies a list that can be read only once, from `descriptor` to its end, into the folder, and gives the path of the
  /// copy: it has reached the disk.
  Parsed<std::string> adopt_input(int descriptor);
  /// Makes an empty journal and writes the manifest: from here on the folder has a run.
  Parsed<void> begin(Manifest manifest);
  /// Takes `begin` back, for a run that could not start: the folder can be used anew.
  void abandon();

  const std::string& path() const { return path_; }
  const Manifest& manifest() const { return manifest_; }
  Storage& storage() const { return *storage_; }
  std::string file(std::string_view name) const { return path_ + "/" + std::string(name); }
  /// Where an output of the manifest lies.
  std::string path_of(const OutputPlace& place) const;
  /// Another process works on it at this moment; only for a folder that was opened by `look`.
  bool is_busy() const;

 private:
  RunFolder(Storage& storage, std::string path) : storage_(&storage), path_(std::move(path)) {}
  Parsed<void> take_lock();
  Parsed<void> read_manifest();

  Storage* storage_;
  std::string path_;
  Manifest manifest_;
  std::unique_ptr<StorageLock> lock_;
};

}  // namespace atonce
