// Whole sweeps in a simulated world: for each number another world, another weather, other faults and another end, and
// always the same promises. The environment chooses:
//
//   ATONCE_SIM_SEEDS=first-last (1-500), or ATONCE_SIM_SEED=number
//   ATONCE_SIM_TARGETS=N of each; else the size follows from the number
//   ATONCE_SIM_SECONDS=N: as many numbers as fit, from the first on

#include <errno.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>

#include "tests/simulated_run.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

const char* environment(const char* name) { return std::getenv(name); }

std::optional<std::uint64_t> number_asked_for(const char* name) {
  const char* const value = environment(name);
  return value == nullptr ? std::nullopt : std::optional<std::uint64_t>(std::strtoull(value, nullptr, 10));
}

/// Which runs to do: those of the environment.
class Numbers {
 public:
  Numbers() {
    if (const char* const range = environment("ATONCE_SIM_SEEDS"); range != nullptr) {
      char* rest = nullptr;
      first_ = last_ = std::strtoull(range, &rest, 10);
      if (*rest == '-') last_ = std::strtoull(rest + 1, nullptr, 10);
    }
    if (const auto one = number_asked_for("ATONCE_SIM_SEED")) first_ = last_ = *one;
    if (const auto seconds = number_asked_for("ATONCE_SIM_SECONDS")) {
      until_ = std::chrono::steady_clock::now() + std::chrono::seconds(*seconds);
      last_ = ~std::uint64_t{0};
    }
  }
  std::uint64_t first() const { return first_; }
  bool has(std::uint64_t number) const { return number <= last_ && std::chrono::steady_clock::now() < until_; }

 private:
  std::uint64_t first_ = 1;
  std::uint64_t last_ = 500;
  std::chrono::steady_clock::time_point until_ = std::chrono::steady_clock::time_point::max();
};

Scenario scenario_of(std::uint64_t number) { return Scenario(number, number_asked_for("ATONCE_SIM_TARGETS")); }

/// The line that does exactly this again.
std::string reproduce(const Scenario& scenario) {
  const auto targets = number_asked_for("ATONCE_SIM_TARGETS");
  const ::testing::TestInfo& test = *::testing::UnitTest::GetInstance()->current_test_info();
  return fmt::format("to see it again: ATONCE_SIM_SEED={}{} {} --gtest_filter={}.{}", scenario.seed.value,
                     targets ? fmt::format(" ATONCE_SIM_TARGETS={}", *targets) : "", program_invocation_name,
                     test.test_suite_name(), test.name());
}

/// What all runs came to together.
struct Totals {
  std::uint64_t runs = 0;
  Audit sum;

  void add(const Audit& audit) {
    ++runs;
    sum.rows += audit.rows;
    sum.tries += audit.tries;
    sum.unsure += audit.unsure;
    sum.unsure_wrong += audit.unsure_wrong;
    sum.by_chance += audit.by_chance;
    sum.by_chance_unconfirmed += audit.by_chance_unconfirmed;
    sum.lied_to += audit.lied_to;
    sum.overturned += audit.overturned;
    sum.local_drops += audit.local_drops;
  }
  void print() const {
    fmt::print(
        "{} seeds, {} targets, {} tries; {} unsure ({} of them wrong); sure and wrong by chance {}, and {} "
        "unconfirmed; "
        "{} lied to, {} overturned, {} packets dropped here\n",
        runs, sum.rows, sum.tries, sum.unsure, sum.unsure_wrong, sum.by_chance, sum.by_chance_unconfirmed, sum.lied_to,
        sum.overturned, sum.local_drops);
  }
};

TEST(SimulatedSweep, GivesEveryTargetItsOneTrueRowWhateverFails) {
  const Numbers numbers;
  Totals totals;
  for (std::uint64_t number = numbers.first(); numbers.has(number); ++number) {
    const Scenario scenario = scenario_of(number);
    const Audit audit = run_scenario(scenario);
    EXPECT_EQ(audit.complaints, "") << describe(scenario) << '\n' << reproduce(scenario);
    totals.add(audit);
  }
  totals.print();
  // What chance alone makes of a sure row: all tries lost, before the run has seen how much gets lost.
  EXPECT_LE(totals.sum.by_chance, totals.sum.rows / 20'000 + 50);
}

TEST(SimulatedSweep, ASeedDecidesEverything) {
  const std::uint64_t first = Numbers().first();
  for (std::uint64_t number = first; number < first + 12; ++number) {
    const Scenario scenario(number, 2'000);
    const Audit once = run_scenario(scenario);
    const Audit again = run_scenario(scenario);
    EXPECT_EQ(once.trace, again.trace) << reproduce(scenario);
    EXPECT_EQ(once.outcomes_hash, again.outcomes_hash) << reproduce(scenario);
    EXPECT_EQ(once.tries, again.tries) << reproduce(scenario);
  }
  EXPECT_NE(run_scenario(Scenario(first, 100)).trace, run_scenario(Scenario(first + 1, 100)).trace);
}

/// A world in which nothing happens by itself.
Scenario plain_scenario(std::uint64_t targets) {
  Scenario scenario = Scenario::plain(1, targets);
  scenario.window = 2'000;
  scenario.patience = 900ms;
  scenario.silent_percent = 5;
  scenario.addresses = 1u << 24;
  return scenario;
}

TEST(SimulatedSweep, ConfirmingSilenceMakesWrongRowsMuchRarer) {
  Scenario scenario = plain_scenario(30'000);
  scenario.loss = 0.02;
  scenario.confirm = 0;
  const Audit once = run_scenario(scenario);
  scenario.confirm = 2;
  const Audit confirmed = run_scenario(scenario);
  EXPECT_EQ(once.complaints + confirmed.complaints, "");
  EXPECT_GT(once.unsure_wrong + once.by_chance_unconfirmed, 500u);
  EXPECT_LT(10 * (confirmed.unsure_wrong + confirmed.by_chance), once.unsure_wrong + once.by_chance_unconfirmed);
  EXPECT_GT(confirmed.overturned, 500u);
}

TEST(SimulatedSweep, WhereMuchGetsLostHardlyAnythingThatIsConfirmedInPlaceIsSureAndWrong) {
  Scenario scenario = plain_scenario(20'000);
  scenario.loss = 0.05;
  scenario.confirm = 1;
  scenario.confirms_in_place = true;
  const Audit audit = run_scenario(scenario);
  EXPECT_EQ(audit.complaints, "");
  EXPECT_GT(audit.unsure_wrong, 50u) << "two tries in a row lost their answers";
  EXPECT_LT(audit.by_chance, 5u);
}

TEST(SimulatedSweep, AnOutageThatIsWitnessedLeavesNoWrongRowBehind) {
  Scenario scenario = plain_scenario(30'000);
  scenario.outages = {{simulation_start + 1s, simulation_start + 3s}};
  const Audit audit = run_scenario(scenario);
  EXPECT_EQ(audit.complaints, "");
  EXPECT_EQ(audit.unsure_wrong, 0u);
  EXPECT_GT(audit.tries, 33'000u) << "what was silent in the outage was tried again";
}

TEST(SimulatedSweep, AServerThatFailsForAWhileIsAskedAgainWhenItHasRecovered) {
  Scenario scenario = plain_scenario(20'000);
  scenario.names_percent = 10;
  scenario.moods = {{Mood::fails, {simulation_start, simulation_start + 3s}}};
  const Audit audit = run_scenario(scenario);
  EXPECT_EQ(audit.complaints, "");
  EXPECT_EQ(audit.unsure_wrong, 0u);
}

TEST(SimulatedSweep, AServerThatFailsForAWhileAndNobodyNoticesIsNotBelievedAtOnce) {
  Scenario scenario = plain_scenario(20'000);
  scenario.names_percent = 10;
  scenario.witnessed = false;
  scenario.moods = {{Mood::fails, {simulation_start, simulation_start + 200ms}}};
  const Audit audit = run_scenario(scenario);
  EXPECT_EQ(audit.complaints, "");
  EXPECT_EQ(audit.unsure, 0u);
  EXPECT_GT(audit.overturned, 100u);
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
    EXPECT_GT(audit.rows, 0u);
  }
}

}  // namespace
}  // namespace atonce
