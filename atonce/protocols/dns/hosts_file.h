#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "atonce/protocols/dns/resolver.h"

namespace atonce {

/// The names a machine knows without asking: addresses of both families, by name in lower case. Source: hosts(5).
class HostsFile {
 public:
  /// Lines that are no entry are passed over, as the C library does.
  static HostsFile parse(std::string_view text);

  /// All addresses of `name` (lower case, no trailing dot), in the order of the file; none: null.
  const Addresses* find(std::string_view name) const;
  bool empty() const { return entries_.empty(); }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, Addresses, Hash, std::equal_to<>> entries_;
};

}  // namespace atonce
