// The sweep in a simulated world: for each seed another world, other faults and another end, and always the same
// promises. The environment chooses: ATONCE_SIM_SEEDS=first-last (1-250), ATONCE_SIM_TARGETS=N of each (100000).

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>

#include "atonce/jobs/probe.h"
#include "atonce/protocols/dns/testing.h"
#include "atonce/runtime/testing.h"
#include "atonce/strategies/sweep.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view name_server = "192.0.2.53";

/// Everything that chance decides about one run.
struct Scenario {
  explicit Scenario(std::uint64_t number, std::uint64_t count) : seed{number}, targets(count) {
    SimRandom dice(seed, 99);
    window = std::array{1u, 7u, 64u, 500u, 4'096u, 10'000u}[number % 6];
    patience = std::chrono::milliseconds(200 + dice.below(1'200));
    silent_percent = window == 1 ? 1 : dice.below(25);
    loss = dice.chance(0.25) ? 0.02 : 0;
    names_percent = dice.chance(0.5) ? 3 : 0;
    stall_chance = dice.chance(0.4) ? 0.002 : 0;
    slow_reader = dice.chance(0.3);
    addresses = dice.chance(0.2) ? 40 : 1u << 24;
    if (dice.chance(0.3)) descriptors = window / 4 + 40;
    if (addresses == 40) ports = 2 + window / 50;
    if (dice.chance(0.5)) fault_chance = 0.001 * (1 + dice.below(dice.chance(0.2) ? 500 : 50));
    fault = std::array{EMFILE, ENOBUFS, EADDRNOTAVAIL, ENOMEM}[dice.below(4)];
    if (dice.chance(0.15)) stop_after = dice.below(static_cast<std::uint32_t>(targets));
    if (dice.chance(0.15)) stop_at = Instant(1'000s) + dice.up_to(5s);
    stop = dice.chance(0.5) ? Control::drain : Control::cancel;
    if (dice.chance(0.2)) rate = 5'000;
  }

  Seed seed;
  std::uint64_t targets;
  std::uint32_t window = 1;
  Duration patience{};  ///< for a connect
  std::uint32_t silent_percent = 0;
  double loss = 0;
  std::uint32_t names_percent = 0;
  double stall_chance = 0;  ///< each time that the list is asked for more
  bool slow_reader = false;
  std::uint32_t addresses = 1;
  std::size_t descriptors = ~std::size_t{0};
  std::uint32_t ports = 28'232;
  double fault_chance = 0;
  int fault = 0;
  std::uint64_t stop_after = ~std::uint64_t{0};  ///< outcomes
  Instant stop_at = never;                       ///< the same, at an instant
  int stop = Control::drain;
  std::optional<double> rate;
};

/// What the world holds for an address or a name: a pure function of the seed.
struct Fate {
  HostRule::Fate host = HostRule::Fate::answers;
  bool open = true;
  Verdict of_name = Verdict::open;  ///< what its lookup fails with, if it does
};

Fate fate_of_address(const Scenario& scenario, const IpAddress& address) {
  const auto roll = SimRandom::mix(scenario.seed.value * 1'000'003 + address.v4_host_order()) % 1'000;
  if (roll < scenario.silent_percent * 10) return {.host = HostRule::Fate::silent};
  if (roll < 300) return {.open = false};
  if (roll < 340) return {.host = HostRule::Fate::unreachable};
  if (roll < 350) return {.host = HostRule::Fate::no_route};
  return {};
}

Verdict truth_of_address(const Scenario& scenario, const IpAddress& address) {
  const Fate fate = fate_of_address(scenario, address);
  switch (fate.host) {
    case HostRule::Fate::silent: return Verdict::timeout;
    case HostRule::Fate::unreachable: return Verdict::unreachable;
    case HostRule::Fate::no_route: return Verdict::local_no_route;
    default: return fate.open ? Verdict::open : Verdict::closed;
  }
}

IpAddress address_of(const Scenario& scenario, std::uint64_t index) {
  return IpAddress::v4(0x0a000000u | static_cast<std::uint32_t>(index * 2'654'435'761u % scenario.addresses));
}

Verdict name_verdict(const Scenario& scenario, std::uint64_t index) {
  constexpr std::array verdicts{Verdict::open, Verdict::open, Verdict::no_name, Verdict::no_address,
                                Verdict::dns_failure};
  return verdicts[SimRandom::mix(scenario.seed.value ^ (index << 20)) % verdicts.size()];
}

bool is_name(const Scenario& scenario, std::uint64_t index) { return index % 100 < scenario.names_percent; }
bool is_broken_line(std::uint64_t index) { return index % 997 == 500; }

Verdict truth_of_index(const Scenario& scenario, std::uint64_t index) {
  if (is_broken_line(index)) return Verdict::invalid_input;
  if (is_name(scenario, index) && name_verdict(scenario, index) != Verdict::open) return name_verdict(scenario, index);
  return truth_of_address(scenario, address_of(scenario, index));
}

/// A verdict that chance on the way allows beside the truth.
bool may_be(const Scenario& scenario, std::uint64_t index, Verdict verdict) {
  if (scenario.loss > 0 && verdict == Verdict::timeout) return !is_broken_line(index);
  // The name server is a task of the same simulation: it stalls with us.
  const bool question_lost = scenario.loss > 0 || scenario.stall_chance > 0;
  return question_lost && is_name(scenario, index) && verdict == Verdict::dns_timeout;
}

/// Targets out of nothing.
class MadeTargets final : public TargetSource {
 public:
  MadeTargets(const Scenario& scenario, SimIo& io) : scenario_(scenario), io_(io), dice_(scenario.seed, 98) {}

  std::size_t claim(std::span<Target> out) override {
    if (dice_.chance(scenario_.stall_chance)) io_.stall(dice_.up_to(3s));
    if (dice_.chance(0.01)) return 0;  // The next line has not arrived yet.
    std::size_t given = 0;
    for (; given < out.size() && next_ < scenario_.targets; ++given) fill(out[given], next_++);
    return given;
  }
  bool ended() const override { return next_ == scenario_.targets; }
  std::uint64_t given() const { return next_; }

 private:
  void fill(Target& target, std::uint64_t index) const {
    target = Target{.index = index, .line = index + 1, .port = 443};
    if (is_broken_line(index)) {
      target.complaint = "not a target";
    } else if (is_name(scenario_, index)) {
      fmt::format_to(std::back_inserter(target.host), "n{}.example", index);
    } else {
      target.address = address_of(scenario_, index);
      target.host = "10.0.0.0";
    }
  }

  const Scenario& scenario_;
  SimIo& io_;
  SimRandom dice_;
  std::uint64_t next_ = 0;
};

/// Holds each outcome against the truth, and counts.
class Auditor final : public Handover {
 public:
  Auditor(const Scenario& scenario, SimIo& io, Control& control)
      : scenario_(scenario), io_(io), control_(control), seen_(scenario.targets) {}

  void put(Batch& batch) override {
    for (const Outcome& outcome : batch.outcomes) audit(outcome);
    batch.outcomes.clear();
    const bool stops = outcomes_ >= scenario_.stop_after || io_.now() >= scenario_.stop_at;
    if (stops && !control_.stopping()) control_.stop = scenario_.stop;
  }
  /// A slow reader of the results stops reading for a fifth of the time.
  std::size_t backlog() const override {
    return scenario_.slow_reader && io_.now().time_since_epoch() / 40ms % 5 == 0 ? 1'000'000 : 0;
  }
  std::size_t batch_size() const override { return 64; }

  std::uint64_t outcomes() const { return outcomes_; }
  std::uint64_t hash() const { return hash_; }
  const std::string& complaints() const { return complaints_; }

 private:
  void audit(const Outcome& outcome) {
    const std::uint64_t index = outcome.target.index;
    ++outcomes_;
    hash_ = SimRandom::mix(hash_ ^ index * 16 + static_cast<std::uint64_t>(outcome.verdict));
    if (index >= seen_.size()) return complain_about(outcome, "nobody gave this target");
    if (seen_[index]++ != 0) return complain_about(outcome, "this target has a second row");
    if (outcome.verdict == Verdict::unfinished && control_.stopping()) return;
    if (outcome.verdict == truth_of_index(scenario_, index) || may_be(scenario_, index, outcome.verdict)) return;
    complain_about(outcome, "this is not the truth");
  }

  void complain_about(const Outcome& outcome, std::string_view why) {
    if (++complained_ > 5) return;
    complaints_ += fmt::format("target {}: {} (errno {}, {} tries, after {} ms): {}\n", outcome.target.index,
                               name_of(outcome.verdict), outcome.error, outcome.tries,
                               (outcome.finished - outcome.due) / 1ms, why);
  }

  const Scenario& scenario_;
  SimIo& io_;
  Control& control_;
  std::vector<std::uint8_t> seen_;
  std::uint64_t outcomes_ = 0;
  std::uint64_t hash_ = 0;
  unsigned complained_ = 0;
  std::string complaints_;
};

std::vector<Packet> answer_for(const Scenario& scenario, const Asked& asked) {
  const std::uint64_t index = std::strtoull(asked.name.c_str() + 1, nullptr, 10);
  const Verdict verdict = name_verdict(scenario, index);
  if (verdict == Verdict::no_name) return {respond_negative(asked, 3, 60)};
  if (verdict == Verdict::dns_failure) return {respond(asked, 2)};
  if (verdict == Verdict::no_address || asked.type != 1) return {respond_negative(asked, 0, 60)};
  return {respond_with(asked, {write_address(address_of(scenario, index))})};
}

/// The probe, with a name server beside it. A row of the table of jobs has no state, so the scenario comes by the plan.
Task<void> probe_beside_name_server(Io& io, const JobSetting& setting, JobBody body) {
  const Plan& plan = setting.plan;
  const Scenario scenario(plan.seed, *plan.input.limit);
  co_await with_scope(io, [&](Scope& servers) -> Task<void> {
    start_name_server(servers, plan.resolver.servers.front(),
                      [&](const Asked& asked) { return answer_for(scenario, asked); });
    co_await with_probe(io, setting, std::move(body));
    servers.cancel();
  });
}
constexpr JobRow simulated_probe{"probe", "", probe_beside_name_server};

Plan plan_of(const Scenario& scenario) {
  Plan plan;
  plan.seed = scenario.seed.value;
  plan.input.limit = scenario.targets;
  plan.resolver.servers = {at(name_server, 53)};
  plan.resolver.timeout = 1s;
  plan.probe.connect_timeout = scenario.patience;
  plan.probe.family = AddressChoice::v4_only;
  plan.pacing.rate = scenario.rate;
  plan.politeness.allow_private = true;
  return plan;
}

void make_world(const Scenario& scenario, SimIo& io) {
  io.default_host([&scenario](const IpAddress& address) {
    const Fate fate = fate_of_address(scenario, address);
    HostRule rule;
    if (fate.host == HostRule::Fate::silent) rule.never_answers();
    if (fate.host == HostRule::Fate::unreachable) rule.unreachable();
    if (fate.host == HostRule::Fate::no_route) rule.no_route();
    if (fate.open) rule.open(443);
    return rule.latency(scenario.patience / 4).jitter(scenario.patience / 4).loses(scenario.loss);
  });
  io.host(name_server).latency(20ms).loses(scenario.loss);
  io.descriptors_max(scenario.descriptors);
  io.ports_max(scenario.ports);
  if (scenario.fault_chance > 0) io.fail_sometimes(OperationKind::connect, scenario.fault, scenario.fault_chance);
}

/// What a run came to: empty complaints when all promises were kept.
struct Audit {
  std::string complaints;
  std::uint64_t trace = 0;
  std::uint64_t outcomes_hash = 0;
  std::uint64_t outcomes = 0;
};

Audit run_scenario(const Scenario& scenario) {
  SimIo io(scenario.seed);
  make_world(scenario, io);
  const Plan plan = plan_of(scenario);
  Control control;
  MadeTargets source(scenario, io);
  Auditor auditor(scenario, io, control);
  Neighbourhoods neighbourhoods(plan.politeness, plan.seed);
  const ExcludeList excludes;
  const JobSetting setting{plan, neighbourhoods, excludes};
  Sweep sweep{setting, simulated_probe, source, auditor, control};
  run_sweep(io, sweep, scenario.window);

  Audit audit{auditor.complaints(), io.trace_hash(), auditor.hash(), auditor.outcomes()};
  if (auditor.outcomes() != source.given())
    audit.complaints += fmt::format("{} targets given, {} rows\n", source.given(), auditor.outcomes());
  if (!control.stopping() && source.given() != scenario.targets) audit.complaints += "it ended before the list did\n";
  if (io.open_handles() != 0) audit.complaints += fmt::format("{} handles are still open\n", io.open_handles());
  return audit;
}

std::string environment(const char* name, const char* otherwise) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

struct Range {
  std::uint64_t first, last;
};
Range seeds_asked_for() {
  const std::string text = environment("ATONCE_SIM_SEEDS", "1-250");
  char* rest = nullptr;
  const std::uint64_t first = std::strtoull(text.c_str(), &rest, 10);
  return {first, *rest == '-' ? std::strtoull(rest + 1, nullptr, 10) : first};
}
std::uint64_t targets_asked_for() {
  return std::strtoull(environment("ATONCE_SIM_TARGETS", "100000").c_str(), nullptr, 10);
}

std::string reproduce(const Scenario& scenario) {
  return fmt::format("to see it again: ATONCE_SIM_SEEDS={} ATONCE_SIM_TARGETS={} simulated_sweep_test",
                     scenario.seed.value, scenario.targets);
}

TEST(SimulatedSweep, GivesEveryTargetItsOneTrueRowWhateverFails) {
  const auto [first, last] = seeds_asked_for();
  std::uint64_t rows = 0;
  for (std::uint64_t number = first; number <= last; ++number) {
    const Scenario scenario(number, targets_asked_for());
    const Audit audit = run_scenario(scenario);
    EXPECT_EQ(audit.complaints, "") << reproduce(scenario);
    rows += audit.outcomes;
  }
  RecordProperty("rows", std::to_string(rows));
  fmt::print("{} rows of {} seeds\n", rows, last - first + 1);
}

TEST(SimulatedSweep, AShortageThatLastsUntilTheRunIsStoppedLeavesItsTargetsUnfinished) {
  for (const int stop : {Control::drain, Control::cancel}) {
    Scenario scenario(1, 1'000);
    scenario.window = 200;
    scenario.fault_chance = 1;
    scenario.stop_at = Instant(1'002s);
    scenario.stop = stop;
    const Audit audit = run_scenario(scenario);
    EXPECT_EQ(audit.complaints, "");
    EXPECT_GT(audit.outcomes, 0u);
  }
}

TEST(SimulatedSweep, ASeedDecidesEverything) {
  const std::uint64_t first = seeds_asked_for().first;
  for (std::uint64_t number = first; number < first + 3; ++number) {
    const Scenario scenario(number, std::min<std::uint64_t>(targets_asked_for(), 10'000));
    const Audit once = run_scenario(scenario);
    const Audit again = run_scenario(scenario);
    EXPECT_EQ(once.trace, again.trace) << reproduce(scenario);
    EXPECT_EQ(once.outcomes_hash, again.outcomes_hash) << reproduce(scenario);
  }
  EXPECT_NE(run_scenario(Scenario(first, 100)).trace, run_scenario(Scenario(first + 1, 100)).trace);
}

}  // namespace
}  // namespace atonce
