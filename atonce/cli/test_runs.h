#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "atonce/cli/kept_run.h"
#include "atonce/results/keeper.h"

namespace atonce {

/// A folder of its own for a test.
class TestFolder {
 public:
  TestFolder() {
    std::string path = testing::TempDir() + "atonce-XXXXXX";
    EXPECT_NE(mkdtemp(path.data()), nullptr);
    path_ = path;
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline void write_file(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

/// One try of the target with that index, 10 s times `index` after the machine's beginning.
inline Outcome test_outcome(std::uint64_t index, Verdict verdict) {
  const Instant start = Instant(std::chrono::seconds(1'000 + 10 * index));
  Outcome outcome{.target = {.index = index, .line = index + 1, .host = "h", .port = 443},
                  .verdict = verdict,
                  .tries = 1,
                  .due = start,
                  .started = start,
                  .resolved = start + std::chrono::milliseconds(5),
                  .finished = start + std::chrono::milliseconds(25)};
  if (verdict == Verdict::open || verdict == Verdict::closed) outcome.connected = outcome.finished;
  return outcome;
}

struct TestTry {
  Outcome outcome;
  bool settled = true;
};

/// Keeps a run of `list` in `folder`, with these tries.
inline void keep_run(const std::string& folder, const std::string& list, const std::vector<TestTry>& tries,
                     bool complete, std::vector<std::string> words = {}) {
  const auto storage = disk_storage();
  Plan plan;
  plan.input.list = list;
  plan.output.format = ResultFormat::none;
  if (words.empty()) words = {"probe", list, "--format", "none"};
  auto created = RunFolder::create(*storage, folder);
  ASSERT_TRUE(created) << created.error().text;
  const auto mark = mark_input(plan.input);
  ASSERT_TRUE(mark) << mark.error().text;
  ASSERT_TRUE(created->begin(make_manifest(plan, *mark, std::move(words))));
  auto keeper = Keeper::start(*created, plan);
  ASSERT_TRUE(keeper) << keeper.error().text;
  for (const TestTry& each : tries)
    ASSERT_EQ(each.settled ? (*keeper)->add(each.outcome) : (*keeper)->tried(each.outcome), 0);
  ASSERT_EQ((*keeper)->close(complete), 0);
}

}  // namespace atonce
