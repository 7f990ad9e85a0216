#include "atonce/strategies/witness.h"

#include <signal.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "atonce/runtime/deadline.h"
#include "atonce/runtime/engine.h"
#include "atonce/runtime/local_drops.h"
#include "atonce/runtime/requests.h"
#include "atonce/runtime/sleep.h"
#include "atonce/strategies/witness_log.h"
#include "atonce/strategies/witness_names.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr Duration tick_interval = 25ms;
constexpr Duration own_interval = 500ms;
constexpr Duration offer_interval = 10ms;
constexpr Duration patience_max = 10s;
constexpr std::size_t offers_max = 64;
constexpr std::uint32_t loopback = 0x7f00'0001;

/// What a question to a known-good host came to.
enum class Reply { answered, missed, not_asked };

Reply reply_of(Error error) {
  switch (error.code) {
    case ECONNREFUSED:
    case ECONNRESET: return Reply::answered;
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN: return Reply::missed;
    default: return Reply::not_asked;
  }
}

/// Signals are for the threads that were there before.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

}  // namespace

WitnessOptions witness_options(const Plan& plan, const std::string& strategy) {
  const bool lone = strategy == "sequential" && plan.input.limit == 1u;
  // Behind a proxy nobody is seen open: connections are the proxy's.
  const bool direct = plan.job == "probe" || plan.fetch.proxy.empty();
  WitnessOptions options{
      .canaries = plan.trust.canaries && !lone && direct,
      .connect_timeout = plan.job == "probe" ? plan.probe.connect_timeout : plan.fetch.timeouts.connect};
  if (plan.resolver.system) return options;
  if (Parsed<ResolverConfig> config = read_resolver_config(plan.resolver)) options.resolver = std::move(*config);
  return options;
}

/// All of a witness. What other threads may touch is atomic or behind the mutex.
class Witness::Thread {
 public:
  Thread(const WitnessOptions& options, Conditions& conditions)
      : options_(options),
        patience_(std::min(options.connect_timeout, patience_max)),
        conditions_(conditions),
        drops_before_(drops_.sample()),
        log_(conditions, read_clocks()) {}
  ~Thread() { stop(); }

  void start() try {
    io_ = make_epoll_io();
    const SignalsBlocked blocked;
    thread_ = std::thread([this] {
      ::prctl(PR_SET_NAME, "atonce-witness");
      try {
        io_->run(watch());
      } catch (const std::exception& failure) {
        absent_ = std::string("the run was watched only in part: ") + failure.what();
      }
      leave();
    });
  } catch (const std::system_error& shortage) {
    absent_ = std::string("the run was not watched: ") + shortage.what();
    leave();
  }

  WitnessReport finish() {
    stop();
    leave();
    sample_drops();
    WitnessReport report = log_.report();
    report.absent = absent_;
    for (const bool first : {true, false})
      for (const DropRow& row : all_drops)
        if (first == (row.kind == first_kind_)) add_drops(report, row);
    return report;
  }

  void saw_answer(const Endpoint& from, bool open, Instant at) {
    if (!options_.canaries || from.address.is_loopback()) return;
    raise(answer_ns_, at);
    if (!open || at - offered_ < offer_interval) return;
    offered_ = at;
    const std::lock_guard lock(mutex_);
    if (offers_.size() < offers_max) offers_.push_back(from);
  }

  void saw_dns(bool answered, Instant at, std::string_view name) {
    if (answered) {
      if (options_.resolver) names_.offer(name, at);
      if (raise(dns_answer_ns_, at)) dns_timeouts_.store(0, std::memory_order_relaxed);
    } else if (at.time_since_epoch().count() > dns_answer_ns_.load(std::memory_order_relaxed)) {
      dns_timeouts_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  std::string first_wall() const {
    const std::lock_guard lock(mutex_);
    return first_wall_;
  }

 private:
  static bool raise(std::atomic<std::int64_t>& latest_ns, Instant at) {
    const std::int64_t at_ns = at.time_since_epoch().count();
    if (at_ns <= latest_ns.load(std::memory_order_relaxed)) return false;
    latest_ns.store(at_ns, std::memory_order_relaxed);
    return true;
  }
  static Instant instant_of(const std::atomic<std::int64_t>& ns) {
    return Instant(Duration(ns.load(std::memory_order_relaxed)));
  }

  void stop() {
    stopping_.store(true, std::memory_order_relaxed);
    if (thread_.joinable()) thread_.join();
  }

  /// Nobody watches any longer, so nobody is to wait for what may be seen.
  void leave() {
    conditions_.hold.store(false, std::memory_order_relaxed);
    conditions_.vouched_until_ns.store(Instant::max().time_since_epoch().count(), std::memory_order_release);
  }

  Task<void> watch() {
    Result<Socket> listener = listen(*io_, {IpAddress::v4(loopback), 0}, 16);
    const Result<Endpoint> own = listener ? io_->local_endpoint(listener->handle()) : std::unexpected(listener.error());
    if (!own) absent_ = std::string("no canaries were asked: ") + std::system_category().message(own.error().code);
    co_await with_scope(*io_, [&](Scope& scope) -> Task<void> {
      if (own) scope.start([this, &listener] { return serve(*listener); });
      Instant own_due = io_->now();
      for (Instant due = io_->now() + tick_interval; !stopping_.load(std::memory_order_relaxed);
           due = io_->now() + tick_interval) {
        if (!co_await sleep_until(*io_, due)) break;
        look(due);
        const Instant now = io_->now();
        if (log_.resolver().wants_question(now)) scope.start([this] { return ask_resolver(); });
        if (!own) continue;
        if (now >= own_due) {
          own_due = now + own_interval;
          ask(scope, *own, true);
        }
        if (const std::optional<Endpoint> host = log_.canaries().next(now)) ask(scope, *host, false);
      }
      scope.cancel();
    });
  }

  /// Our own listener: takes connections and lets go of them.
  Task<void> serve(const Socket& listener) {
    for (;;) {
      const Result<Socket> caller = co_await accept(*io_, listener);
      if (!caller && (caller.error().code == ECANCELED || !co_await sleep_for(*io_, own_interval))) co_return;
    }
  }

  void ask(Scope& scope, const Endpoint& host, bool own) {
    const std::uint64_t number = log_.asked(host, own, io_->now());
    scope.start([this, host, number] { return ask_one(host, number); });
  }

  Task<void> ask_one(Endpoint host, std::uint64_t number) {
    Result<Socket> socket = co_await within(patience_, connect(*io_, host));
    if (socket) socket->reset(host.address.family);
    switch (socket ? Reply::answered : reply_of(socket.error())) {
      case Reply::answered: log_.answered(number, io_->now()); break;
      case Reply::missed: log_.missed(number, io_->now()); break;
      case Reply::not_asked: log_.withdrawn(number); break;
    }
  }

  Task<void> ask_resolver() {
    const ResolverConfig config = config_for_witness(*options_.resolver, ResolverWatch::patience, resolver_turn_++);
    const bool answered = co_await is_answered(*io_, config, names_.next().value_or(std::string()));
    if (answered) {
      log_.resolver().answered(io_->now());
    } else if (!stopping_.load(std::memory_order_relaxed)) {
      log_.resolver().silent();
    }
  }

  void look(Instant due) {
    const ClockReading clocks = read_clocks();
    sample_drops();
    log_.saw_answer(instant_of(answer_ns_));
    log_.resolver().saw(instant_of(dns_answer_ns_), dns_timeouts_.load(std::memory_order_relaxed), !names_.empty());
    log_.saw_uplink(uplink_.look(), clocks.monotonic);
    {
      const std::lock_guard lock(mutex_);
      for (const Endpoint& host : offers_) log_.canaries().offer(host);
      offers_.clear();
    }
    log_.tick(clocks, due);
  }

  void sample_drops() {
    drops_seen_ = drops_.sample().since(drops_before_);
    conditions_.drops.store(drops_seen_.total(), std::memory_order_relaxed);
    conditions_.sent.store(drops_.sent(), std::memory_order_relaxed);
    if (first_kind_) return;
    for (const DropRow& row : all_drops)
      if (row.counts && !first_kind_ && drops_seen_.of(row.kind) > 0) first_kind_ = row.kind;
    if (!first_kind_) return;
    const std::lock_guard lock(mutex_);
    first_wall_ = drops_.wall(*first_kind_);
  }

  void add_drops(WitnessReport& report, const DropRow& row) const {
    const std::uint64_t count = drops_seen_.of(row.kind);
    if (count == 0) return;
    report.drops.push_back(
        {.kind = std::string(row.name), .wall = drops_.wall(row.kind), .count = count, .counts = row.counts});
  }

  const WitnessOptions options_;
  const Duration patience_;
  Conditions& conditions_;
  DropSampler drops_;
  const LocalDrops drops_before_;
  LocalDrops drops_seen_;
  std::optional<DropKind> first_kind_;
  WitnessLog log_;
  UplinkWatch uplink_;
  std::string absent_;

  std::atomic<std::int64_t> answer_ns_{0};
  std::atomic<std::int64_t> dns_answer_ns_{0};
  std::atomic<std::uint64_t> dns_timeouts_{0};
  std::atomic<bool> stopping_{false};
  Instant offered_{};  ///< the collector's own
  AnsweredNames names_;
  std::size_t resolver_turn_ = 0;

  mutable std::mutex mutex_;
  std::vector<Endpoint> offers_;
  std::string first_wall_;

  std::unique_ptr<Io> io_;
  std::thread thread_;
};

Witness::Witness(const WitnessOptions& options, Conditions& conditions)
    : thread_(std::make_unique<Thread>(options, conditions)) {}
Witness::~Witness() = default;
void Witness::start() { thread_->start(); }
WitnessReport Witness::finish() { return thread_->finish(); }
void Witness::saw_answer(const Endpoint& from, bool open, Instant at) { thread_->saw_answer(from, open, at); }
void Witness::saw_dns(bool answered, Instant at, std::string_view name) { thread_->saw_dns(answered, at, name); }
std::string Witness::first_wall() const { return thread_->first_wall(); }

}  // namespace atonce
