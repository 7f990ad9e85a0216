#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "atonce/jobs/files/confined_folder.h"
#include "atonce/jobs/files/new_file.h"
#include "atonce/model/result.h"

namespace atonce {

/// A file of a SaveFolder that is being written: it has no name before it is whole, so what a killed run leaves behind
/// is nothing. Every call may block.
class SavedFile {
 public:
  /// 0 or an errno.
  int write(std::string_view bytes) { return write_all(file_.descriptor(), bytes); }
  /// Gives it its name, or the first of "name", "name.1" ... "name.99" that nobody has: nothing is overwritten.
  /// Errors: EEXIST, EIO, ...
  Result<std::string> finish();

 private:
  friend class SaveFolder;
  SavedFile(OwnedDescriptor folder, NewFile file) : folder_(std::move(folder)), file_(std::move(file)) {}

  OwnedDescriptor folder_;  ///< outlives the file
  NewFile file_;
  std::string prefix_;  ///< of the folder below the root, with its slash; empty: the root
  std::string name_;
};

/// A folder for the bodies of answers. What names in it are made of comes from URLs and is nobody's to trust: a file
/// lies in it or in a folder that we made below it, and the way there leads through no link.
///
/// The first 10,000 targets have their files in the folder itself, the next ones in "0001", "0002" ...: folders of a
/// million files are slow for everybody. Source: openat2(2), open(2) O_TMPFILE, linkat(2).
class SaveFolder {
 public:
  static constexpr std::uint64_t targets_per_folder = 10'000;
  static constexpr std::size_t name_bytes_max = 120;

  /// Makes the folder where it is not there. Complains when it cannot be written to.
  static Parsed<SaveFolder> open(const std::string& path);

  /// A file for the target. May block. Errors: EACCES, ENOSPC, ELOOP (a link is in the way), ENOTDIR, ...
  Result<SavedFile> create(std::uint64_t index, std::string_view url) const;

 private:
  explicit SaveFolder(ConfinedFolder root) : root_(std::move(root)) {}
  ConfinedFolder root_;
};

/// "00000042-example.org-robots.txt": unique by the number, with as much of the URL as is safe: letters, digits, "._-",
/// no dot in front, at most `SaveFolder::name_bytes_max` bytes.
std::string saved_name(std::uint64_t index, std::string_view url);

}  // namespace atonce
