#include "atonce/runtime/timer_wheel.h"

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <vector>

#include "atonce/runtime/sim_random.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr Instant start_of_time(1'000s);
constexpr Duration tick(1 << 20);

struct Note : Timer {
  std::vector<int>* fired = nullptr;
  int number = 0;

  Note(std::vector<int>& into, int as) : fired(&into), number(as) {
    fire = [](Timer& timer) {
      const auto& self = static_cast<Note&>(timer);
      self.fired->push_back(self.number);
    };
  }
};

/// Advances as a loop does: from one next_due to the next.
void run_until(TimerWheel& wheel, Instant end) {
  while (wheel.next_due() <= end) wheel.expire(wheel.next_due());
}

TEST(TimerWheel, HasNothingDueWhileNothingIsArmed) {
  const TimerWheel wheel(start_of_time);
  EXPECT_EQ(wheel.next_due(), never);
  EXPECT_EQ(wheel.armed_count(), 0);
}

TEST(TimerWheel, FiresAtTheExactNanosecondAndNotOneEarlier) {
  for (const Duration delay :
       {1ns, 999'999ns, tick - 1ns, tick, tick + 1ns, 64 * tick - 1ns, 64 * tick, 64 * tick + 1ns, 4'096 * tick,
        Duration(3h), Duration(24h * 40), Duration(24h * 365 * 100)}) {
    TimerWheel wheel(start_of_time);
    std::vector<int> fired;
    Note note(fired, 1);
    wheel.arm(note, start_of_time + delay);
    run_until(wheel, start_of_time + delay - 1ns);
    wheel.expire(start_of_time + delay - 1ns);
    EXPECT_TRUE(fired.empty()) << delay.count();
    EXPECT_TRUE(note.armed());
    wheel.expire(start_of_time + delay);
    EXPECT_THAT(fired, ElementsAre(1)) << delay.count();
    EXPECT_FALSE(note.armed());
  }
}

TEST(TimerWheel, NextDueIsExactForTimersOfTheNearestSlotAndNeverTooLate) {
  TimerWheel wheel(start_of_time);
  std::vector<int> fired;
  Note far(fired, 1);
  Note near(fired, 2);
  wheel.arm(far, start_of_time + 10s);
  EXPECT_LE(wheel.next_due(), start_of_time + 10s);
  wheel.arm(near, start_of_time + 123ns);
  EXPECT_EQ(wheel.next_due(), start_of_time + 123ns);
  wheel.disarm(near);
  wheel.disarm(far);
  EXPECT_EQ(wheel.next_due(), never);
}

TEST(TimerWheel, ATimerOfThePastFiresWithTheNextExpiry) {
  TimerWheel wheel(start_of_time);
  std::vector<int> fired;
  Note past(fired, 1);
  Note before_the_epoch(fired, 2);
  wheel.arm(past, start_of_time - 5s);
  wheel.arm(before_the_epoch, Instant(-5s));
  EXPECT_LE(wheel.next_due(), start_of_time);
  wheel.expire(start_of_time);
  EXPECT_THAT(fired, ElementsAre(1, 2));
}

TEST(TimerWheel, TimersOfOneInstantFireInTheOrderOfArming) {
  TimerWheel wheel(start_of_time);
  std::vector<int> fired;
  std::vector<std::unique_ptr<Note>> notes;
  for (int i = 0; i < 5; ++i) {
    notes.push_back(std::make_unique<Note>(fired, i));
    wheel.arm(*notes.back(), start_of_time + 90min);
  }
  run_until(wheel, start_of_time + 90min);
  EXPECT_THAT(fired, ElementsAre(0, 1, 2, 3, 4));
}

TEST(TimerWheel, ALateExpiryFiresEverythingThatIsDueInOneCall) {
  TimerWheel wheel(start_of_time);
  std::vector<int> fired;
  Note first(fired, 1);
  Note second(fired, 2);
  Note third(fired, 3);
  wheel.arm(third, start_of_time + 2h);
  wheel.arm(second, start_of_time + 1h);
  wheel.arm(first, start_of_time + 1s);
  wheel.expire(start_of_time + 90min);
  EXPECT_THAT(fired, ElementsAre(1, 2));
  EXPECT_EQ(wheel.armed_count(), 1);
  wheel.disarm(third);
}

TEST(TimerWheel, TellsHowLongTheLongestOverdueTimerWaited) {
  TimerWheel wheel(start_of_time);
  std::vector<int> fired;
  Note first(fired, 1);
  Note second(fired, 2);
  wheel.arm(first, start_of_time + 1s);
  wheel.arm(second, start_of_time + 3s);
  EXPECT_EQ(wheel.expire(start_of_time + 5s), 4s);
  EXPECT_EQ(wheel.expire(start_of_time + 9s), 0s);
}

TEST(TimerWheel, AFiringTimerMayArmAndDisarmOthersOfItsSlot) {
  struct Meddler : Timer {
    TimerWheel* wheel;
    Timer* victim;
    Timer* fresh;
    Instant fresh_due;
  };
  TimerWheel wheel(start_of_time);
  std::vector<int> fired;
  Note victim(fired, 1);
  Note fresh(fired, 2);
  Meddler meddler;
  meddler.wheel = &wheel;
  meddler.victim = &victim;
  meddler.fresh = &fresh;
  meddler.fresh_due = start_of_time + 6ns;
  meddler.fire = [](Timer& timer) {
    const auto& self = static_cast<Meddler&>(timer);
    self.wheel->disarm(*self.victim);
    self.wheel->arm(*self.fresh, self.fresh_due);
  };
  wheel.arm(meddler, start_of_time + 5ns);
  wheel.arm(victim, start_of_time + 5ns);
  run_until(wheel, start_of_time + 1s);
  EXPECT_THAT(fired, ElementsAre(2));
  EXPECT_EQ(wheel.armed_count(), 0);
}

TEST(TimerWheel, DisarmingTwiceOrWhatWasNeverArmedDoesNothing) {
  TimerWheel wheel(start_of_time);
  std::vector<int> fired;
  Note note(fired, 1);
  wheel.disarm(note);
  wheel.arm(note, start_of_time + 1s);
  wheel.disarm(note);
  wheel.disarm(note);
  wheel.expire(start_of_time + 2s);
  EXPECT_TRUE(fired.empty());
  EXPECT_EQ(wheel.armed_count(), 0);
}

TEST(TimerWheel, KeepsTimersBeyondItsRangeWithoutSpinning) {
  TimerWheel wheel(start_of_time);
  std::vector<int> fired;
  Note last(fired, 1);
  Note beyond(fired, 2);
  wheel.arm(last, never);
  wheel.arm(beyond, Instant(Duration((std::int64_t{1} << 62) + 12'345)));
  for (int i = 0; i < 100; ++i) wheel.expire(start_of_time + i * 1h);
  EXPECT_TRUE(fired.empty());
  EXPECT_GT(wheel.next_due(), start_of_time + 24h * 365);
  wheel.disarm(last);
  wheel.disarm(beyond);
}

struct InOrder : Timer {
  struct Record {
    Instant latest{};
    int fired = 0;
    bool ordered = true;
  };
  Record* record = nullptr;

  InOrder() {
    fire = [](Timer& timer) {
      Record& kept = *static_cast<InOrder&>(timer).record;
      kept.ordered = kept.ordered && timer.due >= kept.latest;
      kept.latest = timer.due;
      ++kept.fired;
    };
  }
};

TEST(TimerWheel, FiresAMillionTimersInTheOrderOfTheirInstants) {
  TimerWheel wheel(start_of_time);
  SimRandom dice(seed(7));
  InOrder::Record record;
  std::vector<InOrder> timers(1'000'000);
  for (InOrder& timer : timers) {
    timer.record = &record;
    // Whole tenths of a millisecond keep the number of expiries, and so the test, small.
    wheel.arm(timer, start_of_time + dice.below(10'000'000) * 100us);
  }
  run_until(wheel, start_of_time + 1'000s);
  EXPECT_EQ(record.fired, 1'000'000);
  EXPECT_TRUE(record.ordered);
}

/// The same schedule kept in the plainest way.
class Model {
 public:
  void arm(int number, Instant due) { entries_[number] = timers_.emplace(due, number); }
  void disarm(int number) {
    const auto entry = entries_.find(number);
    if (entry == entries_.end()) return;
    timers_.erase(entry->second);
    entries_.erase(entry);
  }
  std::vector<int> expire(Instant now) {
    std::vector<int> fired;
    while (!timers_.empty() && timers_.begin()->first <= now) {
      fired.push_back(timers_.begin()->second);
      entries_.erase(fired.back());
      timers_.erase(timers_.begin());
    }
    return fired;
  }
  Instant next_due() const { return timers_.empty() ? never : timers_.begin()->first; }
  std::size_t size() const { return timers_.size(); }

 private:
  std::multimap<Instant, int> timers_;
  std::map<int, std::multimap<Instant, int>::iterator> entries_;
};

/// Around the borders of slots and levels, where the mistakes are.
Duration awkward_delay(SimRandom& dice) {
  const Duration scale = tick * (std::int64_t{1} << dice.below(24));
  switch (dice.below(4)) {
    case 0: return scale + Duration(static_cast<std::int64_t>(dice.below(3)) - 1);
    case 1: return dice.up_to(scale);
    case 2: return Duration(dice.below(5));
    default: return scale * dice.below(64);
  }
}

TEST(TimerWheel, DoesWhatAMultimapDoesUnderRandomChurn) {
  for (std::uint64_t number = 0; number < 200; ++number) {
    SCOPED_TRACE(number);
    SimRandom dice(seed(number));
    TimerWheel wheel(start_of_time);
    Model model;
    std::vector<int> fired;
    std::vector<std::unique_ptr<Note>> notes;
    for (int i = 0; i < 50; ++i) notes.push_back(std::make_unique<Note>(fired, i));
    Instant now = start_of_time;
    for (int step = 0; step < 500; ++step) {
      const int chosen = static_cast<int>(dice.below(50));
      wheel.disarm(*notes[static_cast<std::size_t>(chosen)]);
      model.disarm(chosen);
      if (dice.chance(0.7)) {
        const Instant due = now + awkward_delay(dice);
        wheel.arm(*notes[static_cast<std::size_t>(chosen)], due);
        model.arm(chosen, due);
      }
      ASSERT_EQ(wheel.armed_count(), model.size());
      ASSERT_LE(wheel.next_due(), model.next_due());
      if (dice.chance(0.5)) continue;
      now = dice.chance(0.5) ? std::max(now, std::min(wheel.next_due(), now + 24h)) : now + awkward_delay(dice);
      fired.clear();
      wheel.expire(now);
      ASSERT_THAT(fired, ::testing::UnorderedElementsAreArray(model.expire(now)));
    }
    for (const auto& note : notes) wheel.disarm(*note);
  }
}

TEST(TimerWheel, ReachesEveryTimerByFollowingNextDue) {
  for (std::uint64_t number = 0; number < 100; ++number) {
    SCOPED_TRACE(number);
    SimRandom dice(seed(number));
    TimerWheel wheel(start_of_time);
    Model model;
    std::vector<int> fired;
    std::vector<std::unique_ptr<Note>> notes;
    for (int i = 0; i < 100; ++i) {
      notes.push_back(std::make_unique<Note>(fired, i));
      const Instant due = start_of_time + awkward_delay(dice);
      wheel.arm(*notes.back(), due);
      model.arm(i, due);
    }
    // Followed exactly, the wheel fires in order, each at its instant.
    while (wheel.armed_count() > 0) {
      const Instant now = wheel.next_due();
      fired.clear();
      wheel.expire(now);
      for (const int one : fired) ASSERT_EQ(notes[static_cast<std::size_t>(one)]->due, now);
      ASSERT_THAT(fired, ::testing::UnorderedElementsAreArray(model.expire(now)));
    }
  }
}

}  // namespace
}  // namespace atonce
