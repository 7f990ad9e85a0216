#include "atonce/strategies/sweep.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "atonce/runtime/combinators.h"
#include "atonce/runtime/sleep.h"
#include "atonce/strategies/settle.h"
#include "atonce/strategies/target_feed.h"

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
constexpr std::string_view missed_text = "it was due and could not start: all places were taken until the end";

/// Whoever does many together claims them together.
std::size_t chunk_of(std::size_t window, std::size_t together) {
  return std::clamp<std::size_t>(std::max(window / 16, std::min(window, together)), 1, chunk_max);
}

class LoopSweep {
 public:
  LoopSweep(Io& io, Sweep& sweep, Job& job, std::uint32_t window)
      : io_(io),
        sweep_(sweep),
        job_(job),
        window_full_(window),
        window_bound_(window),
        window_(io, window),
        grouping_(job.grouping()),
        groups_(io, grouping_.groups),
        feed_(io, sweep, chunk_of(window, grouping_.targets)) {}

  Task<void> run() {
    job_.emit_to([this](Outcome&& outcome) {
      if (outcome.exchange) bound(*outcome.exchange);
      finish(std::move(outcome));
    });
    co_await with_scope(io_, [this](Scope& all) -> Task<void> {
      all.start([](LoopSweep* self) { return self->tend(); }, this);
      co_await with_scope(io_, [this](Scope& jobs) -> Task<void> {
        jobs_ = &jobs;
        if (grouping_.targets > 1) co_return co_await run_in_groups();
        co_await for_each(
            io_, window_, [this] { return feed_.next(); }, [this](Outcome& outcome) { return run_one(outcome); });
      });
      jobs_ = nullptr;
      all.cancel();
    });
    for (Target& target : feed_.left_over()) give_up(std::move(target));
    hand_over();
  }

 private:
  struct Group {
    std::vector<Outcome> outcomes;
    std::vector<Permit> places;  ///< as many
  };

  /// Runs the job until the target has its verdict: a local shortage is waited out and tried again.
  Task<void> run_one(Outcome& outcome) {
    if (!wants_try(outcome)) co_return;
    if (sweep_.wants_starts) batch_.started.push_back(outcome.target);
    begin_tries({&outcome, 1});
    co_await job_.run(outcome);
    if (!is_through(outcome)) co_return co_await go_on(outcome);
    widen();
    judge_first(outcome);
    finish(std::move(outcome));
  }

  /// False: it has its end already, and nothing is asked of anybody.
  bool wants_try(Outcome& outcome) {
    if (outcome.target.valid() && !feed_.missed_schedule()) return true;
    if (outcome.target.valid())
      finish_missed(std::move(outcome));
    else
      finish_invalid(std::move(outcome));
    return false;
  }

  /// Its try is its last: no shortage of ours to wait out, no silence to ask again.
  bool is_through(const Outcome& outcome) const {
    return !is_shortage(outcome) && !(sweep_.confirms_in_place && is_voidable(outcome.verdict));
  }

  Task<void> go_on(Outcome& outcome) {
    if (is_shortage(outcome)) {
      co_await outlast_shortage(outcome);
    } else {
      widen();
    }
    judge_first(outcome);
    if (sweep_.confirms_in_place && is_voidable(outcome.verdict)) co_await confirm(outcome);
    finish(std::move(outcome));
  }

  /// As for_each does it, but with those together that are due by the time it is the next group's turn. A group costs a
  /// task, not each of its targets.
  Task<void> run_in_groups() {
    while (true) {
      Result<Permit> turn = co_await groups_.acquire();
      Result<Permit> place = co_await window_.acquire();
      if (!turn || !place || jobs_->cancelled()) co_return;
      std::optional<Outcome> first = co_await feed_.next();
      if (!first) co_return;
      Group group = gather(std::move(*first), std::move(*place));
      if (group.outcomes.empty()) continue;
      jobs_->start([](LoopSweep* self, Group&& ours, Permit&&) { return self->run_group(ours); }, this,
                   std::move(group), std::move(*turn));
    }
  }

  /// What is due by now and finds a place, without waiting for any.
  Group gather(Outcome&& first, Permit&& place) {
    Group group;
    group.outcomes.swap(spare_);
    group.outcomes.reserve(grouping_.targets);
    group.places.reserve(grouping_.targets);
    const Instant now = io_.now();
    std::optional<Permit> its = std::move(place);
    group.outcomes.push_back(std::move(first));
    while (true) {
      if (wants_try(group.outcomes.back())) {
        group.places.push_back(std::move(*its));
      } else {
        group.outcomes.pop_back();
      }
      its.reset();
      if (group.outcomes.size() == grouping_.targets || !(its = window_.try_acquire())) break;
      if (!feed_.next_by(now, group.outcomes.emplace_back())) {
        group.outcomes.pop_back();
        break;
      }
    }
    return group;
  }

  Task<void> run_group(Group& group) {
    if (sweep_.wants_starts)
      for (const Outcome& outcome : group.outcomes) batch_.started.push_back(outcome.target);
    begin_tries(group.outcomes);
    co_await job_.run_group(group.outcomes);
    groups_.set_capacity(job_.grouping().groups);
    std::erase_if(group.outcomes, [&](Outcome& outcome) { return leaves_group(outcome, group.places); });
    for (Outcome& outcome : group.outcomes) {
      widen();
      judge_first(outcome);
    }
    finish_all(group.outcomes);
    if (spare_.capacity() == 0) spare_.swap(group.outcomes);
  }

  /// What is not through with its try goes on by itself.
  bool leaves_group(Outcome& outcome, std::vector<Permit>& places) {
    if (is_through(outcome)) return false;
    jobs_->start([](LoopSweep* self, Outcome&& alone, Permit&&) { return self->go_on(alone); }, this,
                 std::move(outcome), std::move(places.back()));
    places.pop_back();
    return true;
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

  /// Until the try has ended, fields of the evidence hold where the counters stood when it began.
  void begin_tries(std::span<Outcome> outcomes) {
    sweep_.control.starts.fetch_add(outcomes.size(), std::memory_order_relaxed);
    const std::uint32_t drops = drops_now(), sent = sent_now(), lateness_ms = lateness_now_ms();
    for (Outcome& outcome : outcomes) {
      if (outcome.target.batch != 0) continue;  // Its requests are many, and none is asked again.
      outcome.evidence.drops = drops;
      outcome.evidence.sent = sent;
      outcome.evidence.lateness_ms = lateness_ms;
    }
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

  /// Of a target's first try.
  void judge_first(Outcome& outcome) {
    judge(outcome);
    if (sweep_.confirms_in_place) sweep_.control.missed.tried_first(outcome.verdict);
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
        begin_tries({&outcome, 1});
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

  /// The same for all of them, and leaves them empty.
  void finish_all(std::vector<Outcome>& outcomes) {
    if (batch_.outcomes.empty()) {
      batch_.outcomes.swap(outcomes);
    } else {
      batch_.outcomes.insert(batch_.outcomes.end(), std::make_move_iterator(outcomes.begin()),
                             std::make_move_iterator(outcomes.end()));
      outcomes.clear();
    }
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
  const Job::Grouping grouping_;
  Limiter groups_;
  TargetFeed feed_;
  Batch batch_;
  std::vector<Outcome> spare_;  ///< room for a group, and nothing in it
  Scope* jobs_ = nullptr;
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
