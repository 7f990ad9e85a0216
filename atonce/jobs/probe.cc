#include "atonce/jobs/probe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "atonce/jobs/guard.h"
#include "atonce/jobs/happy_eyeballs.h"
#include "atonce/jobs/job_dialer.h"
#include "atonce/runtime/combinators.h"
#include "atonce/runtime/deadline.h"

namespace atonce {
namespace {

// One host's addresses at once: enough for any honest name, too few to be a nuisance to one.
constexpr std::size_t addresses_tried_max = 16;

std::uint32_t milliseconds(Duration duration) {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

/// What has been found out speaks through one attempt.
void settle(Outcome& outcome, const Attempt& attempt) {
  outcome.verdict = attempt.verdict;
  outcome.error = attempt.error;
  outcome.address = attempt.address;
  outcome.evidence.syns = attempt.syns;
  outcome.evidence.waited_ms = milliseconds(attempt.took);
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

bool worth_another_try(Verdict verdict) {
  return verdict == Verdict::timeout || verdict == Verdict::dns_timeout || verdict == Verdict::dns_failure;
}

/// A try writes what it finds into the outcome as it finds it, so that one cut short leaves what was known; and nothing
/// is kept twice for each probe in flight.
class ProbeJob final : public Job {
 public:
  ProbeJob(Io& io, Resolver& resolver, const JobSetting& setting)
      : io_(io),
        resolver_(resolver),
        options_(setting.plan.probe),
        neighbourhoods_(setting.neighbourhoods),
        guard_(setting.excludes, setting.plan.politeness.allow_private) {}

  Task<void> run(Outcome& outcome) override {
    outcome.started = io_.now();
    outcome.tries = 0;
    if (guard_.refuses(outcome.target)) {
      outcome.verdict = Verdict::excluded;
      outcome.finished = outcome.started;
      co_return;
    }
    do {
      begin_try(outcome);
      co_await try_once(outcome);
    } while (worth_another_try(outcome.verdict) && outcome.tries <= options_.retries);
    outcome.finished = io_.now();
    if (outcome.verdict != Verdict::open && outcome.verdict != Verdict::closed) outcome.connected = {};
  }

 private:
  static void begin_try(Outcome& outcome) {
    ++outcome.tries;
    outcome.verdict = Verdict::unfinished;
    outcome.error = 0;
    outcome.address = {};
    outcome.evidence.waited_ms = 0;  // What else it holds is the sweep's.
    outcome.evidence.syns = 0;
    outcome.resolved = outcome.connected = {};
    outcome.attempts.clear();
  }

  Task<void> try_once(Outcome& outcome) {
    const Instant began = io_.now();
    const std::optional<Instant> ends =
        options_.timeout ? std::optional(later(began, *options_.timeout)) : std::nullopt;
    Lookup found;
    std::span<const IpAddress> addresses(&outcome.target.address, 1);
    if (!outcome.target.address) {
      found = co_await look_up(outcome.target.host);
      outcome.evidence.waited_ms = milliseconds(io_.now() - began);
      if (!may_go_on(outcome, found)) co_return;
      addresses = *found;
    }
    // Nothing was looked up for a literal: no time at all, not a microsecond of ours.
    outcome.resolved = outcome.target.address && outcome.tries == 1 ? outcome.started : io_.now();
    Approach approach(io_, neighbourhoods_, options_.connect_timeout, ends);
    if (options_.mode == AddressMode::first) {
      co_await connect_first(outcome, approach, addresses);
    } else {
      co_await connect_several(outcome, approach, addresses.first(std::min(addresses.size(), addresses_tried_max)));
    }
    outcome.connected = io_.now();
    outcome.started += approach.queued();
    outcome.resolved += approach.queued();
  }

  Task<Lookup> look_up(std::string_view host) {
    if (!options_.timeout) co_return co_await resolver_.resolve(host, options_.family);
    Lookup found;
    const Result<void> ended = co_await within(*options_.timeout, look_up_into(found, host));
    if (!ended && ended.error().code == ETIMEDOUT)
      co_return std::unexpected(LookupFailure{Verdict::dns_timeout, ETIMEDOUT});
    co_return found;
  }

  /// ECANCELED when it was cut short, so that a deadline around it can tell whether it was its own doing.
  Task<Result<void>> look_up_into(Lookup& found, std::string_view host) {
    found = co_await resolver_.resolve(host, options_.family);
    if (!found && found.error().verdict == Verdict::unfinished) co_return std::unexpected(Error{ECANCELED});
    co_return Result<void>();
  }

  /// Whether the name gave an address that may be connected to; leaves only such ones in `found`.
  bool may_go_on(Outcome& outcome, Lookup& found) const {
    if (!found) {
      outcome.verdict = found.error().verdict;
      outcome.error = found.error().error;
      return false;
    }
    const IpAddress first = found->front();
    const std::optional<Verdict> refused = guard_.keep_allowed(*found);
    if (!refused) return true;
    outcome.verdict = *refused;
    outcome.address = first;
    outcome.resolved = io_.now();
    return false;
  }

  Task<void> connect_first(Outcome& outcome, Approach& approach, std::span<const IpAddress> addresses) {
    for (const IpAddress& address : addresses) {
      outcome.address = address;
      settle(outcome, co_await approach.connect({address, outcome.target.port}));
      // No IPv6 here, say: the next address may be of the other family.
      if (outcome.verdict != Verdict::local_no_route) break;
    }
  }

  Task<void> connect_several(Outcome& outcome, Approach& approach, std::span<const IpAddress> addresses) {
    const std::uint16_t port = outcome.target.port;
    if (options_.mode == AddressMode::happy_eyeballs) {
      outcome.attempts = co_await happy_eyeballs(approach, addresses, port);
    } else {
      std::vector<Task<Attempt>> tasks;
      for (const IpAddress& address : addresses) tasks.push_back(approach.connect({address, port}));
      outcome.attempts = co_await gather(io_, std::move(tasks));
    }
    settle(outcome, best_of(outcome.attempts));
  }

  Io& io_;
  Resolver& resolver_;
  const ProbeOptions& options_;
  Neighbourhoods& neighbourhoods_;
  const Guard guard_;
};

}  // namespace

Task<Outcome> probe(Io& io, Resolver& resolver, const JobSetting& setting, Target target, Instant due) {
  Outcome outcome{.target = std::move(target), .due = due};
  ProbeJob job(io, resolver, setting);
  co_await job.run(outcome);
  co_return outcome;
}

Task<void> with_probe(Io& io, const JobSetting& setting, std::uint32_t, JobBody body) {
  co_await with_job_resolver(io, setting, [&](Resolver& resolver) -> Task<void> {
    ProbeJob job(io, resolver, setting);
    co_await body(job);
  });
}

}  // namespace atonce
