#include "atonce/jobs/job_dialer.h"

#include <algorithm>
#include <cerrno>
#include <span>
#include <stdexcept>

#include "atonce/jobs/connect_once.h"
#include "atonce/runtime/deadline.h"

namespace atonce {
namespace {

// Enough for any honest name, and each that is silent costs a whole time-out.
constexpr std::size_t addresses_tried_max = 8;

DialPlace dial_place(Place place) { return DialPlace::holding(std::move(place)); }

/// What a host answered that does not listen.
struct Refusal {
  IpAddress address;
  int error;
};

/// Whether another address of the same host may do better.
bool worth_another_address(Verdict verdict) {
  return verdict == Verdict::closed || verdict == Verdict::timeout || verdict == Verdict::unreachable ||
         verdict == Verdict::local_no_route;
}

}  // namespace

JobDialer::JobDialer(Io& io, Resolver& resolver, const JobSetting& setting)
    : io_(io),
      resolver_(resolver),
      family_(setting.plan.probe.family),
      excludes_(setting.excludes),
      neighbourhoods_(setting.neighbourhoods),
      guard_(setting.excludes, setting.plan.politeness.allow_private) {}

Task<Dialed> JobDialer::dial(DialRequest request) {
  Dialed dialed;
  if (const std::optional<Verdict> objection = objection_to(request)) {
    dialed.verdict = *objection;
    dialed.address = request.address;
    if (request.address) dialed.resolved = io_.now();
    co_return dialed;
  }
  const Instant began = io_.now();
  Addresses addresses;
  if (!co_await find_addresses(request, addresses, dialed)) co_return dialed;
  dialed.resolved = io_.now();
  request.timeout -= std::min(request.timeout, dialed.resolved - began);
  co_await connect_to(request, addresses, dialed);
  dialed.connected = io_.now();
  co_return dialed;
}

std::optional<Verdict> JobDialer::objection_to(const DialRequest& request) {
  if (request.to_proxy) return std::nullopt;
  if (!request.address && excludes_.excludes(request.host)) return Verdict::excluded;
  if (!request.address) return std::nullopt;
  if (request.redirected) return guard_.objection_to(request.address);
  return excludes_.excludes(request.address) ? std::optional(Verdict::excluded) : std::nullopt;
}

/// False when there is nobody to connect to; then `dialed` says why.
Task<bool> JobDialer::find_addresses(const DialRequest& request, Addresses& addresses, Dialed& dialed) {
  if (request.address) {
    addresses = {request.address};
    co_return true;
  }
  Lookup found = co_await look_up(request);
  if (!found) {
    dialed.verdict = found.error().verdict;
    dialed.error = found.error().error;
    co_return false;
  }
  addresses = std::move(*found);
  if (request.to_proxy) co_return true;
  dialed.address = addresses.front();
  const std::optional<Verdict> refused = guard_.keep_allowed(addresses);
  if (!refused) co_return true;
  dialed.verdict = *refused;
  dialed.resolved = io_.now();
  co_return false;
}

Task<Lookup> JobDialer::look_up(const DialRequest& request) {
  const Duration most = std::min(request.timeout, request.resolve_timeout.value_or(request.timeout));
  if (most <= Duration{}) co_return std::unexpected(LookupFailure{Verdict::dns_timeout, ETIMEDOUT});
  Lookup found;
  const Result<void> ended = co_await within(most, look_up_into(found, request.host));
  if (!ended && ended.error().code == ETIMEDOUT)
    co_return std::unexpected(LookupFailure{Verdict::dns_timeout, ETIMEDOUT});
  co_return found;
}

/// ECANCELED when it was cut short, so that a deadline around it can tell whether it was its own doing.
Task<Result<void>> JobDialer::look_up_into(Lookup& found, std::string_view host) {
  found = co_await resolver_.resolve(host, family_);
  if (!found && found.error().verdict == Verdict::unfinished) co_return std::unexpected(Error{ECANCELED});
  co_return Result<void>();
}

Task<void> JobDialer::connect_to(const DialRequest& request, const Addresses& addresses, Dialed& dialed) {
  Duration left = request.timeout;
  std::optional<Refusal> refusal;
  for (const IpAddress& address : std::span(addresses).first(std::min(addresses.size(), addresses_tried_max))) {
    if (left <= Duration{}) break;
    Place place = co_await take_place(address, dialed);
    if (!place) co_return;
    const Instant began = io_.now();
    dialed.address = address;
    co_await connect_once({address, request.port}, std::min(request.connect_timeout, left), dialed);
    left -= io_.now() - began;
    if (dialed.verdict == Verdict::open) {
      dialed.place = dial_place(std::move(place));
      co_return;
    }
    if (!worth_another_address(dialed.verdict)) co_return;
    if (dialed.verdict == Verdict::closed) refusal = {address, dialed.error};
  }
  if (dialed.verdict == Verdict::unfinished) {
    dialed.verdict = Verdict::timeout;
    dialed.error = ETIMEDOUT;
  } else if (refusal) {
    dialed.verdict = Verdict::closed;
    dialed.address = refusal->address;
    dialed.error = refusal->error;
  }
}

/// None when the scope was cancelled first; then `dialed` says so.
Task<Place> JobDialer::take_place(IpAddress address, Dialed& dialed) {
  if (Place place = neighbourhoods_.try_enter(address)) co_return place;
  const Instant asked = io_.now();
  Result<Place> waited = co_await neighbourhoods_.enter(io_, address);
  if (waited) {
    dialed.queued += io_.now() - asked;
    co_return std::move(*waited);
  }
  dialed.verdict = Verdict::unfinished;
  dialed.error = waited.error().code;
  co_return Place();
}

Task<void> JobDialer::connect_once(Endpoint to, Duration timeout, Dialed& dialed) {
  ConnectFacts facts;
  Result<Socket> socket = co_await within(timeout, connect(io_, to, &facts));
  if (socket) {
    dialed.verdict = Verdict::open;
    dialed.error = 0;
    dialed.socket = std::move(*socket);
    co_return;
  }
  dialed.syns = facts.syns;
  dialed.error = socket.error().code;
  dialed.verdict = verdict_of_connect(socket.error());
  // A socket has no source address for a family that this machine does not speak.
  if (dialed.error == EADDRNOTAVAIL && to.address.family == Family::v6) dialed.verdict = Verdict::local_no_route;
}

std::optional<DialPlace> JobDialer::try_admit(const IpAddress& address) {
  Place place = neighbourhoods_.try_enter(address);
  if (!place) return std::nullopt;
  return dial_place(std::move(place));
}

Task<Result<DialPlace>> JobDialer::admit(IpAddress address) {
  Result<Place> place = co_await neighbourhoods_.enter(io_, address);
  if (!place) co_return std::unexpected(place.error());
  co_return dial_place(std::move(*place));
}

Task<void> with_job_resolver(Io& io, const JobSetting& setting, std::function<Task<void>(Resolver&)> body) {
  Parsed<ResolverConfig> config = read_resolver_config(setting.plan.resolver);
  if (!config) throw std::runtime_error(config.error().text);
  config->ipv6_usable = has_ipv6_route(io);
  co_await with_resolver(io, std::move(*config), [&](Resolver& resolver) -> Task<void> { co_await body(resolver); });
}

}  // namespace atonce
