#include "atonce/jobs/probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <vector>

#include "atonce/jobs/connect_once.h"
#include "atonce/jobs/happy_eyeballs.h"
#include "atonce/runtime/combinators.h"
#include "atonce/runtime/deadline.h"

namespace atonce {
namespace {

// One host's addresses at once: enough for any honest name, too few to be a nuisance to one.
constexpr std::size_t addresses_tried_max = 16;

class ProbeJob final : public Job {
 public:
  ProbeJob(Io& io, Resolver& resolver, const ProbeOptions& options) : io_(io), resolver_(resolver), options_(options) {}
  Task<Outcome> run(Target target, Instant due) override {
    return probe(io_, resolver_, options_, std::move(target), due);
  }

 private:
  Io& io_;
  Resolver& resolver_;
  const ProbeOptions& options_;
};

/// Where one try writes what it finds. A try that a deadline cuts short leaves what was known.
struct Try {
  Verdict verdict = Verdict::timeout;
  int error = 0;
  IpAddress address;
  Instant resolved{};
  Instant connected{};
  std::vector<Attempt> attempts;

  void settle(const Attempt& attempt) {
    verdict = attempt.verdict;
    error = attempt.error;
    address = attempt.address;
  }
};

/// The attempt that speaks for the host: one open address is enough. Without one, an address that we did not really try
/// leaves the question open; else closed comes before timeout, and so on.
const Attempt& best_of(const std::vector<Attempt>& attempts) {
  return *std::ranges::min_element(attempts, {}, [](const Attempt& attempt) {
    if (attempt.verdict == Verdict::unfinished) return 1;
    if (attempt.verdict == Verdict::local_shortage) return 2;
    return attempt.verdict == Verdict::open ? 0 : 3 + static_cast<int>(attempt.verdict);
  });
}

Task<void> connect_first(Io& io, const ProbeOptions& options, std::uint16_t port, std::span<const IpAddress> addresses,
                         Try& found) {
  for (const IpAddress& address : addresses) {
    found.address = address;
    found.settle(co_await connect_once(io, {address, port}, options.connect_timeout));
    if (found.verdict != Verdict::local_no_route)
      break;  // No IPv6 here, say: the next address may be of the other family.
  }
}

Task<void> connect_all(Io& io, const ProbeOptions& options, std::uint16_t port, std::span<const IpAddress> addresses,
                       Try& found) {
  std::vector<Task<Attempt>> tasks;
  for (const IpAddress& address : addresses.first(std::min(addresses.size(), addresses_tried_max)))
    tasks.push_back(connect_once(io, {address, port}, options.connect_timeout));
  found.attempts = co_await gather(io, std::move(tasks));
  found.settle(best_of(found.attempts));
}

Task<void> connect_happily(Io& io, const ProbeOptions& options, std::uint16_t port,
                           std::span<const IpAddress> addresses, Try& found) {
  found.attempts = co_await happy_eyeballs(io, addresses.first(std::min(addresses.size(), addresses_tried_max)), port,
                                           options.connect_timeout);
  found.settle(best_of(found.attempts));
}

/// In the order of AddressMode.
constexpr std::array connect_modes{connect_first, connect_all, connect_happily};

/// ECANCELED when the try was cut short, so that a deadline around it can tell whether it was its own doing.
Result<void> ended(const Try& found) {
  if (found.verdict == Verdict::unfinished) return std::unexpected(Error{ECANCELED});
  return {};
}

Task<Result<void>> try_once(Io& io, Resolver& resolver, const ProbeOptions& options, const Target& target, Try& found) {
  Lookup lookup;
  std::span<const IpAddress> addresses(&target.address, 1);
  if (!target.address) {
    lookup = co_await resolver.resolve(target.host, options.family);
    if (!lookup) {
      found.verdict = lookup.error().verdict;
      found.error = lookup.error().error;
      co_return ended(found);
    }
    addresses = *lookup;
  }
  found.resolved = io.now();
  co_await connect_modes[static_cast<std::size_t>(options.mode)](io, options, target.port, addresses, found);
  found.connected = io.now();
  co_return ended(found);
}

/// The deadline of the try has cut it short: what was under way is a timeout, and what had ended stays as it was.
void time_out(Try& found) {
  if (found.attempts.empty()) {
    found.verdict = found.resolved == Instant{} ? Verdict::dns_timeout : Verdict::timeout;
    found.error = ETIMEDOUT;
    return;
  }
  for (Attempt& attempt : found.attempts) {
    if (attempt.verdict != Verdict::unfinished) continue;
    attempt.verdict = Verdict::timeout;
    attempt.error = ETIMEDOUT;
  }
  found.settle(best_of(found.attempts));
}

bool worth_another_try(Verdict verdict) {
  return verdict == Verdict::timeout || verdict == Verdict::dns_timeout || verdict == Verdict::dns_failure;
}

}  // namespace

Task<Outcome> probe(Io& io, Resolver& resolver, const ProbeOptions& options, Target target, Instant due) {
  Outcome outcome{.target = std::move(target), .due = due, .started = io.now()};
  Try found;
  do {
    found = Try{};
    ++outcome.tries;
    const Result<void> tried =
        options.timeout ? co_await within(*options.timeout, try_once(io, resolver, options, outcome.target, found))
                        : co_await try_once(io, resolver, options, outcome.target, found);
    if (!tried && tried.error().code == ETIMEDOUT) time_out(found);
  } while (worth_another_try(found.verdict) && outcome.tries <= options.retries);
  outcome.finished = io.now();
  outcome.verdict = found.verdict;
  outcome.error = found.error;
  outcome.address = found.address;
  outcome.resolved = found.resolved;
  if (found.verdict == Verdict::open || found.verdict == Verdict::closed) outcome.connected = found.connected;
  outcome.attempts = std::move(found.attempts);
  co_return outcome;
}

Task<void> with_probe(Io& io, const Plan& plan, JobBody body) {
  Parsed<ResolverConfig> config = read_resolver_config(plan.resolver);
  if (!config) throw std::runtime_error(config.error().text);
  config->ipv6_usable = has_ipv6_route(io);
  co_await with_resolver(io, std::move(*config), [&](Resolver& resolver) -> Task<void> {
    ProbeJob job(io, resolver, plan.probe);
    co_await body(job);
  });
}

}  // namespace atonce
