#include "atonce/strategies/sweep.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>

#include "atonce/runtime/testing.h"
#include "atonce/strategies/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr Instant start_of_time(1'000s);

/// Takes what is handed over; how much of it is unwritten is for the test to say.
class Basket final : public Handover {
 public:
  void put(Batch& batch) override {
    for (Outcome& outcome : batch.outcomes) outcomes.push_back(std::move(outcome));
    batch.outcomes.clear();
    if (at_put) at_put();
  }
  std::size_t backlog() const override { return unwritten ? unwritten() : 0; }
  std::size_t batch_size() const override { return 64; }

  std::vector<Outcome> outcomes;
  std::function<void()> at_put;
  std::function<std::size_t()> unwritten;
};

/// What a job of these tests does; they run one at a time, and each sets it anew.
struct Script {
  Duration takes = 100ms;
  unsigned shortages_of_each = 0;  ///< before it comes to something
  bool sends = false;              ///< a request that must not be repeated
  std::vector<unsigned> tried;     ///< by target
  std::vector<Instant> started;
  std::uint32_t in_flight = 0;
  std::uint32_t in_flight_max = 0;
};

/// The script comes to the job by its place in the plan's world, as tables of jobs hold no state.
class ScriptedJob final : public Job {
 public:
  ScriptedJob(Io& io, Script& script) : io_(io), script_(script) {}
  Task<void> run(Outcome& outcome) override {
    script_.started.push_back(io_.now());
    script_.in_flight_max = std::max(script_.in_flight_max, ++script_.in_flight);
    const std::uint64_t index = outcome.target.index;
    if (script_.tried.size() <= index) script_.tried.resize(index + 1);
    EXPECT_FALSE(outcome.exchange) << "of an earlier try";
    outcome.exchange = Exchange{.url = "http://me:secret@a/", .sent = script_.sends};
    if (script_.tried[index]++ < script_.shortages_of_each) {
      outcome.verdict = Verdict::local_shortage;
    } else {
      const Result<void> slept = co_await sleep_for(io_, script_.takes);
      outcome.verdict = slept ? Verdict::open : Verdict::unfinished;
    }
    --script_.in_flight;
    outcome.finished = io_.now();
  }

 private:
  Io& io_;
  Script& script_;
};

thread_local Script* script_now = nullptr;

Task<void> with_script(Io& io, const JobSetting&, std::uint32_t, JobBody body) {
  ScriptedJob job(io, *script_now);
  co_await body(job);
}
constexpr JobRow scripted{"scripted", "", with_script};

class SweepTest : public ::testing::Test {
 protected:
  SweepTest() { script_now = &script; }
  ~SweepTest() override { script_now = nullptr; }

  void sweep(std::uint64_t count, std::uint32_t window) {
    CountedTargets targets(count);
    Sweep all{setting, scripted, targets, basket, control};
    run_sweep(io, all, window);
    took = io.now() - start_of_time;
    given = targets.targets_given();
  }
  std::uint64_t count_of(Verdict verdict) const {
    return static_cast<std::uint64_t>(std::ranges::count(basket.outcomes, verdict, &Outcome::verdict));
  }

  SimIo io{seed(7)};
  Plan plan;
  Neighbourhoods neighbourhoods{plan.politeness, 7};
  ExcludeList excludes;
  JobSetting setting{plan, neighbourhoods, excludes};
  Control control;
  Basket basket;
  Script script;
  Duration took{};
  std::uint64_t given = 0;
};

TEST_F(SweepTest, KeepsTheWindowFullAndNeverOverfull) {
  sweep(100, 10);
  EXPECT_EQ(basket.outcomes.size(), 100u);
  EXPECT_EQ(script.in_flight_max, 10u);
  EXPECT_EQ(took, 10 * script.takes);
}

TEST_F(SweepTest, ARateSpacesTheStartsEvenlyAndNamesWhenEachWasDue) {
  plan.pacing.rate = 10;
  sweep(11, 100);
  std::ranges::sort(script.started);
  for (std::size_t i = 0; i < 11; ++i) EXPECT_EQ(script.started[i], start_of_time + static_cast<int>(i) * 100ms) << i;
  for (const Outcome& outcome : basket.outcomes) EXPECT_EQ(outcome.finished - outcome.due, script.takes);
}

TEST_F(SweepTest, AScheduleIsKeptWhateverIsStillUnderWay) {
  plan.pacing.rate = 10;
  plan.batch.duration = 1s;
  script.takes = 3s;
  sweep(10, 100);
  std::ranges::sort(script.started);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(script.started[i], start_of_time + static_cast<int>(i) * 100ms) << i;
}

TEST_F(SweepTest, WhatComesLateOnAScheduleIsMeasuredFromWhenItWasDueAndWhatCannotStartIsCounted) {
  plan.pacing.rate = 10;
  plan.batch.duration = 1s;
  script.takes = 300ms;
  sweep(10, 1);
  ASSERT_EQ(basket.outcomes.size(), 10u);
  for (const Outcome& outcome : basket.outcomes)
    EXPECT_EQ(outcome.due, start_of_time + static_cast<int>(outcome.target.index) * 100ms);
  EXPECT_EQ(count_of(Verdict::open), 7u) << "one each 300 ms, until a second after the schedule's end";
  EXPECT_EQ(count_of(Verdict::not_sent), 3u);
  EXPECT_EQ(took, 2'100ms);
}

TEST_F(SweepTest, EvidenceCountsOnlyWhatWasDroppedWhileTheTargetWasWaitedFor) {
  script.takes = 100ms;
  control.conditions.drops = 7;
  basket.at_put = [&] { control.conditions.drops += 3; };  // Each tending, every 20 ms, until the end.
  sweep(2, 1);
  ASSERT_EQ(basket.outcomes.size(), 2u);
  for (const Outcome& outcome : basket.outcomes) {
    EXPECT_GE(outcome.evidence.drops, 9u);
    EXPECT_LE(outcome.evidence.drops, 18u) << "not those before it began";
  }
}

TEST_F(SweepTest, AShortageOfOurOwnIsWaitedOutAndTriedAgain) {
  script.shortages_of_each = 3;
  sweep(200, 50);
  EXPECT_EQ(count_of(Verdict::open), 200u);
  EXPECT_EQ(control.shortages.load(), 600u);
  EXPECT_TRUE(std::ranges::all_of(script.tried, [](unsigned tried) { return tried == 4; }));
}

TEST_F(SweepTest, AShortageBehindASentRequestIsNotTriedAgain) {
  script.shortages_of_each = 3;
  script.sends = true;
  sweep(200, 50);
  EXPECT_EQ(count_of(Verdict::local_shortage), 200u);
  EXPECT_TRUE(std::ranges::all_of(script.tried, [](unsigned tried) { return tried == 1; }));
}

TEST_F(SweepTest, WhatAStopCutsOffIsUnknownWhereItWasSent) {
  for (const bool sends : {false, true}) {
    script = {.takes = 1h, .sends = sends};
    basket.outcomes.clear();
    control.stop.store(Control::go);
    basket.at_put = [&] { control.stop.store(Control::cancel); };
    sweep(1, 1);
    EXPECT_EQ(count_of(sends ? Verdict::unknown_outcome : Verdict::unfinished), 1u);
  }
}

TEST_F(SweepTest, AnExchangeIsBoundedBeforeItLeaves) {
  sweep(1, 1);
  EXPECT_EQ(basket.outcomes.at(0).exchange->url, "http://***@a/");
}

TEST_F(SweepTest, AShortageThatLastsForHalfAMinuteIsToldAsWhatItIs) {
  script.shortages_of_each = ~0u;
  sweep(3, 3);
  EXPECT_EQ(count_of(Verdict::local_shortage), 3u);
  EXPECT_GE(took, 30s);
  EXPECT_LE(took, 32s);
}

TEST_F(SweepTest, ADrainStartsNothingMoreAndGivesWhatIsInFlightItsTime) {
  script.takes = 500ms;
  basket.at_put = [this] { control.stop = Control::drain; };
  sweep(1'000, 10);
  EXPECT_EQ(count_of(Verdict::open), 10u) << "half a second is not too long";
  EXPECT_EQ(basket.outcomes.size(), given);
  EXPECT_EQ(count_of(Verdict::unfinished), given - 10) << "claimed, and never started";
  EXPECT_EQ(script.started.size(), 10u);
}

TEST_F(SweepTest, ADrainWaitsNoLongerThanASecondForTheSlow) {
  script.takes = 1h;
  basket.at_put = [this] { control.stop = Control::drain; };
  sweep(1'000, 10);
  EXPECT_EQ(count_of(Verdict::unfinished), given);
  EXPECT_LE(took, 1s);
}

TEST_F(SweepTest, ACancelEndsWhatIsInFlightAtOnce) {
  script.takes = 1h;
  basket.at_put = [this] { control.stop = Control::cancel; };
  sweep(1'000, 10);
  EXPECT_EQ(basket.outcomes.size(), given);
  EXPECT_LE(took, 100ms);
}

TEST_F(SweepTest, ADrainDoesNotWaitForTheNextStartOfASlowRate) {
  plan.pacing.rate = 1.0 / 60;
  script.takes = 1ms;
  basket.at_put = [this] { control.stop = Control::drain; };
  sweep(1'000, 10);
  EXPECT_EQ(basket.outcomes.size(), given);
  EXPECT_LE(took, 1s);
}

TEST_F(SweepTest, StartsNothingNewWhileTooMuchIsUnwritten) {
  basket.unwritten = [this] { return io.now() < start_of_time + 5s ? std::size_t{1'000'000} : 0; };
  sweep(20, 20);
  EXPECT_EQ(basket.outcomes.size(), 20u);
  EXPECT_GE(*std::ranges::min_element(script.started), start_of_time + 5s);
}

TEST_F(SweepTest, OutcomesAreShownSoonAlsoWhenTheyAreFew) {
  std::vector<Duration> shown;
  basket.at_put = [&] {
    if (basket.outcomes.size() > shown.size()) shown.push_back(io.now() - start_of_time);
  };
  script.takes = 1s;
  sweep(3, 1);
  ASSERT_EQ(shown.size(), 3u);
  for (int i = 0; i < 3; ++i) EXPECT_LE(shown[static_cast<std::size_t>(i)], (i + 1) * 1s + 50ms);
}

/// Every second target is no target.
class HalfBroken final : public TargetSource {
 public:
  std::size_t claim(std::span<Target> out) override {
    std::size_t given = 0;
    for (; given < out.size() && next_ < 10; ++given, ++next_)
      out[given] = Target{.index = next_, .host = "t", .port = 443, .complaint = next_ % 2 ? "no target" : ""};
    return given;
  }
  bool ended() const override { return next_ == 10; }

 private:
  std::uint64_t next_ = 0;
};

TEST_F(SweepTest, ALineThatIsNoTargetHasItsRowWithoutAJob) {
  HalfBroken targets;
  Sweep all{setting, scripted, targets, basket, control};
  run_sweep(io, all, 4);
  EXPECT_EQ(count_of(Verdict::invalid_input), 5u);
  EXPECT_EQ(count_of(Verdict::open), 5u);
  EXPECT_EQ(script.started.size(), 5u);
}

/// Does three targets as one piece of work, two such pieces at once; which came together is kept.
struct GroupScript {
  std::vector<std::vector<std::uint64_t>> groups;
  std::uint32_t wanted_at_once = 2;
  std::uint32_t wanted_later = 0;  ///< from the first group's end on; 0: the same
  std::uint32_t at_once = 0;
  std::uint32_t at_once_max = 0;
  std::uint64_t short_of = ~std::uint64_t{0};  ///< this target finds a shortage, twice
  unsigned shortages = 2;
  std::vector<std::uint64_t> alone;
};
thread_local GroupScript* groups_now = nullptr;

class GroupingJob final : public Job {
 public:
  explicit GroupingJob(Io& io) : io_(io) {}
  Grouping grouping() const override { return {.targets = 3, .groups = groups_now->wanted_at_once}; }
  Task<void> run(Outcome& outcome) override {
    groups_now->alone.push_back(outcome.target.index);
    (void)co_await sleep_for(io_, 100ms);
    end(outcome);
  }
  Task<void> run_group(std::span<Outcome> outcomes) override {
    groups_now->at_once_max = std::max(groups_now->at_once_max, ++groups_now->at_once);
    for (auto& group = groups_now->groups.emplace_back(); const Outcome& outcome : outcomes)
      group.push_back(outcome.target.index);
    (void)co_await sleep_for(io_, 100ms);
    for (Outcome& outcome : outcomes) end(outcome);
    if (groups_now->wanted_later != 0) groups_now->wanted_at_once = groups_now->wanted_later;
    --groups_now->at_once;
  }

 private:
  void end(Outcome& outcome) {
    const bool is_short = outcome.target.index == groups_now->short_of && groups_now->shortages > 0;
    if (is_short) --groups_now->shortages;
    outcome.verdict = is_short ? Verdict::local_shortage : Verdict::written;
    outcome.finished = io_.now();
  }
  Io& io_;
};

Task<void> with_groups(Io& io, const JobSetting&, std::uint32_t, JobBody body) {
  GroupingJob job(io);
  co_await body(job);
}
constexpr JobRow grouping{"grouping", "", with_groups};

class GroupSweepTest : public SweepTest {
 protected:
  GroupSweepTest() { groups_now = &groups; }
  ~GroupSweepTest() override { groups_now = nullptr; }

  void sweep_groups(TargetSource& targets, std::uint32_t window) {
    Sweep all{setting, grouping, targets, basket, control};
    run_sweep(io, all, window);
    took = io.now() - start_of_time;
  }
  void sweep_groups(std::uint64_t count, std::uint32_t window) {
    CountedTargets targets(count);
    sweep_groups(targets, window);
  }
  using Groups = std::vector<std::vector<std::uint64_t>>;

  GroupScript groups;
};

TEST_F(GroupSweepTest, ThoseThatAreDueAtTheSameTimeAreDoneTogether) {
  sweep_groups(8, 100);
  EXPECT_EQ(groups.groups, (Groups{{0, 1, 2}, {3, 4, 5}, {6, 7}}));
  EXPECT_EQ(groups.at_once_max, 2u);
  EXPECT_EQ(took, 200ms);
  EXPECT_EQ(count_of(Verdict::written), 8u);
  EXPECT_EQ(control.starts.load(), 8u);
}

TEST_F(GroupSweepTest, AJobThatWantsMoreAtOnceLaterHasThem) {
  groups.wanted_at_once = 1;
  groups.wanted_later = 4;
  sweep_groups(15, 100);
  EXPECT_EQ(groups.at_once_max, 4u);
  EXPECT_EQ(took, 200ms) << "one group, then four";
}

TEST_F(GroupSweepTest, NoMoreAreInFlightThanTheWindowHolds) {
  sweep_groups(8, 2);
  EXPECT_EQ(groups.groups, (Groups{{0, 1}, {2, 3}, {4, 5}, {6, 7}})) << "never three";
  EXPECT_EQ(groups.at_once_max, 1u);
}

TEST_F(GroupSweepTest, NoneStartsBeforeItIsItsTurn) {
  plan.pacing.rate = 10;
  sweep_groups(4, 100);
  EXPECT_EQ(groups.groups, (Groups{{0}, {1}, {2}, {3}}));
  for (const Outcome& outcome : basket.outcomes)
    EXPECT_EQ(outcome.due, start_of_time + static_cast<int>(outcome.target.index) * 100ms);
}

TEST_F(GroupSweepTest, AShortageIsWaitedOutByWhomItMetAndByNobodyElse) {
  groups.short_of = 1;
  sweep_groups(3, 100);
  ASSERT_EQ(basket.outcomes.size(), 3u);
  EXPECT_EQ(count_of(Verdict::written), 3u);
  EXPECT_EQ(basket.outcomes.back().target.index, 1u);
  EXPECT_EQ(groups.groups.size(), 1u);
  EXPECT_EQ(groups.alone, (std::vector<std::uint64_t>{1, 1}));
  EXPECT_EQ(control.shortages.load(), 2u);
}

TEST_F(GroupSweepTest, ALineThatIsNoTargetTakesNobodysPlace) {
  HalfBroken targets;
  sweep_groups(targets, 100);
  EXPECT_EQ(groups.groups, (Groups{{0, 2, 4}, {6, 8}}));
  EXPECT_EQ(count_of(Verdict::invalid_input), 5u);
  EXPECT_EQ(count_of(Verdict::written), 5u);
}

TEST_F(GroupSweepTest, ADrainEndsTheGroupsThatAreUnderWayAndBeginsNone) {
  basket.at_put = [this] { control.stop = Control::drain; };
  sweep_groups(64, 100);
  EXPECT_EQ(count_of(Verdict::unfinished) + count_of(Verdict::written), basket.outcomes.size());
  EXPECT_LE(groups.groups.size(), 4u);
  EXPECT_EQ(count_of(Verdict::written), 3 * groups.groups.size());
}

}  // namespace
}  // namespace atonce
