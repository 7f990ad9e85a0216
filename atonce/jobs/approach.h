#pragma once

#include <algorithm>
#include <optional>

#include "atonce/jobs/connect_once.h"
#include "atonce/jobs/neighbourhood.h"

namespace atonce {

/// One try to reach a host over its addresses: each connection waits for its place among those to its address and
/// network first, and what it waits there is ours, so that it shortens no time-out.
class Approach {
 public:
  /// `connect_timeout` is for one connection; the whole try, `queued` left out, ends at `ends`.
  Approach(Io& io, Neighbourhoods& neighbourhoods, Duration connect_timeout, std::optional<Instant> ends)
      : io_(io), neighbourhoods_(neighbourhoods), connect_timeout_(connect_timeout), ends_(ends) {}

  /// As `connect_once`; `timeout` when the try has no time left.
  Task<Attempt> connect(Endpoint to);

  /// How long nothing of this try was under way, because it had no place.
  Duration queued() const { return queued_; }
  bool has_time() const { return !ends_ || io_.now() < *ends_; }
  Io& io() const { return io_; }

 private:
  Task<Result<Place>> wait_for_place(const IpAddress& address);

  Io& io_;
  Neighbourhoods& neighbourhoods_;
  const Duration connect_timeout_;
  const std::optional<Instant> ends_;
  unsigned under_way_ = 0;
  Instant idle_since_{};  ///< when the last connection ended and none was under way
  Duration queued_{};
};

}  // namespace atonce
