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
  Batch first = batch_of(0, 2), second = batch_of(2, 1), taken;
  outbox.put(first);
  outbox.put(second);
  EXPECT_TRUE(first.empty());
  ASSERT_TRUE(outbox.take(taken, 0ms));
  ASSERT_EQ(taken.outcomes.size(), 3u);
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_EQ(taken.outcomes[i].target.index, i);
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
