#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atonce/protocols/dns/resolver.h"

namespace atonce {

/// The last few names that a resolver knew something of, from the one thread that sees a run's outcomes to its witness.
class AnsweredNames {
 public:
  static constexpr std::size_t names_max = 8;

  /// Keeps `name`, in the place of the oldest, where servers are asked for it: not `localhost`, `onion` and what is
  /// under them, nor a name without a dot. Takes a lock once in 10 ms at most.
  void offer(std::string_view name, Instant at);
  /// One after the other; nothing while there is none.
  std::optional<std::string> next();
  bool empty() const;

 private:
  Instant offered_{};  ///< the offering thread's own
  mutable std::mutex mutex_;
  std::vector<std::string> names_;
  std::size_t oldest_ = 0;
  std::size_t turn_ = 0;
};

/// What a witness asks of the servers of a run, within `patience`: `turn` tells with which of them to begin. No cache,
/// no file, no search list, so that no answer comes from this machine.
ResolverConfig config_for_witness(const ResolverConfig& run, Duration patience, std::size_t turn);

/// Whether the servers say anything at all to a question for `name`.
Task<bool> is_answered(Io& io, ResolverConfig config, std::string name);

}  // namespace atonce
