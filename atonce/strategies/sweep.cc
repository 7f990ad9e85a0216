#include "atonce/strategies/sweep.h"

#include <algorithm>
#include <optional>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/rate.h"
#include "atonce/runtime/sleep.h"
#include "atonce/strategies/settle.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

// Enough that the lock of a claim or a handover is forgotten, few enough that nobody waits for his share.
constexpr std::size_t chunk_max = 64;
// Results are seen, and Ctrl-C is heeded, within this time.
constexpr Duration tending_interval = 20ms;
// What is in flight at the first Ctrl-C may take this long to end by itself.
constexpr Duration drain_max = 700ms;
// A shortage of our own is waited out so long before it becomes the (local) verdict.
constexpr Duration shortage_max = 30s;
constexpr Duration shortage_pause_first = 5ms;
constexpr Duration shortage_pause_max = 500ms;
// What lost an answer is over by then: a burst, and the kernel's next repetition.
constexpr Duration confirm_pause = 1s;
// A rate is kept on average; starts that fell behind by this much are made up for.
constexpr Duration burst_max = 2ms;
// While the uplink is away, it is asked again so often whether it is back.
constexpr Duration hold_interval = 20ms;
// On a schedule, what starts later than this behind its end has missed it.
constexpr Duration lateness_allowed = 1s;
constexpr std::string_view missed_text = "it was due and could not start: all places were taken until the end";

class LoopSweep {
 public:
  LoopSweep(Io& io, Sweep& sweep, Job& job, std::uint32_t window)
      : io_(io),
        sweep_(sweep),
        job_(job),
        window_full_(window),
        window_bound_(window),
        window_(io, window),
        chunk_(std::clamp<std::size_t>(window / 16, 1, chunk_max)) {
    std::int64_t unset = 0;
    if (sweep.setting.plan.pacing.rate)
      sweep.control.interval_ns.compare_exchange_strong(unset, Rate::interval_of(*sweep.setting.plan.pacing.rate));
  }

  Task<void> run() {
    job_.emit_to([this](Outcome&& outcome) {
      if (outcome.exchange) bound(*outcome.exchange);
      finish(std::move(outcome));
    });
    co_await with_scope(io_, [this](Scope& all) -> Task<void> {
      all.start([](LoopSweep* self) { return self->tend(); }, this);
      co_await with_scope(io_, [this](Scope& jobs) -> Task<void> {
        jobs_ = &jobs;
        co_await for_each(
            io_, window_, [this] { return next(); }, [this](Outcome& outcome) { return run_one(outcome); });
      });
      jobs_ = nullptr;
      all.cancel();
    });
    for (; claimed_next_ < claimed_.size(); ++claimed_next_) give_up(std::move(claimed_[claimed_next_]));
    hand_over();
  }

 private:
  /// The outcome to fill for the next target, with when it was due; nothing at the end of the list or of the run.
  Task<std::optional<Outcome>> next() {
    if (++starts_in_turn_ >= sweep_.job.starts_per_turn) {
      starts_in_turn_ = 0;
      (void)co_await yield(io_);
    }
    while (claimed_next_ == claimed_.size()) {
      if (sweep_.control.stopping()) co_return std::nullopt;
      if (sweep_.handover.backlog() < backlog_max && claim()) break;
      if (sweep_.source.ended()) co_return std::nullopt;
      if (!co_await sleep_for(io_, 1ms)) co_return std::nullopt;
    }
    while (sweep_.control.conditions.hold.load(std::memory_order_relaxed) && !sweep_.control.stopping())
      if (!co_await sleep_for(io_, hold_interval)) co_return std::nullopt;
    Instant due = io_.now();
    if (sweep_.setting.plan.batch.duration) {
      due = claim_place_on_schedule(due);
      if (!co_await sleep_until(io_, due)) co_return std::nullopt;
    } else if (const std::int64_t interval_ns = sweep_.control.interval_ns.load(std::memory_order_relaxed);
               interval_ns > 0) {
      due = Rate::claim(sweep_.control.next_due_ns, due, interval_ns, burst_of(interval_ns));
      if (!co_await sleep_until(io_, due)) co_return std::nullopt;
    }
    if (sweep_.control.stopping()) co_return std::nullopt;
    co_return Outcome{.target = std::move(claimed_[claimed_next_++]), .due = due};
  }

  Instant claim_place_on_schedule(Instant now) {
    const Plan& plan = sweep_.setting.plan;
    std::int64_t unset = 0;
    sweep_.control.schedule_ends_ns.compare_exchange_strong(
        unset, (now.time_since_epoch() + *plan.batch.duration + lateness_allowed).count(), std::memory_order_relaxed);
    return Rate::claim_on_schedule(sweep_.control.next_due_ns, now, Rate::interval_of(*plan.pacing.rate));
  }

  /// The schedule is over, and what was due on it could not begin: everything else was still under way.
  bool missed_schedule() const {
    const std::int64_t ends_ns = sweep_.control.schedule_ends_ns.load(std::memory_order_relaxed);
    return ends_ns != 0 && io_.now().time_since_epoch().count() > ends_ns;
  }

  /// A rate that somebody asked for is kept start by start; one that is steered may be made up for in small bursts, so
  /// that it costs no timer for each start.
  std::int64_t burst_of(std::int64_t interval_ns) const {
    if (sweep_.setting.plan.pacing.rate) return 0;
    return burst_max.count() / interval_ns * interval_ns;
  }

  bool claim() {
    claimed_.resize(chunk_);
    claimed_.resize(sweep_.source.claim(claimed_));
    claimed_next_ = 0;
    return !claimed_.empty();
  }

  /// Runs the job until the target has its verdict: a local shortage is waited out and tried again.
  Task<void> run_one(Outcome& outcome) {
    if (outcome.target.valid() && missed_schedule()) {
      finish_missed(std::move(outcome));
      co_return;
    }
    if (outcome.target.valid()) {
      if (sweep_.wants_starts) batch_.started.push_back(outcome.target);
      begin_try(outcome);
      co_await job_.run(outcome);
      if (is_shortage(outcome)) {
        co_await outlast_shortage(outcome);
      } else {
        widen();
      }
      judge(outcome);
      if (sweep_.confirms_in_place) {
        sweep_.control.missed.tried_first(outcome.verdict);
        if (is_voidable(outcome.verdict)) co_await confirm(outcome);
      }
      finish(std::move(outcome));
    } else {
      finish_invalid(std::move(outcome));
    }
  }

  /// The same for it and all requests behind it: nothing of them is asked of anybody. `why`: what rows of a batch say.
  void finish_unasked(Outcome outcome, std::string_view why) {
    if (outcome.target.batch != 0 && !why.empty()) outcome.exchange.emplace().detail = why;
    for (; outcome.target.members > 1; outcome.target = next_member(std::move(outcome.target)))
      finish(Outcome(outcome));
    if (outcome.exchange) outcome.exchange->batch_end = BatchEnd::failed;
    finish(std::move(outcome));
  }

  void finish_missed(Outcome outcome) {
    outcome.verdict = Verdict::not_sent;
    outcome.started = outcome.finished = io_.now();
    finish_unasked(std::move(outcome), missed_text);
  }

  void finish_invalid(Outcome outcome) {
    const std::string why = outcome.target.complaint;
    outcome.verdict = Verdict::invalid_input;
    finish_unasked(std::move(outcome), why);
  }

  /// Nothing is lost by waiting it out.
  static bool is_shortage(const Outcome& outcome) {
    return outcome.verdict == Verdict::local_shortage && !is_sent(outcome);
  }

  /// Until the try has ended, these fields hold where the counters stood when it began.
  void begin_try(Outcome& outcome) {
    sweep_.control.starts.fetch_add(1, std::memory_order_relaxed);
    if (outcome.target.batch != 0) return;  // Its requests are many, and none is asked again.
    outcome.evidence.drops = drops_now();
    outcome.evidence.sent = sent_now();
    outcome.evidence.lateness_ms = lateness_now_ms();
  }

  std::uint32_t drops_now() const {
    return static_cast<std::uint32_t>(sweep_.control.conditions.drops.load(std::memory_order_relaxed));
  }
  std::uint32_t sent_now() const {
    return static_cast<std::uint32_t>(sweep_.control.conditions.sent.load(std::memory_order_relaxed));
  }
  std::uint32_t lateness_now_ms() const {
    return static_cast<std::uint32_t>(std::chrono::floor<std::chrono::milliseconds>(io_.lateness_total()).count());
  }

  /// What the verdict rests on, and whether that is enough.
  void judge(Outcome& outcome) const {
    if (outcome.target.batch == 0) weigh(outcome);
    if (outcome.exchange) bound(*outcome.exchange);
    // What a stop cut off would be asked again, and must not be.
    if (outcome.verdict == Verdict::unfinished && is_sent(outcome)) outcome.verdict = Verdict::unknown_outcome;
  }

  void weigh(Outcome& outcome) const {
    Evidence& evidence = outcome.evidence;
    evidence.drops = drops_now() - evidence.drops;
    evidence.sent = sent_now() - evidence.sent;
    evidence.lateness_ms = lateness_now_ms() - evidence.lateness_ms;
    if (evidence.waited_ms == 0 && (is_silence(outcome.verdict) || is_stall(outcome.verdict)))
      evidence.waited_ms = static_cast<std::uint32_t>(
          std::chrono::floor<std::chrono::milliseconds>(outcome.finished - outcome.started).count());
    outcome.doubts = doubts_of(outcome, sweep_.control.conditions.taints(outcome));
    evidence.sent = 0;
  }

  /// Tries again, after a pause, what is not settled, until it is.
  Task<void> confirm(Outcome& outcome) {
    std::optional<Unsettled> before;
    while (std::optional<Unsettled> again = settle_in_place(before ? &*before : nullptr, outcome)) {
      batch_.tried.push_back(outcome);
      before = std::move(again);
      const bool waited = !sweep_.control.stopping() && co_await sleep_for(io_, confirm_pause);
      if (waited) {
        outcome = Outcome{.target = std::move(outcome.target), .due = io_.now()};
        begin_try(outcome);
        co_await job_.run(outcome);
        if (is_shortage(outcome)) co_await outlast_shortage(outcome);
        judge(outcome);
      } else {
        outcome.verdict = Verdict::unfinished;
      }
    }
  }

  std::optional<Unsettled> settle_in_place(const Unsettled* before, Outcome& outcome) {
    MissedShare& missed = sweep_.control.missed;
    std::optional<Unsettled> again = settle(sweep_.setting.plan.trust, before, outcome, missed.get());
    if (before != nullptr && outcome.verdict != Verdict::unfinished)
      missed.tried_again(before->outcome.verdict, outcome.overturned);
    return again;
  }

  Task<void> outlast_shortage(Outcome& outcome) {
    const Instant given_up_at = io_.now() + shortage_max;
    for (Duration pause = shortage_pause_first; is_shortage(outcome); pause = std::min(pause * 2, shortage_pause_max)) {
      if (!sweep_.control.stopping() && io_.now() > given_up_at) co_return;
      ++waiting_out_;
      narrow();
      const bool again = !sweep_.control.stopping() && co_await sleep_for(io_, pause);
      --waiting_out_;
      if (again) {
        outcome.exchange.reset();
        co_await job_.run(outcome);
      } else {
        outcome.verdict = Verdict::unfinished;  // A run that is stopped has not asked this target.
      }
    }
  }

  /// A shortage: as many at once as are really in flight now, for those that wait for better times are not. So what
  /// ends makes room for them before anything new starts.
  void narrow() {
    sweep_.control.shortages.fetch_add(1, std::memory_order_relaxed);
    const std::uint32_t in_flight = window_.in_use() - std::min(window_.in_use(), waiting_out_);
    window_.set_capacity(std::clamp(in_flight, 1u, window_.capacity()));
  }

  /// One more for each that ended while no shortage lasts: a passing one is made up for within a few round trips.
  void widen() {
    if (window_.capacity() < window_bound_ && waiting_out_ == 0) window_.set_capacity(window_.capacity() + 1);
  }

  /// The autopilot's part of the window: what is in flight beyond it ends by itself.
  void bound_window() {
    const std::uint32_t percent = sweep_.control.window_percent.load(std::memory_order_relaxed);
    const auto bound =
        static_cast<std::uint32_t>(std::max<std::uint64_t>(1, std::uint64_t{window_full_} * percent / 100));
    if (bound == window_bound_) return;
    // A shortage may have narrowed it further; then it widens by itself.
    if (bound < window_.capacity() || (window_.capacity() == window_bound_ && waiting_out_ == 0))
      window_.set_capacity(bound);
    window_bound_ = bound;
  }

  void give_up(Target target) {
    if (!target.valid()) return finish_invalid(Outcome{.target = std::move(target)});
    finish_unasked(Outcome{.target = std::move(target), .verdict = Verdict::unfinished}, "");
  }

  void finish(Outcome&& outcome) {
    batch_.outcomes.push_back(std::move(outcome));
    if (batch_.outcomes.size() >= sweep_.handover.batch_size()) hand_over();
  }

  void hand_over() { sweep_.handover.put(batch_); }

  /// Until the jobs have ended: shows results soon, and heeds the wish to stop.
  Task<void> tend() {
    std::optional<Instant> drained_by;
    while (co_await sleep_for(io_, tending_interval)) {
      hand_over();
      sweep_.control.note_lateness(io_.take_lateness().count());
      bound_window();
      if (!sweep_.control.stopping()) continue;
      if (!drained_by) drained_by = io_.now() + drain_max;
      if (jobs_ != nullptr && (io_.now() >= *drained_by || sweep_.control.cancelling())) jobs_->cancel();
    }
  }

  Io& io_;
  Sweep& sweep_;
  Job& job_;
  const std::uint32_t window_full_;
  std::uint32_t window_bound_;  ///< what the autopilot leaves of it
  Limiter window_;
  const std::size_t chunk_;
  std::vector<Target> claimed_;
  std::size_t claimed_next_ = 0;
  Batch batch_;
  Scope* jobs_ = nullptr;
  unsigned starts_in_turn_ = 0;
  std::uint32_t waiting_out_ = 0;  ///< targets that hold a permit while a shortage lasts
};

}  // namespace

void run_sweep(Io& io, Sweep& sweep, std::uint32_t window) {
  io.run(sweep.job.with_job(io, sweep.setting, window, [&](Job& job) -> Task<void> {
    LoopSweep loop(io, sweep, job, window);
    co_await loop.run();
  }));
}

}  // namespace atonce
