#include "atonce/cli/kept_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "atonce/cli/kept_summary.h"
#include "atonce/cli/test_runs.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

std::string complaint_on(const std::string& folder) {
  const auto run = look_at_run(folder);
  return run ? "understood" : run.error().text;
}

TEST(KeptRun, IsReadFromItsManifestWhereverTheReaderStands) {
  const TestFolder folder;
  write_file(folder / "list.txt", "a.example\nb.example\n");
  keep_run(folder / "run", folder / "list.txt", {}, false,
           {"probe", "-p", "80,443", "--format", "none", "--", "list.txt"});
  const auto run = look_at_run(folder / "run");
  ASSERT_TRUE(run) << run.error().text;
  EXPECT_EQ(run->plan.input.list, folder / "list.txt");
  EXPECT_EQ(run->plan.input.ports.size(), 2u);
}

TEST(KeptRun, TakesTheCopyOfAListWhereTheFolderIsNow) {
  const TestFolder folder;
  write_file(folder / "list.txt", "a.example\n");
  keep_run(folder / "run", folder / "list.txt", {}, false);
  write_file(folder / "run/input", "a.example\n");
  std::filesystem::rename(folder / "run", folder / "elsewhere");
  const auto run = look_at_run(folder / "elsewhere");
  ASSERT_TRUE(run) << run.error().text;
  EXPECT_EQ(run->plan.input.list, folder / "elsewhere/input");
  EXPECT_TRUE(open_list_of(*run));
}

TEST(KeptRun, SaysWhatIsWrongWithAFolder) {
  const TestFolder folder;
  EXPECT_THAT(complaint_on(folder / "nowhere"), HasSubstr("there is no folder"));
  EXPECT_THAT(complaint_on(folder.path()), HasSubstr("has no run"));
  write_file(folder / "manifest.json", "{");
  EXPECT_NE(complaint_on(folder.path()), "understood");
  write_file(folder / "list.txt", "a.example\n");
  keep_run(folder / "run", folder / "list.txt", {}, false, {"probe", "list.txt", "--from-the-future"});
  EXPECT_THAT(complaint_on(folder / "run"), HasSubstr("words that this atonce does not understand"));
}

TEST(KeptRun, RefusesAListThatHasChanged) {
  const TestFolder folder;
  write_file(folder / "list.txt", "a.example\n");
  keep_run(folder / "run", folder / "list.txt", {}, false);
  const auto run = look_at_run(folder / "run");
  ASSERT_TRUE(run);
  EXPECT_TRUE(open_list_of(*run));
  write_file(folder / "list.txt", "b.example\n");
  EXPECT_FALSE(open_list_of(*run));
}

TEST(KeptRun, RefusesAJournalThatIsNoneOrAnothers) {
  const TestFolder folder;
  write_file(folder / "list.txt", "a.example\n");
  keep_run(folder / "run", folder / "list.txt", {{test_outcome(0, Verdict::open)}}, true);
  keep_run(folder / "other", folder / "list.txt", {}, true);
  const auto run = look_at_run(folder / "run");
  JournalVisitor visitor;
  EXPECT_TRUE(read_journal_of(*run, visitor));
  std::filesystem::copy_file(folder / "other/journal", folder / "run/journal",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_THAT(read_journal_of(*run, visitor).error().text, HasSubstr("another run"));
  write_file(folder / "run/journal", std::string(4'096, 'x'));
  EXPECT_FALSE(read_journal_of(*run, visitor));
  std::filesystem::remove(folder / "run/journal");
  EXPECT_THAT(read_journal_of(*run, visitor).error().text, HasSubstr("has no journal"));
  write_file(folder / "run/journal", "");
  EXPECT_TRUE(read_journal_of(*run, visitor)) << "a run that ended in its first instant has no verdict yet";
}

TEST(KeptRun, IsFoundByTheWordsItWasStartedWith) {
  const TestFolder folder;
  ASSERT_EQ(::setenv("XDG_STATE_HOME", folder.path().c_str(), 1), 0);
  const auto storage = disk_storage();
  EXPECT_THAT(*kept_run_folders(*storage), ElementsAre());
  write_file(folder / "list.txt", "a.example\n");
  for (const char* name : {"20260101T000000Z-aa", "20260102T000000Z-aa", "20260103T000000Z-aa"})
    keep_run(folder / "atonce/runs/" + name, folder / "list.txt", {}, false,
             {"probe", "list.txt", "-n", std::string(name).substr(7, 1)});
  EXPECT_EQ(kept_run_folders(*storage)->front(), folder / "atonce/runs/20260103T000000Z-aa");
  EXPECT_EQ(latest_run_of(*storage, {"probe", "--resume", "list.txt", "-n", "2"}),
            folder / "atonce/runs/20260102T000000Z-aa");
  EXPECT_THAT(latest_run_of(*storage, {"probe", "list.txt"}).error().text, HasSubstr("no run of this command"));
  ::unsetenv("XDG_STATE_HOME");
}

TEST(KeptSummary, HasTheAccountOfTheJournalAndWhatWasKeptBesideIt) {
  const TestFolder folder;
  write_file(folder / "list.txt", "a.example\nb.example\nc.example\n");
  keep_run(folder / "run", folder / "list.txt",
           {{test_outcome(0, Verdict::open)},
            {test_outcome(1, Verdict::timeout), false},
            {test_outcome(2, Verdict::closed)}},
           false);
  const auto run = look_at_run(folder / "run");
  SummaryOfJournal journal;
  ASSERT_TRUE(read_journal_of(*run, journal));
  Summary summary = summarize(*run, journal, false);
  EXPECT_EQ(summary.tally.of(Verdict::open), 1u);
  EXPECT_EQ(summary.tally.total(), 2u);
  EXPECT_TRUE(balanced(summary));
  EXPECT_TRUE(summary.interrupted);
  EXPECT_EQ(summary.engine, "");

  Summary at_the_end{
      .strategy = "async", .engine = "ring", .window = 7, .targets_read = 3, .wall = 2s, .started = Instant{9s}};
  at_the_end.tally = journal.tally;
  at_the_end.tally.by_verdict[static_cast<std::size_t>(Verdict::unfinished)] = 1;
  at_the_end.witness = {.own = {.asked = 5, .missed = 1, .voided = 2},
                        .stretches = {{"uplink", Instant{10s}, 1s}},
                        .drops = {{"backlog", "a wall", 4, false}},
                        .absent = "no canaries"};
  at_the_end.ceiling = "9 starts/s";
  ASSERT_EQ(keep_summary(run->folder, at_the_end), 0);
  ASSERT_EQ(keep_summary(run->folder, at_the_end), 0) << "and again, after it was carried on";
  summary = summarize(*run, journal, false);
  EXPECT_EQ(summary.engine, "ring");
  EXPECT_EQ(summary.window, 7u);
  EXPECT_EQ(summary.ceiling, "9 starts/s");
  EXPECT_EQ(summary.witness.own.missed, 1u);
  EXPECT_EQ(summary.witness.stretches.at(0).from - summary.started, 1s);
  EXPECT_EQ(summary.witness.drops.at(0).wall, "a wall");
  EXPECT_EQ(summary.tally.of(Verdict::unfinished), 1u);
  EXPECT_TRUE(balanced(summary));
  EXPECT_EQ(summarize(*run, journal, true).engine, "") << "what goes on has outgrown what was kept";
}

TEST(KeptSummary, IsNoneWhenTheTextIsOdd) {
  EXPECT_TRUE(parse_kept_summary(write_kept_summary({})));
  for (const char* odd : {"", "{", "[]", "{}", R"({"format": 2})", R"({"format": "x"})", "\xff"})
    EXPECT_FALSE(parse_kept_summary(odd)) << odd;
}

}  // namespace
}  // namespace atonce
