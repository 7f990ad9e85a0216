#include "atonce/strategies/sweep.h"

#include <algorithm>
#include <optional>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/rate.h"
#include "atonce/runtime/sleep.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

// Enough that the lock of a claim or a handover is forgotten, few enough that nobody waits for his share.
constexpr std::size_t chunk_max = 64;
// After so many starts the loop looks at what has come back: a burst overruns queues that a wide window does not.
constexpr unsigned starts_per_turn = 64;
// Results are seen, and Ctrl-C is heeded, within this time.
constexpr Duration tending_interval = 20ms;
// What is in flight at the first Ctrl-C may take this long to end by itself.
constexpr Duration drain_max = 700ms;
// A shortage of our own is waited out so long before it becomes the (local) verdict.
constexpr Duration shortage_max = 30s;
constexpr Duration shortage_pause_first = 5ms;
constexpr Duration shortage_pause_max = 500ms;

class LoopSweep {
 public:
  LoopSweep(Io& io, Sweep& sweep, Job& job, std::uint32_t window)
      : io_(io),
        sweep_(sweep),
        job_(job),
        window_full_(window),
        window_(io, window),
        chunk_(std::clamp<std::size_t>(window / 16, 1, chunk_max)) {
    if (sweep.plan.pacing.rate) rate_.emplace(sweep.control.next_due_ns, *sweep.plan.pacing.rate);
  }

  Task<void> run() {
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
    if (++starts_in_turn_ >= starts_per_turn) {
      starts_in_turn_ = 0;
      (void)co_await yield(io_);
    }
    while (claimed_next_ == claimed_.size()) {
      if (sweep_.control.stopping()) co_return std::nullopt;
      if (sweep_.handover.backlog() < backlog_max && claim()) break;
      if (sweep_.source.ended()) co_return std::nullopt;
      if (!co_await sleep_for(io_, 1ms)) co_return std::nullopt;
    }
    if (sweep_.control.stopping()) co_return std::nullopt;
    const Instant due = rate_ ? rate_->claim(io_.now()) : io_.now();
    if (rate_ && !co_await sleep_until(io_, due)) co_return std::nullopt;
    if (rate_ && sweep_.control.stopping()) co_return std::nullopt;
    co_return Outcome{.target = std::move(claimed_[claimed_next_++]), .due = due};
  }

  bool claim() {
    claimed_.resize(chunk_);
    claimed_.resize(sweep_.source.claim(claimed_));
    claimed_next_ = 0;
    return !claimed_.empty();
  }

  /// Runs the job until the target has its verdict: a local shortage is waited out and tried again.
  Task<void> run_one(Outcome& outcome) {
    if (outcome.target.valid()) {
      if (sweep_.wants_starts) batch_.started.push_back(outcome.target);
      co_await job_.run(outcome);
      if (outcome.verdict == Verdict::local_shortage) {
        co_await outlast_shortage(outcome);
      } else {
        widen();
      }
    } else {
      outcome.verdict = Verdict::invalid_input;
    }
    finish(std::move(outcome));
  }

  Task<void> outlast_shortage(Outcome& outcome) {
    const Instant given_up_at = io_.now() + shortage_max;
    for (Duration pause = shortage_pause_first; outcome.verdict == Verdict::local_shortage;
         pause = std::min(pause * 2, shortage_pause_max)) {
      if (!sweep_.control.stopping() && io_.now() > given_up_at) co_return;
      ++waiting_out_;
      narrow();
      const bool again = !sweep_.control.stopping() && co_await sleep_for(io_, pause);
      --waiting_out_;
      if (again) {
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
    if (window_.capacity() < window_full_ && waiting_out_ == 0) window_.set_capacity(window_.capacity() + 1);
  }

  void give_up(Target target) {
    const bool valid = target.valid();
    finish(Outcome{.target = std::move(target), .verdict = valid ? Verdict::unfinished : Verdict::invalid_input});
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
      if (!sweep_.control.stopping()) continue;
      if (!drained_by) drained_by = io_.now() + drain_max;
      if (jobs_ != nullptr && (io_.now() >= *drained_by || sweep_.control.cancelling())) jobs_->cancel();
    }
  }

  Io& io_;
  Sweep& sweep_;
  Job& job_;
  const std::uint32_t window_full_;
  Limiter window_;
  const std::size_t chunk_;
  std::optional<Rate> rate_;
  std::vector<Target> claimed_;
  std::size_t claimed_next_ = 0;
  Batch batch_;
  Scope* jobs_ = nullptr;
  unsigned starts_in_turn_ = 0;
  std::uint32_t waiting_out_ = 0;  ///< targets that hold a permit while a shortage lasts
};

}  // namespace

void run_sweep(Io& io, Sweep& sweep, std::uint32_t window) {
  io.run(sweep.job.with_job(io, sweep.plan, [&](Job& job) -> Task<void> {
    LoopSweep loop(io, sweep, job, window);
    co_await loop.run();
  }));
}

}  // namespace atonce
