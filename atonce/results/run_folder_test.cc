#include "atonce/results/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "atonce/results/memory_storage.h"

namespace atonce {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = "/tmp/atonce_test_XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

Manifest some_manifest() {
  return {.version = "0.1.0",
          .run_id = "00112233445566778899aabbccddeeff",
          .created = "2026-05-01T09:30:00Z",
          .arguments = {"probe", "list.csv"},
          .working_directory = "/home/me",
          .input = {.targets = {"a.example"}}};
}

TEST(RunFolder, IsMadeOnceAndOpenedAgain) {
  MemoryStorage disk;
  {
    auto folder = RunFolder::create(disk, "/runs/one");
    ASSERT_TRUE(folder);
    ASSERT_TRUE(folder->begin(some_manifest()));
  }
  const auto again = RunFolder::open(disk, "/runs/one");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->manifest(), some_manifest());
  EXPECT_EQ(again->path_of({ResultFormat::csv, "results.csv"}), "/runs/one/results.csv");
  EXPECT_EQ(again->path_of({ResultFormat::csv, "/home/me/out.csv"}), "/home/me/out.csv");
}

TEST(RunFolder, RefusesAFolderThatHasARunAndSaysWhatToDo) {
  MemoryStorage disk;
  {
    auto folder = RunFolder::create(disk, "/runs/one");
    ASSERT_TRUE(folder->begin(some_manifest()));
  }
  const auto second = RunFolder::create(disk, "/runs/one");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().text,
            "\"/runs/one\" has a run already: carry it on with \"atonce resume /runs/one\", or choose another folder");
}

TEST(RunFolder, LeavesAFolderAloneThatHasSomethingElse) {
  MemoryStorage disk;
  disk.put("/home/me/thesis.txt", "years of work");
  const auto folder = RunFolder::create(disk, "/home/me");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().text,
            "\"/home/me\" is no empty folder: it has \"thesis.txt\"; give the run a folder of its own");
  EXPECT_FALSE(disk.exists("/home/me/lock"));
}

TEST(RunFolder, TakesAFolderThatARunLeftBeforeItBegan) {
  MemoryStorage disk;
  for (const char* name : {"lock", "input", "input.part", "manifest.json.part", "journal"})
    disk.put(std::string("/runs/one/") + name, "left behind");
  auto folder = RunFolder::create(disk, "/runs/one");
  ASSERT_TRUE(folder) << folder.error().text;
  EXPECT_TRUE(folder->begin(some_manifest()));
}

TEST(RunFolder, HasNoRunBeforeItBegins) {
  MemoryStorage disk;
  const auto open = RunFolder::open(disk, "/runs/none");
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().text, "\"/runs/none\" has no run: there is no manifest.json in it");
}

TEST(RunFolder, RefusesASecondHolderAtOnceAndNamesTheFirst) {
  MemoryStorage disk;
  auto folder = RunFolder::create(disk, "/runs/one");
  ASSERT_TRUE(folder->begin(some_manifest()));
  const std::string wanted = "another atonce (pid " + std::to_string(getpid()) +
                             ") is working on \"/runs/one\"; wait for it to end, or stop it";
  const auto open = RunFolder::open(disk, "/runs/one");
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().text, wanted);
  const auto create = RunFolder::create(disk, "/runs/one");
  ASSERT_FALSE(create);
  EXPECT_EQ(create.error().text, wanted);
  const auto look = RunFolder::look(disk, "/runs/one");
  ASSERT_TRUE(look);
  EXPECT_TRUE(look->is_busy());
}

TEST(RunFolder, IsFreeAgainWhenItsHolderWasKilled) {
  const TemporaryFolder place;
  const auto disk = disk_storage();
  const std::string path = place / "run";
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t holder = fork();
  if (holder == 0) {
    auto folder = RunFolder::create(*disk, path);
    const bool begun = folder && folder->begin(some_manifest());
    (void)!write(ready[1], begun ? "y" : "n", 1);
    pause();
    _exit(0);
  }
  char answer = 0;
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  const auto refused = RunFolder::open(*disk, path);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("(pid " + std::to_string(holder) + ")"));
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  const auto free = RunFolder::open(*disk, path);
  EXPECT_TRUE(free) << free.error().text;
  close(ready[0]);
  close(ready[1]);
}

TEST(RunFolder, AdoptsAListThatCanBeReadOnlyOnce) {
  const TemporaryFolder place;
  const auto disk = disk_storage();
  auto folder = RunFolder::create(*disk, place / "run");
  ASSERT_TRUE(folder);
  int list[2];
  ASSERT_EQ(pipe(list), 0);
  const std::string text = "1,google.com\n2,example.org\n";
  ASSERT_EQ(write(list[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  close(list[1]);
  const auto copy = folder->adopt_input(list[0]);
  close(list[0]);
  ASSERT_TRUE(copy) << copy.error().text;
  EXPECT_EQ(*copy, place / "run/input");
  EXPECT_EQ(disk->read_small(*copy), text);
  const auto mark = mark_input({.list = *copy});
  ASSERT_TRUE(mark);
  EXPECT_EQ(mark->bytes, text.size());
}

TEST(RunFolder, LiesWhereTheStandardSaysAndHasANameOfItsOwn) {
  setenv("XDG_STATE_HOME", "/var/state", 1);
  EXPECT_EQ(*default_runs_folder(), "/var/state/atonce/runs");
  setenv("XDG_STATE_HOME", "relative", 1);
  setenv("HOME", "/home/me", 1);
  EXPECT_EQ(*default_runs_folder(), "/home/me/.local/state/atonce/runs");
  unsetenv("XDG_STATE_HOME");
  EXPECT_EQ(*default_runs_folder(), "/home/me/.local/state/atonce/runs");
  unsetenv("HOME");
  EXPECT_THAT(default_runs_folder().error().text, HasSubstr("--run"));
  EXPECT_THAT(new_run_path("/r"), testing::MatchesRegex("/r/[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}"));
  EXPECT_NE(new_run_path("/r"), new_run_path("/r"));
}

}  // namespace
}  // namespace atonce
