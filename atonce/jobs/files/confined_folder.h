#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "atonce/model/result.h"
#include "atonce/runtime/owned_descriptor.h"

namespace atonce {

/// A folder that names from outside cannot lead out of: the way to what is below it goes through no link. Every call
/// may block. Source: openat2(2) RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS; where a container's filter forbids that call,
/// each part of a path is opened by itself, with O_NOFOLLOW, which is as safe.
class ConfinedFolder {
 public:
  /// Is told the path of each folder that was made, from this one on; of this folder itself it is empty.
  using Made = std::function<void(std::string_view below)>;

  ConfinedFolder() = default;
  /// Opens the folder, and makes it where it is not there; the folder around it must be. `path` itself may be a link:
  /// whoever runs this chose it. Errors: ENOENT, ENOTDIR, EACCES, ...
  static Result<ConfinedFolder> open(const std::string& path, const Made& made = {});
  /// The same without making anything.
  static Result<ConfinedFolder> look(const std::string& path);

  /// For openat(2) and the like of single names: O_PATH.
  int descriptor() const { return folder_.get(); }

  /// The folder at `below` ("a/b"; empty: this one), as an O_PATH descriptor; what is missing of it is made. Errors:
  /// ELOOP (a link is in the way), ENOTDIR, EACCES, ENOSPC, ENOENT (this folder was removed), ...
  Result<OwnedDescriptor> folder(std::string_view below, const Made& made = {}) const;
  /// The same of a folder that is there. Errors: ENOENT too.
  Result<OwnedDescriptor> existing_folder(std::string_view below) const;

 private:
  explicit ConfinedFolder(OwnedDescriptor folder) : folder_(std::move(folder)) {}
  Result<OwnedDescriptor> walk(std::string_view below, const Made* made) const;

  OwnedDescriptor folder_;
};

}  // namespace atonce
