#include "atonce/runtime/sim_events.h"

#include <gmock/gmock.h>

#include <map>
#include <vector>

namespace atonce {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr Instant start_of_time(1'000s);

SimEvent& add(SimEvents& events, Instant at, int number, std::vector<int>& into) {
  SimEvent& event = events.add(at, [](SimEvent& happening) {
    static_cast<std::vector<int>*>(happening.subject)->push_back(static_cast<int>(happening.number));
  });
  event.subject = &into;
  event.number = static_cast<std::uint32_t>(number);
  return event;
}

TEST(SimEvents, HappenInTheOrderOfTheirInstants) {
  SimEvents events(SimRandom(seed(1)), SimEvents::Ties::shuffled);
  std::vector<int> happened;
  add(events, start_of_time + 3s, 3, happened);
  add(events, start_of_time + 1s, 1, happened);
  add(events, start_of_time + 2s, 2, happened);
  EXPECT_EQ(events.next_at(), start_of_time + 1s);
  while (events.next_at() != never) events.happen_next();
  EXPECT_THAT(happened, ElementsAre(1, 2, 3));
}

std::vector<int> order_of_ties(Seed from, SimEvents::Ties ties) {
  SimEvents events(SimRandom(from), ties);
  std::vector<int> happened;
  for (int i = 0; i < 8; ++i) add(events, start_of_time, i, happened);
  while (events.next_at() != never) events.happen_next();
  return happened;
}

TEST(SimEvents, OfOneInstantHappenInTheOrderOfAddingOrOfTheSeed) {
  EXPECT_THAT(order_of_ties(seed(1), SimEvents::Ties::first_come), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  EXPECT_EQ(order_of_ties(seed(1), SimEvents::Ties::shuffled), order_of_ties(seed(1), SimEvents::Ties::shuffled));
  EXPECT_NE(order_of_ties(seed(1), SimEvents::Ties::shuffled), order_of_ties(seed(2), SimEvents::Ties::shuffled));
}

TEST(SimEvents, DoWhatAMultimapDoesUnderRandomChurn) {
  for (std::uint64_t number = 0; number < 50; ++number) {
    SCOPED_TRACE(number);
    SimRandom dice(seed(number));
    SimEvents events(SimRandom(seed(number), 1), SimEvents::Ties::first_come);
    std::multimap<Instant, int> model;
    std::map<int, SimEvent*> live;
    std::vector<int> happened;
    for (int step = 0; step < 1'000; ++step) {
      if (dice.chance(0.6)) {
        const Instant at = start_of_time + 1s * dice.below(100);
        live[step] = &add(events, at, step, happened);
        model.emplace(at, step);
      } else if (dice.chance(0.5) && !live.empty()) {
        auto chosen = live.begin();
        std::advance(chosen, dice.below(static_cast<std::uint32_t>(live.size())));
        auto entry = model.lower_bound(chosen->second->at);
        while (entry->second != chosen->first) ++entry;
        model.erase(entry);
        events.remove(*chosen->second);
        live.erase(chosen);
      } else if (!model.empty()) {
        ASSERT_EQ(events.next_at(), model.begin()->first);
        events.happen_next();
        ASSERT_EQ(happened.back(), model.begin()->second);
        live.erase(happened.back());
        model.erase(model.begin());
      }
    }
    ASSERT_EQ(events.next_at(), model.empty() ? never : model.begin()->first);
  }
}

}  // namespace
}  // namespace atonce
