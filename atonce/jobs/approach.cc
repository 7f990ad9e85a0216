#include "atonce/jobs/approach.h"

#include <cerrno>

namespace atonce {

Task<Attempt> Approach::connect(Endpoint to) {
  Duration timeout = connect_timeout_;
  if (ends_) timeout = std::min(timeout, *ends_ - io_.now());
  if (timeout <= Duration{}) co_return Attempt{.address = to.address, .verdict = Verdict::timeout, .error = ETIMEDOUT};
  Place place = neighbourhoods_.try_enter(to.address);
  if (!place) {
    Result<Place> waited = co_await wait_for_place(to.address);
    if (!waited) co_return Attempt{.address = to.address, .verdict = Verdict::unfinished, .error = waited.error().code};
    place = std::move(*waited);
  }
  ++under_way_;
  Attempt attempt = co_await connect_once(io_, to, timeout);
  if (--under_way_ == 0) idle_since_ = io_.now();
  co_return attempt;
}

Task<Result<Place>> Approach::wait_for_place(const IpAddress& address) {
  const Instant asked = io_.now();
  Result<Place> place = co_await neighbourhoods_.enter(io_, address);
  if (place && under_way_ == 0) queued_ += io_.now() - std::max(asked, idle_since_);
  co_return place;
}

}  // namespace atonce
