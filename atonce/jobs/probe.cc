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

/// What has been found out speaks through one attempt.
void settle(Outcome& outcome, const Attempt& attempt) {
  outcome.verdict = attempt.verdict;
  outcome.error = attempt.error;
  outcome.address = attempt.address;
}

/// The attempt that speaks for the host: one open address is enough. Without one, an address that we did not really try
/// leaves the question open; else closed comes before timeout, and so on.
const Attempt& best_of(const std::vector<Attempt>& attempts) {
  return *std::ranges::min_element(attempts, {}, [](const Attempt& attempt) {
    if (attempt.verdict == Verdict::unfinished) return 1;
    if (attempt.verdict == Verdict::local_shortage) return 2;
    return attempt.verdict == Verdict::open ? 0 : 3 + static_cast<int>(attempt.verdict);
  });
}

/// ECANCELED when the try was cut short, so that a deadline around it can tell whether it was its own doing.
Result<void> ended(const Outcome& outcome) {
  if (outcome.verdict == Verdict::unfinished) return std::unexpected(Error{ECANCELED});
  return {};
}

/// The deadline of the try has cut it short: what was under way is a timeout, and what had ended stays as it was.
void time_out(Outcome& outcome) {
  if (outcome.attempts.empty()) {
    outcome.verdict = outcome.resolved == Instant{} ? Verdict::dns_timeout : Verdict::timeout;
    outcome.error = ETIMEDOUT;
    return;
  }
  for (Attempt& attempt : outcome.attempts) {
    if (attempt.verdict != Verdict::unfinished) continue;
    attempt.verdict = Verdict::timeout;
    attempt.error = ETIMEDOUT;
  }
  settle(outcome, best_of(outcome.attempts));
}

bool worth_another_try(Verdict verdict) {
  return verdict == Verdict::timeout || verdict == Verdict::dns_timeout || verdict == Verdict::dns_failure;
}

/// A try writes what it finds into the outcome as it finds it, so that one cut short leaves what was known; and nothing
/// is kept twice for each probe in flight.
class ProbeJob final : public Job {
 public:
  ProbeJob(Io& io, Resolver& resolver, const ProbeOptions& options) : io_(io), resolver_(resolver), options_(options) {}

  Task<void> run(Outcome& outcome) override {
    outcome.started = io_.now();
    outcome.tries = 0;
    do {
      begin_try(outcome);
      const Result<void> tried =
          options_.timeout ? co_await within(*options_.timeout, try_once(outcome)) : co_await try_once(outcome);
      if (!tried && tried.error().code == ETIMEDOUT) time_out(outcome);
    } while (worth_another_try(outcome.verdict) && outcome.tries <= options_.retries);
    outcome.finished = io_.now();
    if (outcome.verdict != Verdict::open && outcome.verdict != Verdict::closed) outcome.connected = {};
  }

 private:
  using Addresses = std::span<const IpAddress>;

  static void begin_try(Outcome& outcome) {
    ++outcome.tries;
    outcome.verdict = Verdict::timeout;
    outcome.error = 0;
    outcome.address = {};
    outcome.resolved = outcome.connected = {};
    outcome.attempts.clear();
  }

  Task<Result<void>> try_once(Outcome& outcome) {
    Lookup lookup;
    Addresses addresses(&outcome.target.address, 1);
    if (!outcome.target.address) {
      lookup = co_await resolver_.resolve(outcome.target.host, options_.family);
      if (!lookup) {
        outcome.verdict = lookup.error().verdict;
        outcome.error = lookup.error().error;
        co_return ended(outcome);
      }
      addresses = *lookup;
    }
    outcome.resolved = io_.now();
    if (options_.mode != AddressMode::first) {
      co_await connect_several(outcome, addresses.first(std::min(addresses.size(), addresses_tried_max)));
      addresses = {};
    }
    for (const IpAddress& address : addresses) {
      outcome.address = address;
      settle(outcome, co_await connect_once(io_, {address, outcome.target.port}, options_.connect_timeout));
      // No IPv6 here, say: the next address may be of the other family.
      if (outcome.verdict != Verdict::local_no_route) break;
    }
    outcome.connected = io_.now();
    co_return ended(outcome);
  }

  Task<void> connect_several(Outcome& outcome, Addresses addresses) {
    const std::uint16_t port = outcome.target.port;
    if (options_.mode == AddressMode::happy_eyeballs) {
      outcome.attempts = co_await happy_eyeballs(io_, addresses, port, options_.connect_timeout);
    } else {
      std::vector<Task<Attempt>> tasks;
      for (const IpAddress& address : addresses)
        tasks.push_back(connect_once(io_, {address, port}, options_.connect_timeout));
      outcome.attempts = co_await gather(io_, std::move(tasks));
    }
    settle(outcome, best_of(outcome.attempts));
  }

  Io& io_;
  Resolver& resolver_;
  const ProbeOptions& options_;
};

}  // namespace

Task<Outcome> probe(Io& io, Resolver& resolver, const ProbeOptions& options, Target target, Instant due) {
  Outcome outcome{.target = std::move(target), .due = due};
  ProbeJob job(io, resolver, options);
  co_await job.run(outcome);
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
