#include "atonce/strategies/outbox.h"

#include <gtest/gtest.h>

#include <thread>

namespace atonce {
namespace {

using namespace std::chrono_literals;

Outcome outcome_of(std::uint64_t index) { return {.target = {.index = index}, .verdict = Verdict::open}; }

Batch batch_of(std::uint64_t first, std::uint64_t count) {
  Batch batch;
  for (std::uint64_t i = 0; i < count; ++i) batch.outcomes.push_back(outcome_of(first + i));
  return batch;
}

TEST(Outbox, GivesWhatWasPutInTheOrderOfPutting) {
  Outbox outbox;
  outbox.worker_began();
  Batch first = batch_of(0, 2), second = batch_of(2, 1), taken = batch_of(7, 1);
  outbox.put(first);
  outbox.put(second);
  EXPECT_TRUE(first.empty());
  ASSERT_TRUE(outbox.take(taken, 0ms));
  ASSERT_EQ(taken.outcomes.size(), 3u);
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_EQ(taken.outcomes[i].target.index, i);
}

TEST(Outbox, AFullBatchIsNotWaitedWithAndAFewMoreAreTakenAtOnce) {
  Outbox outbox;
  outbox.worker_began();
  Batch full = batch_of(0, 64), few = batch_of(64, 1), taken;
  outbox.put(full);
  EXPECT_TRUE(full.empty());
  ASSERT_TRUE(outbox.take(taken, 1ms)) << "the time has passed";
  EXPECT_EQ(taken.outcomes.size(), 64u);
  outbox.put(full);
  EXPECT_TRUE(outbox.take(taken, 0ms));
  EXPECT_TRUE(taken.empty()) << "what was taken is not given again";
  outbox.put(few);
  ASSERT_TRUE(outbox.take(taken, 1h)) << "somebody wants it seen";
  EXPECT_EQ(taken.outcomes.size(), 1u);
  EXPECT_TRUE(few.empty());
}

TEST(Outbox, ManyFullBatchesAreWorthWakingForAndComeOneAfterTheOther) {
  Outbox outbox;
  outbox.worker_began();
  for (std::uint64_t i = 0; i < 16; ++i) {
    Batch full = batch_of(i * 64, 64);
    outbox.put(full);
  }
  Batch taken;
  for (std::uint64_t i = 0; i < 16; ++i) {
    ASSERT_TRUE(outbox.take(taken, 1h));
    ASSERT_EQ(taken.outcomes.size(), 64u);
    EXPECT_EQ(taken.outcomes.front().target.index, i * 64);
  }
}

TEST(Outbox, TellsTheEndOnlyWhenAllWorkersHaveEndedAndNothingIsLeft) {
  Outbox outbox;
  outbox.worker_began();
  Batch taken, last = batch_of(0, 1);
  EXPECT_TRUE(outbox.take(taken, 0ms)) << "somebody still works";
  outbox.put(last);
  outbox.worker_ended();
  EXPECT_TRUE(outbox.take(taken, 0ms)) << "the last outcome";
  EXPECT_EQ(taken.outcomes.size(), 1u);
  taken.outcomes.clear();
  EXPECT_FALSE(outbox.take(taken, 0ms));
}

TEST(Outbox, TheBacklogIsWhatWasPutAndNotYetWritten) {
  Outbox outbox;
  Batch batch = batch_of(0, 5), taken;
  outbox.put(batch);
  EXPECT_EQ(outbox.backlog(), 5u);
  outbox.take(taken, 0ms);
  EXPECT_EQ(outbox.backlog(), 5u) << "taken is not written";
  outbox.written(5);
  EXPECT_EQ(outbox.backlog(), 0u);
}

TEST(Outbox, LosesNothingOfManyWorkers) {
  constexpr std::uint64_t workers = 8, batches = 200, each = 7;
  Outbox outbox;
  for (std::uint64_t i = 0; i < workers; ++i) outbox.worker_began();
  std::vector<std::jthread> threads;
  for (std::uint64_t worker = 0; worker < workers; ++worker)
    threads.emplace_back([&outbox, worker] {
      for (std::uint64_t i = 0; i < batches; ++i) {
        Batch batch = batch_of((worker * batches + i) * each, each);
        outbox.put(batch);
      }
      outbox.worker_ended();
    });
  std::vector<unsigned> seen(workers * batches * each);
  for (Batch batch; outbox.take(batch, 1s); batch.outcomes.clear())
    for (const Outcome& outcome : batch.outcomes) ++seen[outcome.target.index];
  EXPECT_EQ(seen, std::vector<unsigned>(seen.size(), 1));
}

}  // namespace
}  // namespace atonce
