#include "atonce/protocols/client/resolving_dialer.h"

#include <algorithm>
#include <cerrno>

#include "atonce/model/special_use.h"
#include "atonce/runtime/deadline.h"

namespace atonce {
namespace {

Task<Result<void>> look_up_into(Lookup& found, Resolver& resolver, const std::string& host) {
  found = co_await resolver.resolve(host, AddressChoice::any);
  if (!found && found.error().verdict == Verdict::unfinished) co_return std::unexpected(Error{ECANCELED});
  co_return Result<void>();
}

}  // namespace

Task<Lookup> ResolvingDialer::look_up(const DialRequest& request) {
  if (request.address) co_return Addresses{request.address};
  Lookup found;
  const Duration timeout = std::min(request.timeout, request.resolve_timeout.value_or(request.timeout));
  const Result<void> ended = co_await within(timeout, look_up_into(found, resolver_, request.host));
  if (!ended && ended.error().code == ETIMEDOUT)
    co_return std::unexpected(LookupFailure{Verdict::dns_timeout, ETIMEDOUT});
  co_return found;
}

std::optional<Verdict> ResolvingDialer::objection_to(const DialRequest& request) {
  const bool own_literal = request.address && !request.redirected;
  if (allow_private_ || request.to_proxy || own_literal || !request.address) return std::nullopt;
  const SpecialUse* const use = special_use_of(request.address);
  return use == nullptr ? std::nullopt : std::optional(Verdict::special_use);
}

Task<Dialed> ResolvingDialer::dial(DialRequest request) {
  const Instant ends = later(io_.now(), request.timeout);
  Dialed dialed;
  const Lookup found = co_await look_up(request);
  if (!found) {
    dialed.verdict = found.error().verdict;
    dialed.error = found.error().error;
    co_return dialed;
  }
  dialed.resolved = io_.now();
  for (const IpAddress& address : *found) {
    DialRequest to = request;
    to.redirected |= !request.address;
    to.address = dialed.address = address;
    if (const std::optional<Verdict> objection = objection_to(to)) {
      dialed.verdict = *objection;
      continue;
    }
    const Duration timeout = std::min(request.connect_timeout, ends - io_.now());
    ConnectFacts facts;
    Result<Socket> socket = co_await within(timeout, connect(io_, {address, request.port}, &facts));
    dialed.connected = io_.now();
    dialed.syns = facts.syns;
    dialed.error = socket ? 0 : socket.error().code;
    dialed.verdict = socket ? Verdict::open : verdict_of_connect(socket.error());
    if (socket) dialed.socket = std::move(*socket);
    if (socket || dialed.verdict == Verdict::unfinished || io_.now() >= ends) break;
  }
  co_return dialed;
}

}  // namespace atonce
