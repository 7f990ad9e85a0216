#include "tests/simulated_run.h"

#include <fmt/format.h>

#include <algorithm>

#include "atonce/jobs/probe.h"
#include "atonce/runtime/faulty.h"
#include "atonce/runtime/rate.h"
#include "atonce/runtime/sleep.h"
#include "atonce/runtime/testing.h"
#include "atonce/strategies/autopilot.h"
#include "atonce/strategies/laps.h"
#include "atonce/strategies/sweep.h"
#include "tests/simulated_resolver.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

/// Targets out of nothing.
class MadeTargets final : public TargetList {
 public:
  MadeTargets(const Scenario& scenario, SimIo& io) : scenario_(scenario), io_(io), dice_(scenario.seed, 98) {}

  std::size_t claim(std::span<Target> out) override {
    if (dice_.chance(scenario_.stall_chance)) io_.stall(dice_.up_to(3s));
    if (dice_.chance(0.01)) return 0;  // The next line has not arrived yet.
    std::size_t given = 0;
    for (; given < out.size() && next_ < scenario_.targets; ++given) fill_target(scenario_, next_++, out[given]);
    return given;
  }
  bool ended() const override { return next_ == scenario_.targets; }
  std::uint64_t lines_read() const override { return next_; }
  std::uint64_t target_lines() const override { return next_; }
  std::uint64_t targets_given() const override { return next_; }
  std::uint64_t duplicates_dropped() const override { return 0; }
  std::optional<std::uint64_t> target_count() const override { return std::nullopt; }
  std::optional<double> fraction_consumed() const override { return std::nullopt; }
  std::optional<Complaint> error() const override { return std::nullopt; }
  std::optional<Complaint> warning() const override { return std::nullopt; }

 private:
  const Scenario& scenario_;
  SimIo& io_;
  SimRandom dice_;
  std::uint64_t next_ = 0;
};

/// Holds each final outcome against the truth, and counts.
class Auditor final : public Handover {
 public:
  Auditor(const Scenario& scenario, SimIo& io, Control& control, Laps& laps)
      : scenario_(scenario), io_(io), control_(control), laps_(laps), seen_(scenario.targets) {}

  void put(Batch& batch) override {
    audit_.tries += batch.tried.size() + batch.outcomes.size();
    for (Outcome& outcome : batch.outcomes) {
      // With confirmation in place the sweep has settled it.
      if (scenario_.confirms_in_place || laps_.settle(outcome)) audit_final(outcome);
    }
    batch.outcomes.clear();
    batch.tried.clear();
    const bool stops = audit_.rows >= scenario_.stop_after || io_.now() >= scenario_.stop_at;
    if (stops && !control_.stopping()) control_.stop = scenario_.stop;
  }
  /// A slow reader of the results stops reading for a fifth of the time.
  std::size_t backlog() const override {
    return scenario_.slow_reader && io_.now().time_since_epoch() / 40ms % 5 == 0 ? 1'000'000 : 0;
  }
  std::size_t batch_size() const override { return 64; }

  const Tally& tally() const { return tally_; }
  Audit& audit() { return audit_; }
  void complain_about(std::string_view what) {
    if (++complained_ <= 5) audit_.complaints += fmt::format("{}\n", what);
  }

 private:
  void audit_final(const Outcome& outcome) {
    const std::uint64_t index = outcome.target.index;
    ++audit_.rows;
    tally_.add(outcome);
    audit_.outcomes_hash =
        SimRandom::mix(audit_.outcomes_hash ^ (index * 16 + static_cast<std::uint64_t>(outcome.verdict)));
    if (index >= seen_.size()) return complain_about(outcome, "nobody gave this target");
    if (seen_[index]++ != 0) return complain_about(outcome, "this target has a second row");
    if (outcome.verdict == Verdict::unfinished && control_.stopping()) return;
    audit_.unsure += outcome.doubts.any();
    if (outcome.verdict != truth_of(scenario_, index)) audit_wrong(outcome);
  }

  void audit_wrong(const Outcome& outcome) {
    const Duration longest = 20s;  // What a lookup with all its rounds may take.
    const Instant first = std::max(outcome.started, outcome.finished - longest);
    if (outcome.doubts.any() && is_voidable(outcome.verdict)) {
      ++audit_.unsure_wrong;
    } else if (was_away(outcome, first)) {
      // It was the truth at that time.
    } else if (scenario_.loses_by_chance() && is_silence(outcome.verdict)) {
      ++(scenario_.confirm > 0 ? audit_.by_chance : audit_.by_chance_unconfirmed);
    } else if (outcome.verdict == Verdict::no_name && had_mood(scenario_, Mood::denies, first, outcome.finished)) {
      ++audit_.lied_to;
    } else {
      complain_about(outcome, "this is not the truth");
    }
  }

  /// Silent in the last try, and nobody could have known that it was not the host.
  bool was_away(const Outcome& outcome, Instant first) const {
    const bool silent = is_silence(outcome.verdict);
    if (scenario_.has_weather() && silent) {
      const bool of_host = outcome.verdict == Verdict::timeout;
      const IpAddress away = of_host ? address_of(scenario_, outcome.target.index) : at(name_server, 53).address;
      const SimWeather& weather = io_.weather();
      if (weather.swizzled_between(away, first, outcome.finished)) return true;
      if (!scenario_.witnessed && weather.uplink_away_between(first, outcome.finished)) return true;
    }
    if (scenario_.witnessed) return false;
    const auto was = [&](Mood mood) { return had_mood(scenario_, mood, first, outcome.finished); };
    if (outcome.verdict == Verdict::dns_timeout) return was(Mood::stalls) || was(Mood::wrong_ids);
    // Over a stream a wrong id makes no sense at once; over UDP it may be the right one of another question in flight.
    if (outcome.verdict == Verdict::dns_invalid) return was(Mood::wrong_ids);
    return outcome.verdict == Verdict::dns_failure && was(Mood::fails);
  }

  void complain_about(const Outcome& outcome, std::string_view why) {
    complain_about(
        fmt::format("target {}: {} where the truth is {} (errno {}, {} tries, lap {}, {} to {} ms, doubts {}): {}",
                    outcome.target.index, name_of(outcome.verdict), name_of(truth_of(scenario_, outcome.target.index)),
                    outcome.error, outcome.tries, outcome.lap, (outcome.started - simulation_start) / 1ms,
                    (outcome.finished - simulation_start) / 1ms, write_doubts(outcome.doubts), why));
  }

  const Scenario& scenario_;
  SimIo& io_;
  Control& control_;
  Laps& laps_;
  std::vector<std::uint8_t> seen_;
  Tally tally_;
  Audit audit_;
  unsigned complained_ = 0;
};

/// A witness that knows the script: it tells each trouble a little before it happens, and not all at the start, for
/// Conditions keep only the latest stretches.
class ScriptedWitness {
 public:
  ScriptedWitness(const Scenario& scenario, SimIo& io, Conditions& conditions)
      : witnessed_(scenario.witnessed), io_(io), conditions_(conditions) {
    for (const Stretch& outage : scenario.outages) coming_.push_back({Taint::uplink, outage});
    for (const MoodStretch& stretch : scenario.moods)
      if (stretch.mood == Mood::fails || stretch.mood == Mood::stalls || stretch.mood == Mood::wrong_ids)
        coming_.push_back({Taint::resolver, stretch.when});
    std::ranges::sort(coming_, {}, [](const Trouble& trouble) { return trouble.when.from; });
  }

  void tell() {
    if (!witnessed_) return;
    for (; told_ < coming_.size() && coming_[told_].when.from <= io_.now() + told_before; ++told_)
      conditions_.note(coming_[told_].taint, coming_[told_].when.from, coming_[told_].when.until);
    for (; stops_told_ < io_.stops().size(); ++stops_told_) {
      const Stretch& stop = io_.stops()[stops_told_];
      if (stop.until - stop.from > 100ms) conditions_.note(Taint::stopped, stop.from, stop.until);
    }
  }

 private:
  // Longer than the program may stand still at once.
  static constexpr Duration told_before = 5s;
  struct Trouble {
    Taint taint;
    Stretch when;
  };
  const bool witnessed_;
  SimIo& io_;
  Conditions& conditions_;
  std::vector<Trouble> coming_;
  std::size_t told_ = 0;
  std::size_t stops_told_ = 0;
};

/// What the tasks beside a simulated probe need. A row of the table of jobs has no state, so it comes by its setting.
struct SimulatedSetting : JobSetting {
  const Scenario& scenario;
  SimIo& io;
  Control& control;
  Laps& laps;
  Autopilot& autopilot;
  ScriptedWitness& witness;
};

std::uint64_t drops_of(const Scenario& scenario, SimIo& io) {
  return scenario.has_weather() ? io.weather().local_drops() : 0;
}

/// The witness, and the autopilot's hand on the rate.
Task<void> watch(const SimulatedSetting& setting) {
  while (co_await sleep_for(setting.io, 20ms)) {
    Conditions& conditions = setting.control.conditions;
    conditions.drops = drops_of(setting.scenario, setting.io);
    setting.witness.tell();
    if (!setting.scenario.automatic || setting.laps.lap() > 1) continue;
    const Instant now = setting.io.now();
    setting.autopilot.observe(now, {.starts = setting.control.starts,
                                    .drops = conditions.drops,
                                    .shortages = setting.control.shortages,
                                    .checked = setting.laps.checked(),
                                    .overturned = setting.laps.overturned(),
                                    .lateness = Duration(setting.control.lateness_ns_now.exchange(0)),
                                    .tainted = conditions.overlapping(now - 20ms, now).has_value()});
    setting.control.interval_ns = Rate::interval_of(setting.autopilot.rate());
    setting.control.window_percent = setting.autopilot.window_percent();
  }
}

/// The probe, with a name server and a witness beside it.
Task<void> probe_in_company(Io& io, const JobSetting& setting, std::uint32_t window, JobBody body) {
  const auto& all = static_cast<const SimulatedSetting&>(setting);
  co_await with_scope(io, [&](Scope& company) -> Task<void> {
    start_moody_name_server(company, all.io, all.scenario);
    company.start(watch, std::cref(all));
    co_await with_probe(io, setting, window, std::move(body));
    company.cancel();
  });
}
constexpr JobRow simulated_probe{"probe", "", probe_in_company};

Plan plan_of(const Scenario& scenario) {
  Plan plan;
  plan.seed = scenario.seed.value + 1;
  plan.resolver.servers = {at(name_server, 53)};
  plan.resolver.timeout = 1s;
  plan.probe.connect_timeout = scenario.patience;
  plan.probe.family = AddressChoice::v4_only;
  plan.pacing.rate = scenario.rate;
  plan.trust.confirm = scenario.confirm;
  plan.politeness = scenario.politeness;
  return plan;
}

void make_world(const Scenario& scenario, SimIo& io) {
  io.default_host([&scenario](const IpAddress& address) { return rule_of_address(scenario, address); });
  io.descriptors_max(scenario.descriptors);
  io.ports_max(scenario.ports);
  io.stops_sometimes(scenario.stops_chance, 2s);
  if (scenario.fault_chance > 0) io.fail_sometimes(OperationKind::connect, scenario.fault, scenario.fault_chance);
  if (!scenario.has_weather()) return;
  SimWeather& weather = io.weather();
  for (const Stretch& outage : scenario.outages) weather.outage(outage.from, outage.until);
  if (scenario.swizzle_groups > 0)
    weather.swizzle(scenario.swizzle_groups, scenario.swizzle_from, scenario.swizzle_step);
  if (scenario.bursts) weather.bursts(*scenario.bursts);
  if (scenario.wall) weather.rate_wall(*scenario.wall);
}

/// Lap for lap, as a run does it.
void run_laps(SimIo& io, const Scenario& scenario, Sweep& sweep, Laps& laps) {
  Control& control = sweep.control;
  if (scenario.rate) control.interval_ns = Rate::interval_of(*scenario.rate);
  do {
    run_sweep(io, sweep, scenario.window);
    control.interval_ns = Rate::interval_of(500);
    control.window_percent = 100;
  } while (!control.stopping() && laps.next_lap());
}

void balance(const Scenario& scenario, const SimIo& io, const MadeTargets& list, const Laps& laps, bool stopped,
             Auditor& auditor) {
  const Audit& audit = auditor.audit();
  if (audit.rows + laps.unsettled() != list.targets_given())
    auditor.complain_about(
        fmt::format("{} targets given, {} rows and {} unsettled", list.targets_given(), audit.rows, laps.unsettled()));
  if (auditor.tally().total() != audit.rows)
    auditor.complain_about("the tally has not as many verdicts as there are rows");
  if (!stopped && laps.unsettled() != 0) auditor.complain_about("it ended with targets unsettled");
  if (!stopped && list.targets_given() != scenario.targets) auditor.complain_about("it ended before the list did");
  if (laps.error() != 0) auditor.complain_about(fmt::format("the spill failed with errno {}", laps.error()));
  if (io.open_handles() != 0) auditor.complain_about(fmt::format("{} handles are still open", io.open_handles()));
}

}  // namespace

Audit run_scenario(const Scenario& scenario) {
  FaultPlan faults = parse_io_faults(scenario.faults).value().plan;
  faults.seed = scenario.seed.value;
  Faulty<SimIo> io(faults, scenario.seed);
  make_world(scenario, io);
  const Plan plan = plan_of(scenario);
  Neighbourhoods neighbourhoods(plan.politeness, plan.seed);
  const ExcludeList excludes;
  Control control;
  ScriptedWitness witness(scenario, io, control.conditions);
  witness.tell();
  MadeTargets list(scenario, io);
  Laps laps(plan.trust, list, nullptr);
  Auditor auditor(scenario, io, control, laps);
  Autopilot autopilot;
  const SimulatedSetting setting{{plan, neighbourhoods, excludes}, scenario, io, control, laps, autopilot, witness};
  Sweep sweep{setting, simulated_probe, laps, auditor, control, false, scenario.confirms_in_place};
  run_laps(io, scenario, sweep, laps);

  balance(scenario, io, list, laps, control.stopping(), auditor);
  Audit& audit = auditor.audit();
  audit.trace = io.trace_hash();
  audit.laps = laps.lap();
  audit.overturned = auditor.tally().overturned;
  audit.local_drops = drops_of(scenario, io);
  return audit;
}

}  // namespace atonce
