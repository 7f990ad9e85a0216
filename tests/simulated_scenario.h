#pragma once

#include <optional>
#include <string>
#include <vector>

#include "atonce/model/plan.h"
#include "atonce/model/target.h"
#include "atonce/model/verdict.h"
#include "atonce/runtime/sim_io.h"
#include "atonce/strategies/control.h"

namespace atonce {

/// What a name server does to those who ask, for a stretch of time.
enum class Mood : std::uint8_t { slow, fails, stalls, wrong_ids, truncates, denies };

struct MoodStretch {
  Mood mood;
  Stretch when;
};

/// Everything that chance decides about one simulated run; the same for the same number.
struct Scenario {
  /// The size follows from the number, unless one is asked for.
  explicit Scenario(std::uint64_t number, std::optional<std::uint64_t> count = std::nullopt);

  /// A world in which nothing goes wrong unless it is asked for.
  static Scenario plain(std::uint64_t number, std::uint64_t count) { return Scenario(Seed{number}, count); }

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
  bool automatic = false;  ///< steered by the autopilot
  unsigned confirm = 2;
  bool confirms_in_place = false;
  PolitenessOptions politeness;

  // Weather.
  std::vector<Stretch> outages;
  bool witnessed = true;  ///< outages, moods and stops are known to the run
  unsigned swizzle_groups = 0;
  Instant swizzle_from{};
  Duration swizzle_step{};
  std::optional<BurstLoss> bursts;
  std::optional<RateWall> wall;
  double stops_chance = 0;  ///< at each turn
  std::vector<MoodStretch> moods;
  std::string faults;  ///< as parse_io_faults takes it

  bool loses_by_chance() const { return loss > 0 || bursts.has_value(); }
  bool has_weather() const { return !outages.empty() || swizzle_groups > 0 || bursts || wall; }

 private:
  Scenario(Seed of, std::uint64_t count) : seed(of), targets(count) {
    politeness.allow_private = true;  // The world lives in 10.0.0.0/8.
  }
  void draw_load(SimRandom& dice);
  void draw_end(SimRandom& dice);
  void draw_weather(SimRandom& dice);
  void draw_moods(SimRandom& dice);
  void draw_faults(SimRandom& dice);
  Stretch draw_stretch(SimRandom& dice, Duration longest) const;

  Duration expected_{};  ///< how long the first lap may take
};

/// What was drawn, in a line, for whoever looks into a complaint.
std::string describe(const Scenario& scenario);

inline constexpr Instant simulation_start{std::chrono::seconds(1'000)};
inline constexpr std::string_view name_server = "192.0.2.53";

IpAddress address_of(const Scenario& scenario, std::uint64_t index);
bool is_name(const Scenario& scenario, std::uint64_t index);
bool is_broken_line(std::uint64_t index);
/// What the lookup of its name ends with.
Verdict name_verdict(const Scenario& scenario, std::uint64_t index);
HostRule rule_of_address(const Scenario& scenario, const IpAddress& address);
/// What a run would say of the target if nothing went wrong.
Verdict truth_of(const Scenario& scenario, std::uint64_t index);

/// The target as a list would give it.
void fill_target(const Scenario& scenario, std::uint64_t index, Target& target);

}  // namespace atonce
