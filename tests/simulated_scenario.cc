#include "tests/simulated_scenario.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>

namespace atonce {
namespace {

using namespace std::chrono_literals;

/// What the world holds for an address: a pure function of the seed.
struct Fate {
  HostRule::Fate host = HostRule::Fate::answers;
  bool open = true;
};

Fate fate_of(const Scenario& scenario, const IpAddress& address) {
  const auto roll = SimRandom::mix(scenario.seed.value * 1'000'003 + address.v4_host_order()) % 1'000;
  if (roll < scenario.silent_percent * 10) return {.host = HostRule::Fate::silent};
  if (roll < 300) return {.open = false};
  if (roll < 340) return {.host = HostRule::Fate::unreachable};
  if (roll < 350) return {.host = HostRule::Fate::no_route};
  return {};
}

Verdict truth_of_address(const Scenario& scenario, const IpAddress& address) {
  const Fate fate = fate_of(scenario, address);
  switch (fate.host) {
    case HostRule::Fate::silent: return Verdict::timeout;
    case HostRule::Fate::unreachable: return Verdict::unreachable;
    case HostRule::Fate::no_route: return Verdict::local_no_route;
    default: return fate.open ? Verdict::open : Verdict::closed;
  }
}

// Most worlds are small, so that there can be many; one in ten is large.
std::uint64_t size_of(std::uint64_t number) { return number % 10 == 0 ? 100'000 : number % 3 == 0 ? 20'000 : 5'000; }

}  // namespace

Scenario::Scenario(std::uint64_t number, std::optional<std::uint64_t> count)
    : Scenario(Seed{number}, count.value_or(size_of(number))) {
  SimRandom dice(seed, 99);
  draw_load(dice);
  draw_end(dice);
  draw_weather(dice);
  draw_moods(dice);
  draw_faults(dice);
}

void Scenario::draw_load(SimRandom& dice) {
  window = std::array{1u, 7u, 64u, 500u, 4'096u, 10'000u}[seed.value % 6];
  patience = std::chrono::milliseconds(200 + dice.below(1'200));
  silent_percent = window == 1 ? 1 : dice.below(25);
  loss = dice.chance(0.2) ? 0.02 : 0;
  names_percent = dice.chance(0.5) ? 3 : 0;
  stall_chance = dice.chance(0.3) ? 0.002 : 0;
  slow_reader = dice.chance(0.3);
  addresses = dice.chance(0.2) ? 40 : 1u << 24;
  if (dice.chance(0.3)) descriptors = window / 4 + 40;
  if (addresses == 40) ports = 2 + window / 50;
  if (dice.chance(0.4)) fault_chance = 0.001 * (1 + dice.below(dice.chance(0.2) ? 500 : 50));
  fault = std::array{EMFILE, ENOBUFS, EADDRNOTAVAIL, ENOMEM}[dice.below(4)];
  if (dice.chance(0.2)) rate = 5'000;
  automatic = !rate && dice.chance(0.4);
  confirm = dice.below(4);
  confirms_in_place = dice.chance(0.15);
  if (addresses == 40 || dice.chance(0.5)) politeness.per_address = politeness.per_network = 0;
  expected_ = std::min<Duration>(1h, patience / 2 * static_cast<std::int64_t>(targets / window + 4));
}

void Scenario::draw_end(SimRandom& dice) {
  if (dice.chance(0.1)) stop_after = dice.below(static_cast<std::uint32_t>(targets));
  if (dice.chance(0.1)) stop_at = simulation_start + dice.up_to(5s);
  stop = dice.chance(0.5) ? Control::drain : Control::cancel;
}

Stretch Scenario::draw_stretch(SimRandom& dice, Duration longest) const {
  const Instant from = simulation_start + dice.up_to(expected_);
  return {from, from + 10ms + dice.up_to(longest)};
}

void Scenario::draw_weather(SimRandom& dice) {
  if (dice.chance(0.3))
    for (std::uint32_t left = 1 + dice.below(3); left > 0; --left) outages.push_back(draw_stretch(dice, 8s));
  witnessed = dice.chance(0.8);
  if (dice.chance(0.2)) {
    swizzle_groups = 2 + dice.below(20);
    swizzle_from = simulation_start + dice.up_to(expected_ / 2);
    swizzle_step = 1ms + dice.up_to(expected_ / swizzle_groups);
  }
  if (dice.chance(0.2)) bursts = BurstLoss{.good_mean = 3s, .bad_mean = 400ms, .loss_bad = 0.6};
  if (dice.chance(0.25)) wall = RateWall{.syns_max = 20 + dice.below(2'000), .window = 100ms};
  if (dice.chance(0.25)) stops_chance = 0.0005;
}

void Scenario::draw_moods(SimRandom& dice) {
  if (names_percent == 0) return;
  for (std::uint32_t left = dice.below(4); left > 0; --left)
    moods.push_back({static_cast<Mood>(dice.below(6)), draw_stretch(dice, 10s)});
}

void Scenario::draw_faults(SimRandom& dice) {
  constexpr std::array words{"late@connect:1%+90ms", "latecancel@connect:5%+50ms", "enobufs@connect:1%",
                             "emfile@open:/7",       "late@datagram:1%+100ms",     "short@receive:20%+1",
                             "late@any:0.5%+20ms",   "enobufs@datagram:0.5%",      "short@send:20%+3"};
  if (!dice.chance(0.5)) return;
  for (std::uint32_t left = 1 + dice.below(3); left > 0; --left)
    faults += fmt::format("{}{}", faults.empty() ? "" : ",", words[dice.below(words.size())]);
}

std::string describe(const Scenario& scenario) {
  const auto milliseconds = [](const Stretch& stretch) {
    return fmt::format("{}-{} ms", (stretch.from - simulation_start) / 1ms, (stretch.until - simulation_start) / 1ms);
  };
  std::string text = fmt::format(
      "{} targets, window {}, patience {} ms, confirm {}{}, {} addresses, loss {}, bursts {}, wall {}, swizzles {}, "
      "stops {}, {}witnessed, descriptors {}, ports {}, shortages {}, faults '{}'",
      scenario.targets, scenario.window, scenario.patience / 1ms, scenario.confirm,
      scenario.confirms_in_place ? " in place" : "", scenario.addresses, scenario.loss, scenario.bursts.has_value(),
      scenario.wall ? scenario.wall->syns_max : 0, scenario.swizzle_groups, scenario.stops_chance,
      scenario.witnessed ? "" : "not ", scenario.descriptors, scenario.ports, scenario.fault_chance, scenario.faults);
  for (const Stretch& outage : scenario.outages) text += ", outage " + milliseconds(outage);
  constexpr std::array moods{"slow", "fails", "stalls", "wrong ids", "truncates", "denies"};
  for (const MoodStretch& stretch : scenario.moods)
    text += fmt::format(", server {} {}", moods[static_cast<std::size_t>(stretch.mood)], milliseconds(stretch.when));
  return text;
}

IpAddress address_of(const Scenario& scenario, std::uint64_t index) {
  return IpAddress::v4(0x0a000000u | static_cast<std::uint32_t>(index * 2'654'435'761u % scenario.addresses));
}

bool is_name(const Scenario& scenario, std::uint64_t index) { return index % 100 < scenario.names_percent; }
bool is_broken_line(std::uint64_t index) { return index % 997 == 500; }

Verdict name_verdict(const Scenario& scenario, std::uint64_t index) {
  constexpr std::array verdicts{Verdict::open, Verdict::open, Verdict::no_name, Verdict::no_address,
                                Verdict::dns_failure};
  return verdicts[SimRandom::mix(scenario.seed.value ^ (index << 20)) % verdicts.size()];
}

HostRule rule_of_address(const Scenario& scenario, const IpAddress& address) {
  const Fate fate = fate_of(scenario, address);
  HostRule rule;
  if (fate.host == HostRule::Fate::silent) rule.never_answers();
  if (fate.host == HostRule::Fate::unreachable) rule.unreachable();
  if (fate.host == HostRule::Fate::no_route) rule.no_route();
  if (fate.open) rule.open(443);
  return rule.latency(scenario.patience / 4).jitter(scenario.patience / 4).loses(scenario.loss);
}

Verdict truth_of(const Scenario& scenario, std::uint64_t index) {
  if (is_broken_line(index)) return Verdict::invalid_input;
  if (is_name(scenario, index) && name_verdict(scenario, index) != Verdict::open) return name_verdict(scenario, index);
  return truth_of_address(scenario, address_of(scenario, index));
}

void fill_target(const Scenario& scenario, std::uint64_t index, Target& target) {
  target = Target{.index = index, .line = index + 1, .port = 443};
  if (is_broken_line(index)) {
    target.complaint = "not a target";
  } else if (is_name(scenario, index)) {
    fmt::format_to(std::back_inserter(target.host), "n{}.example", index);
  } else {
    target.address = address_of(scenario, index);
    target.host = "10.0.0.0";
  }
}

}  // namespace atonce
