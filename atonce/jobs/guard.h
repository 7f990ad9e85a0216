#pragma once

#include <optional>
#include <vector>

#include "atonce/jobs/exclude_list.h"
#include "atonce/model/verdict.h"

namespace atonce {

/// Whom a job may talk to. A job asks twice: for its target before anything is sent, and for the addresses of a name
/// before a connection is made.
///
/// An address that the user wrote himself, in a list or as a network, is tried wherever it leads: he asked for it by
/// number. A name is somebody else's word, so it may not lead into private and other special-use ranges unless the user
/// allows it: else whoever owns the name would have us knock at our own doors.
class Guard {
 public:
  Guard(const ExcludeList& excludes, bool allow_private) : excludes_(excludes), allow_private_(allow_private) {}

  /// Whether the target must be left alone.
  bool refuses(const Target& target) const { return excludes_.excludes(target); }

  /// Why an address found for a name must not be connected to: excluded or special_use; nothing when it may be.
  std::optional<Verdict> objection_to(const IpAddress& address) const;

  /// Removes from `addresses`, found for a name, those that must not be connected to. When none is left: the verdict.
  /// An owner's wish to be left alone comes first.
  std::optional<Verdict> keep_allowed(std::vector<IpAddress>& addresses) const;

 private:
  const ExcludeList& excludes_;
  const bool allow_private_;
};

}  // namespace atonce
