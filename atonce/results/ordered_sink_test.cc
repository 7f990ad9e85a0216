#include "atonce/results/ordered_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <random>

namespace atonce {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Recorder final : public OutcomeSink {
 public:
  void start(const Target& target) override { started.push_back(target.index); }
  bool wants_starts() const override { return hears_starts; }
  int add(const Outcome& outcome) override {
    if (indexes.size() == room) return ENOSPC;
    indexes.push_back(outcome.target.index);
    return 0;
  }
  int flush() override { return ++flushes, 0; }

  std::vector<std::uint64_t> indexes;
  std::vector<std::uint64_t> started;
  std::size_t room = 1'000'000;
  int flushes = 0;
  bool hears_starts = false;
};

Outcome numbered(std::uint64_t index) { return {.target = {.index = index}}; }

TEST(OrderedSink, HoldsWhatCameEarlyUntilItsTurn) {
  Recorder rows;
  OrderedSink ordered(rows);
  for (const std::uint64_t index : {2, 1, 4}) EXPECT_EQ(ordered.add(numbered(index)), 0);
  EXPECT_THAT(rows.indexes, IsEmpty());
  EXPECT_EQ(ordered.held(), 3u);
  ordered.add(numbered(0));
  EXPECT_THAT(rows.indexes, ElementsAre(0, 1, 2));
  EXPECT_EQ(ordered.held(), 1u);
  ordered.add(numbered(3));
  EXPECT_THAT(rows.indexes, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(ordered.held(), 0u);
}

TEST(OrderedSink, PutsAnyOrderRight) {
  std::vector<std::uint64_t> order(1000);
  std::ranges::generate(order, [n = std::uint64_t{0}]() mutable { return n++; });
  const std::vector<std::uint64_t> sorted = order;
  std::ranges::shuffle(order, std::mt19937_64(7));
  Recorder rows;
  OrderedSink ordered(rows);
  for (const std::uint64_t index : order) ordered.add(numbered(index));
  EXPECT_EQ(rows.indexes, sorted);
}

TEST(OrderedSink, ReleasesWhatIsHeldWhenSomeOutcomesNeverCome) {
  Recorder rows;
  OrderedSink ordered(rows);
  for (const std::uint64_t index : {9, 0, 3, 5, 4}) ordered.add(numbered(index));
  EXPECT_EQ(ordered.release(), 0);
  EXPECT_THAT(rows.indexes, ElementsAre(0, 3, 4, 5, 9));
  EXPECT_EQ(ordered.held(), 0u);
  EXPECT_EQ(rows.flushes, 1);
}

TEST(OrderedSink, DoesNotReleaseWhenFlushed) {
  Recorder rows;
  OrderedSink ordered(rows);
  ordered.add(numbered(1));
  EXPECT_EQ(ordered.flush(), 0);
  EXPECT_THAT(rows.indexes, IsEmpty());
  EXPECT_EQ(rows.flushes, 1);
}

TEST(OrderedSink, TellsWhatKeepsARowFromBeingWritten) {
  Recorder rows;
  rows.room = 2;
  OrderedSink ordered(rows);
  EXPECT_EQ(ordered.add(numbered(1)), 0);
  EXPECT_EQ(ordered.add(numbered(2)), 0);
  EXPECT_EQ(ordered.add(numbered(0)), ENOSPC);
  EXPECT_EQ(ordered.add(numbered(3)), ENOSPC);
}

}  // namespace
}  // namespace atonce
