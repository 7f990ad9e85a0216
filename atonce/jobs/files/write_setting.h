#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "atonce/jobs/files/confined_folder.h"
#include "atonce/jobs/files/file_content.h"
#include "atonce/jobs/sent_ledger.h"
#include "atonce/model/plan.h"
#include "atonce/model/result.h"

namespace atonce {

/// Which folders a run has made, in a file beside its journal: so that `--clean` takes away these and no others. Shared
/// by all loops, threads and forked workers.
class FolderLog {
 public:
  static constexpr std::string_view file_name = "folders";

  FolderLog() = default;
  /// That of a run; one that notes nothing where the run is not kept. Throws where it cannot be opened.
  static FolderLog of_run(const RunFolderOptions& run);

  /// `below` is its path below the run's folder; empty: that folder itself.
  void note(std::string_view below) const;

 private:
  OwnedDescriptor file_;
};

/// What every thread of a write needs: made once for a loop, and then only read.
struct WriteSetting {
  ConfinedFolder root;
  MadeContent made;
  WriteOptions options;
  FolderLog folders;
  /// Of a list: which files were begun where nothing was before. A name of a list is not ours alone, so a mark is what
  /// tells a file that an earlier session of this run left from one that somebody else had. Names that are made have
  /// 512 random bits, and need none.
  mutable SentLedger begun;
  bool has_list = false;
  bool carries_on = false;  ///< an earlier session of this run may have written some
  std::uint64_t seed = 0;

  /// Opens the folder, and makes it where it is missing. Complains when it cannot be written to.
  static Parsed<WriteSetting> open(const Plan& plan);
  /// The same question without making or changing anything.
  static Parsed<void> check(const Plan& plan);
};

}  // namespace atonce
