#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "atonce/model/result.h"
#include "atonce/runtime/owned_descriptor.h"

namespace atonce {

/// A file that is being written beside its place: it has no name, or a spare one, before it is whole, so that whoever
/// looks finds all of it or nothing. Goes when its owner ends without having given it a name. Every call may block.
class NewFile {
 public:
  /// How it is kept until it has its name.
  enum class Keeping : bool {
    nameless,  ///< without a name where the file system can do that: what a killed program leaves behind is nothing
    spare,     ///< under the spare name, which it takes to replace a file
  };

  /// In `folder`, which outlives it. `spare` is a name that nobody else has a use for: what stands there is removed.
  /// Errors: EACCES, ENOSPC, EROFS, ENOENT (the folder was removed), ... Source: open(2) O_TMPFILE.
  static Result<NewFile> open(int folder, std::string spare, mode_t mode, Keeping keeping = Keeping::nameless);
  NewFile(NewFile&& other) noexcept = default;
  NewFile& operator=(NewFile&& other) noexcept;
  ~NewFile();

  int descriptor() const { return file_.get(); }

  /// Gives it a name that nobody has. 0 or an errno: EEXIST, ... Source: linkat(2), renameat2(2) RENAME_NOREPLACE.
  int become(const char* name);
  /// Gives it a name, whoever has it; only of one that is kept under its spare name. Source: rename(2).
  int replace(const char* name);

 private:
  NewFile() = default;

  int folder_ = -1;
  OwnedDescriptor file_;
  std::string spare_;  ///< its name meanwhile; empty: it has none
};

/// Writes all of it: 0 or an errno.
int write_all(int file, std::string_view bytes);

}  // namespace atonce
