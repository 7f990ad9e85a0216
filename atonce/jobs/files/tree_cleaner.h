#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "atonce/jobs/files/confined_folder.h"
#include "atonce/jobs/files/file_comparer.h"

namespace atonce {

/// What was found of a run's files when they were taken away again.
struct CleanAccount {
  std::uint64_t removed = 0;
  std::uint64_t gone = 0;     ///< not there any more
  std::uint64_t changed = 0;  ///< not what the run wrote, so left alone
  std::uint64_t failed = 0;   ///< could not be read or removed
  int error = 0;              ///< why the first of these could not
  std::uint64_t folders = 0;  ///< removed
};

/// Takes away what a run has made below its folder. A file that somebody has changed since is somebody's, and stays.
class TreeCleaner {
 public:
  /// All outlive it.
  TreeCleaner(const ConfinedFolder& root, const MadeContent& made, std::uint64_t seed);

  /// The file of `target`, where it holds what the run wrote; `half`: also where it is the beginning of that.
  void remove(const Target& target, bool half);
  /// Folders that the run made, in the order of their making, and only where nothing is in them any more.
  void remove_folders(const std::vector<std::string>& below);

  const CleanAccount& account() const { return account_; }

 private:
  void fail(int error);

  const ConfinedFolder& root_;
  const std::uint64_t seed_;
  FileComparer comparer_;
  OwnedDescriptor folder_;
  std::string folder_path_;
  CleanAccount account_;
};

/// The paths that a FolderLog has noted; none where there is no such file.
std::vector<std::string> read_folder_log(const std::string& path);

}  // namespace atonce
