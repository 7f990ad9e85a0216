#pragma once

#include <memory>
#include <string>

namespace atonce {

/// The list of names under which anybody can register ("com", "co.uk", "github.io"): no cookie is set for one.
///
/// A cheap handle of a list that never changes; copies may be used by any thread. Source: publicsuffix.org, libpsl(3).
class PublicSuffixes {
 public:
  /// The newer of the system's list and of the one inside the library.
  static PublicSuffixes system();

  /// `name` in lower-case ASCII. A name without a dot that the list does not have is a suffix, too.
  bool contains(const std::string& name) const;

 private:
  explicit PublicSuffixes(std::shared_ptr<const void> list) : list_(std::move(list)) {}

  std::shared_ptr<const void> list_;  ///< null: there is no list
};

}  // namespace atonce
