#include "atonce/jobs/write.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "atonce/runtime/testing.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class WriteTest : public ::testing::Test {
 protected:
  WriteTest() {
    std::string pattern = (fs::temp_directory_path() / "atonce-write-XXXXXX").string();
    base_ = mkdtemp(pattern.data());
    plan.job = "write";
    plan.input.kind = TargetKind::file;
    plan.write.folder = base_ / "tree";
    plan.run.none = true;
  }
  ~WriteTest() override { fs::remove_all(base_); }

  /// With the job of a loop that has so many files in flight.
  void with_job(std::uint32_t window, const JobBody& body) {
    Neighbourhoods neighbourhoods(plan.politeness, 7);
    const JobSetting setting{plan, neighbourhoods, excludes};
    io.run(with_write(io, setting, window, body));
  }
  static std::vector<Outcome> files(std::uint64_t count) {
    std::vector<Outcome> outcomes(count);
    for (std::uint64_t i = 0; i < count; ++i) outcomes[i].target = {.index = i, .host = std::to_string(i), .bytes = 1};
    return outcomes;
  }

  SimIo io{seed(7)};
  Plan plan;
  ExcludeList excludes;

 private:
  fs::path base_;
};

TEST_F(WriteTest, WhoWritesAFileAfterTheOtherHasNoGroups) {
  with_job(1, [](Job& job) -> Task<void> {
    EXPECT_EQ(job.grouping().targets, 1u);
    co_return;
  });
}

TEST_F(WriteTest, AGroupIsOnePieceOfWork) {
  io.offload_takes(1ms);
  with_job(100, [&](Job& job) -> Task<void> {
    std::vector<Outcome> group = files(10);
    const Instant began = io.now();
    co_await job.run_group(group);
    EXPECT_EQ(io.now() - began, 1ms);
    for (const Outcome& outcome : group) EXPECT_EQ(outcome.verdict, Verdict::written);
  });
}

TEST_F(WriteTest, ADiskThatIsWaitedForIsWaitedForByMoreGroupsAtOnce) {
  with_job(100, [&](Job& job) -> Task<void> {
    std::vector<Outcome> group = files(10);
    const std::uint32_t quick = job.grouping().groups;
    for (const Duration takes : {100ms, 1ms}) {
      io.offload_takes(takes);
      co_await job.run_group(group);
      if (takes == 100ms)
        EXPECT_GT(job.grouping().groups, quick);
      else
        EXPECT_EQ(job.grouping().groups, quick) << "and by no more once it is quick again";
    }
  });
}

TEST_F(WriteTest, WhatNeverBeganIsUnfinishedWhateverItsLastTryCameTo) {
  with_job(100, [&](Job& job) -> Task<void> {
    std::vector<Outcome> group = files(1);
    group[0].verdict = Verdict::local_shortage;
    co_await with_scope(io, [&](Scope& scope) -> Task<void> {
      scope.cancel();
      co_await job.run_group(group);
    });
    EXPECT_EQ(group[0].verdict, Verdict::unfinished);
  });
}

}  // namespace
}  // namespace atonce
