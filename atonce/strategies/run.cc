#include "atonce/strategies/run.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "atonce/runtime/rate.h"
#include "atonce/strategies/collector.h"

namespace atonce {
namespace {

constexpr Duration watch_interval = std::chrono::milliseconds(100);
constexpr Duration vouching_interval = std::chrono::milliseconds(5);
constexpr Duration steering_interval = std::chrono::milliseconds(25);
// A later lap is slow: at this part of the pace that was seen to lose nothing, though no slower than what no machine or
// path minds. What it asks is mostly silent, and a window of 20,000 turns over only 5,700 times a second then.
constexpr double later_lap_share = 0.5;
constexpr double later_lap_rate_min = 2'000;
constexpr double later_lap_rate_max = 5'000;

Instant clock_now() { return std::chrono::time_point_cast<Duration>(std::chrono::steady_clock::now()); }

FaultPlan faults_of(const Plan& plan) {
  Parsed<IoFaults> faults = parse_io_faults(plan.fault);
  return faults ? std::move(faults->plan) : FaultPlan{};
}

/// One run, lap for lap, on the calling thread.
class Run {
 public:
  Run(const Plan& plan, const ExcludeList& excludes, const StrategyRow& strategy, const Staffing& staffing,
      const JobRow& job, TargetList& list, OutcomeSink& sink, Control& control,
      const std::function<void(const RunState&)>& watch, const Resumption* resumption)
      : plan_(plan),
        strategy_(strategy),
        sink_(sink),
        control_(control),
        watch_(watch),
        laps_(plan.trust, list, resumption),
        neighbourhoods_(plan.politeness, plan.seed),
        setting_{plan, neighbourhoods_, excludes},
        sweep_{setting_, job, laps_, outbox_, control, sink.wants_starts(), plan.output.ordered, faults_of(plan)},
        witness_(witness_options(plan, std::string(strategy.name)), control.conditions),
        collector_(sink, control, laps_, witness_, !plan.output.ordered, result_) {
    result_.staffing = staffing;
    if (resumption != nullptr) result_.tally = resumption->tally();
    if (plan.pacing.rate) {
      set_rate(*plan.pacing.rate);
    } else if (plan.pacing.automatic) {
      set_rate(autopilot_.rate());
    }
  }

  RunResult run() {
    show(started_);  // Whoever watches knows when it began.
    do run_lap();
    while (goes_on() && begin_next_lap());
    collector_.give_up(laps_.unsettled());
    collector_.flush();
    return finish();
  }

 private:
  bool goes_on() const { return !control_.stopping() && result_.failure.empty(); }

  void run_lap() {
    const std::unique_ptr<Crew> crew = strategy_.start(sweep_, outbox_, result_.staffing);
    narrow_to(crew->workers());
    if (laps_.lap() == 1 && sweep_.job.uses_network) witness_.start();
    Batch batch;
    while (outbox_.take(batch, steering_interval)) {
      const std::size_t taken = batch.outcomes.size();
      collector_.take(batch);
      // Rows that an ordered sink holds back still count as not written, so that they cannot grow without bound.
      const std::size_t held_now = sink_.held();
      outbox_.written(taken + held_ - held_now);
      held_ = held_now;
      const Instant now = clock_now();
      collector_.release(now);
      if (now - steered_ >= steering_interval) steer(now);
      if (now - watched_ >= watch_interval) show(now);
    }
    try {
      crew->join();
    } catch (const std::exception& bug) {
      result_.failure = bug.what();
    }
    while (collector_.holds_back()) {
      std::this_thread::sleep_for(vouching_interval);
      collector_.release(clock_now());
    }
  }

  /// There was no room for all the workers that were planned.
  void narrow_to(unsigned workers) {
    Staffing& staffing = result_.staffing;
    if (workers >= staffing.workers) return;
    const std::uint64_t part = std::uint64_t{staffing.window} * workers / staffing.workers;
    staffing.window = static_cast<std::uint32_t>(std::max<std::uint64_t>(1, part));
    staffing.workers = workers;
  }

  bool begin_next_lap() {
    if (!laps_.next_lap()) return false;
    const double slow = std::clamp(later_lap_share * autopilot_.proven(), later_lap_rate_min, later_lap_rate_max);
    if (plan_.pacing.rate) {
      set_rate(std::min(*plan_.pacing.rate, slow));
    } else if (plan_.pacing.automatic) {
      autopilot_ = Autopilot(slow, slow);
      set_rate(slow);
    } else {
      set_rate(slow);
    }
    return true;
  }

  void steer(Instant now) {
    steered_ = now;
    autopilot_.observe(now,
                       {.starts = control_.starts.load(),
                        .drops = control_.conditions.drops.load(),
                        .shortages = control_.shortages.load(),
                        .checked = laps_.checked(),
                        .overturned = laps_.overturned(),
                        .lateness = Duration(control_.lateness_ns_now.exchange(0)),
                        .tainted = control_.conditions.overlapping(now - steering_interval, now, false).has_value()});
    if (!plan_.pacing.automatic) return;
    set_rate(autopilot_.rate());
    control_.window_percent.store(autopilot_.window_percent());
    if (!result_.ceiling && autopilot_.ceiling()) {
      result_.ceiling = autopilot_.ceiling();
      result_.wall_met = words_of(autopilot_.wall());
    }
  }

  std::string words_of(Autopilot::Wall wall) const {
    switch (wall) {
      case Autopilot::Wall::none: return "";
      case Autopilot::Wall::drops: return witness_.first_wall();
      case Autopilot::Wall::lateness: return "this machine's processors are busy";
      case Autopilot::Wall::path: return "answers get lost on the way above it";
    }
    return "";
  }

  void set_rate(double per_second) {
    rate_ = per_second;
    control_.interval_ns.store(Rate::interval_of(per_second));
  }

  void show(Instant now) {
    watched_ = now;
    collector_.flush();
    if (!watch_) return;
    watch_({.tally = &result_.tally,
            .claimed = laps_.targets_known(),
            .unsettled = laps_.unsettled(),
            .lap = laps_.lap(),
            .lap_size = laps_.lap_size(),
            .rate = rate_,
            .ceiling = result_.ceiling,
            .wall_met = result_.wall_met,
            .shortages = control_.shortages.load(),
            .drops = control_.conditions.drops.load(),
            .elapsed = now - started_,
            .lateness_max = Duration(control_.lateness_ns_max.load()),
            .window = result_.staffing.window,
            .stopping = control_.stopping()});
  }

  RunResult finish() {
    result_.started = started_;
    result_.wall = clock_now() - started_;
    result_.witness = witness_.finish();
    result_.claimed = laps_.targets_known();
    result_.laps = laps_.lap();
    result_.voided = laps_.voided();
    result_.shortages = control_.shortages.load();
    result_.drops = control_.conditions.drops.load();
    result_.lateness_max = Duration(control_.lateness_ns_max.load());
    return std::move(result_);
  }

  const Plan& plan_;
  const StrategyRow& strategy_;
  OutcomeSink& sink_;
  Control& control_;
  const std::function<void(const RunState&)>& watch_;
  RunResult result_;
  Outbox outbox_;
  Laps laps_;
  Neighbourhoods neighbourhoods_;
  JobSetting setting_;
  Sweep sweep_;
  Witness witness_;
  Collector collector_;
  Autopilot autopilot_;
  double rate_ = 0;
  std::size_t held_ = 0;
  Instant steered_{};
  Instant watched_{};
  const Instant started_ = clock_now();
};

}  // namespace

RunResult run_strategy(const Plan& plan, const StrategyRow& strategy, const Staffing& staffing, const JobRow& job,
                       TargetList& list, OutcomeSink& sink, Control& control,
                       const std::function<void(const RunState&)>& watch, const Resumption* resumption) {
  const Parsed<ExcludeList> excludes = ExcludeList::read(plan.politeness.excludes);
  if (!excludes) return RunResult{.staffing = staffing, .failure = excludes.error().text};
  return Run(plan, *excludes, strategy, staffing, job, list, sink, control, watch, resumption).run();
}

}  // namespace atonce
