#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/model/address.h"
#include "atonce/model/plan.h"
#include "atonce/model/witness_report.h"
#include "atonce/protocols/dns/resolver.h"
#include "atonce/strategies/conditions.h"

namespace atonce {

/// What a witness is told about a run.
struct WitnessOptions {
  bool canaries = true;      ///< ask hosts that were seen open again, now and then; else only our own listener
  Duration connect_timeout;  ///< of the run's own connects: a canary that is silent for so long counts as missed
  /// The run's own, to be asked for a name that was answered before when only time-outs come of it; none: nobody is
  /// asked, and twenty time-outs without an answer between them are taken for a resolver that stands still.
  std::optional<ResolverConfig> resolver{};
};

/// What suits a plan: no canaries where the user wants none, or where a run of one target after another has only one;
/// no questions to getaddrinfo(3), which has no bound in time.
WitnessOptions witness_options(const Plan& plan, const std::string& strategy);

/// One thread beside a run that sees what happens to this machine meanwhile: packets thrown away here, an uplink that
/// goes, a resolver that stalls, a program that stood still, a clock that steps. It writes it into the Conditions of
/// the run and asks hosts that are known to answer, to find out how often the run itself gets it wrong.
///
/// Order: make it before the workers start (it notes the counters), `start` it after them (so that no process is forked
/// beside a running thread), `finish` it when they have ended. Where the machine does not allow a part of it
/// (descriptors, threads, files of proc(5)), the rest works and the report says what is absent.
class Witness {
 public:
  Witness(const WitnessOptions& options, Conditions& conditions);
  ~Witness();
  Witness(const Witness&) = delete;

  /// Never throws for a shortage of this machine.
  void start();
  /// Ends the thread, within milliseconds, and tells what was seen. Once. From then on, and also when the thread could
  /// not be had, all time is vouched for and nothing is held: nobody will know more.
  WitnessReport finish();

  /// A target answered a connect at `at`: `open`, or refused. To be called by the collector for each such outcome of
  /// the run, whose address is known: a few nanoseconds, and a lock for one in ten milliseconds at most.
  void saw_answer(const Endpoint& from, bool open, Instant at);
  /// A question to a resolver came to its end at `at`: with any answer (no_name and dns_failure too), or with none.
  /// `name`: what was asked, when the answer was that it exists or does not; else empty. A few nanoseconds, and a lock
  /// for one in ten milliseconds at most.
  void saw_dns(bool answered, Instant at, std::string_view name = {});

  /// What this machine threw away since the witness was made, and why the run cannot go faster: "net.core.
  /// netdev_max_backlog = 1000". Empty while nothing was thrown away. From any thread.
  std::string first_wall() const;

 private:
  class Thread;
  std::unique_ptr<Thread> thread_;
};

}  // namespace atonce
