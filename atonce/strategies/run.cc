#include "atonce/strategies/run.h"

#include <chrono>

#include "atonce/runtime/local_drops.h"

namespace atonce {
namespace {

constexpr Duration watch_interval = std::chrono::milliseconds(100);

Instant clock_now() { return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()); }

/// The one thread that counts and writes.
class Collector {
 public:
  Collector(OutcomeSink& sink, Control& control, RunResult& result) : sink_(sink), control_(control), result_(result) {}

  void take(Batch& batch) {
    for (const Target& target : batch.started)
      if (result_.sink_error == 0) sink_.start(target);
    for (const Outcome& outcome : batch.outcomes) {
      result_.tally.add(outcome);
      if (outcome.verdict == Verdict::unfinished) continue;  // Not an answer: a run that carries on asks again.
      if (result_.sink_error == 0) note(sink_.add(outcome));
      if (result_.sink_error != 0) ++result_.rows_unwritten;
    }
    batch.started.clear();
    batch.outcomes.clear();
  }

  void flush() {
    if (result_.sink_error == 0) note(sink_.flush());
  }

 private:
  void note(int error) {
    if (error == 0) return;
    result_.sink_error = error;
    control_.stop.store(Control::cancel);
  }

  OutcomeSink& sink_;
  Control& control_;
  RunResult& result_;
};

}  // namespace

RunResult run_strategy(const Plan& plan, const StrategyRow& strategy, const Staffing& staffing, const JobRow& job,
                       TargetList& list, OutcomeSink& sink, Control& control,
                       const std::function<void(const RunState&)>& watch) {
  RunResult result{.staffing = staffing};
  Outbox outbox;
  Sweep sweep{plan, job, list, outbox, control, sink.wants_starts()};
  Collector collector(sink, control, result);
  const std::uint64_t drops_before = read_local_drops().total();
  const Instant started = clock_now();
  const std::unique_ptr<Crew> crew = strategy.start(sweep, outbox, staffing);
  Instant watched = started;
  Batch batch;
  std::size_t held = 0;
  while (outbox.take(batch, watch_interval)) {
    const std::size_t taken = batch.outcomes.size();
    collector.take(batch);
    // Rows that an ordered sink holds back still count as not written, so that they cannot grow without bound.
    const std::size_t held_now = sink.held();
    outbox.written(taken + held - held_now);
    held = held_now;
    const Instant now = clock_now();
    if (now - watched < watch_interval) continue;
    watched = now;
    collector.flush();
    if (watch)
      watch({&result.tally, list.targets_given(), control.shortages.load(), read_local_drops().total() - drops_before,
             now - started, Duration(control.lateness_ns_max.load()), staffing.window, control.stopping()});
  }
  try {
    crew->join();
  } catch (const std::exception& bug) {
    result.failure = bug.what();
  }
  collector.flush();
  result.wall = clock_now() - started;
  result.claimed = list.targets_given();
  result.shortages = control.shortages.load();
  result.drops = read_local_drops().total() - drops_before;
  result.lateness_max = Duration(control.lateness_ns_max.load());
  return result;
}

}  // namespace atonce
