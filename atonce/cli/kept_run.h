#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "atonce/cli/invocation.h"
#include "atonce/results/journal_reader.h"
#include "atonce/results/run_folder.h"
#include "atonce/strategies/target_source.h"

namespace atonce {

/// A run folder opened to be read; the run may be going on.
struct KeptRunFolder {
  std::unique_ptr<Storage> storage;
  RunFolder folder;
  Plan plan;  ///< as it was asked for; its list is where it can be read now
};

/// Complains of a folder that is not there, has no run, or has one of a newer atonce.
Parsed<KeptRunFolder> look_at_run(const std::string& path);

/// What the run was asked for, from the words kept in its manifest and the options that change it now. The list is the
/// one that the manifest names, wherever this process stands.
Parsed<Invocation> invocation_of(const RunFolder& folder, const std::vector<std::string>& changes);

/// Shows `visitor` the journal. One without a frame is that of a run without verdicts, and so is none while a process
/// works on the run. Complains when it cannot be read, is not there, or is another run's.
Parsed<JournalReport> read_journal_of(const KeptRunFolder& run, JournalVisitor& visitor);

/// What is wrong with a journal that was read, for a person: cut off or damaged. Empty when it is whole, or when a
/// process is still writing it.
std::string trouble_of(const KeptRunFolder& run, const JournalReport& report);

/// Opens the run's list, after a look whether it is the one that the run began with.
Parsed<std::unique_ptr<TargetList>> open_list_of(const KeptRunFolder& run);

/// Hands each target of the list to `take`, in order, until that returns false. Complains when reading it fails.
Parsed<void> for_each_target(TargetList& list, const std::function<bool(const Target&)>& take);

/// The folders with a run under the state directory, the newest first; none where there is no such directory.
Parsed<std::vector<std::string>> kept_run_folders(Storage& storage);

/// The latest of these that was started here with `words`, `--resume` apart. Complains when there is none.
Parsed<std::string> latest_run_of(Storage& storage, const std::vector<std::string>& words);

/// "list.csv", "example.com and 3 more": what a run was done to, as a person names it.
std::string name_of_input(const Manifest& manifest);

}  // namespace atonce
