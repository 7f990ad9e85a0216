#include "atonce/jobs/files/tree_writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "atonce/jobs/files/tree_cleaner.h"

namespace atonce {
namespace {

namespace fs = std::filesystem;
using testing::AnyOf;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return (std::stringstream() << file.rdbuf()).str();
}

Target given(std::uint64_t index, std::string path, std::string_view content, std::optional<std::uint32_t> mode = {}) {
  const std::string source = write_file_source({.kind = FileSource::Kind::given, .mode = mode, .content = content});
  return {.index = index, .input = path, .host = path, .source = source, .bytes = content.size()};
}

class TreeWriterTest : public testing::Test {
 protected:
  TreeWriterTest() {
    std::string pattern = (fs::temp_directory_path() / "atonce-write-XXXXXX").string();
    base_ = mkdtemp(pattern.data());
    plan_.job = "write";
    plan_.input.kind = TargetKind::file;
    plan_.input.list = "list";
    plan_.write.folder = base_ / "tree";
    plan_.run.none = true;
    plan_.seed = plan_.input.files.seed = 7;
  }
  ~TreeWriterTest() override { fs::remove_all(base_); }

  Outcome write(Target target) {
    std::vector<Outcome> outcomes = write_all({std::move(target)});
    return std::move(outcomes.front());
  }
  std::vector<Outcome> write_all(std::vector<Target> targets) {
    const Parsed<WriteSetting> setting = WriteSetting::open(plan_);
    EXPECT_TRUE(setting) << setting.error().text;
    TreeWriter writer(*setting);
    std::vector<Outcome> outcomes(targets.size());
    for (std::size_t i = 0; i < targets.size(); ++i) outcomes[i].target = std::move(targets[i]);
    writer.write(outcomes);
    return outcomes;
  }
  /// A file that follows from the seed.
  Target made(std::uint64_t index) {
    plan_.input.list.clear();
    const FileMaker maker(plan_.input.files);
    const std::string name = maker.name(index);
    return {.index = index, .input = name, .host = name, .bytes = maker.size(index)};
  }
  void keep_run(bool resume) {
    fs::create_directory(base_ / "run");
    plan_.run = {.path = base_ / "run", .none = false, .resume = resume};
  }
  fs::path tree() const { return base_ / "tree"; }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(tree())) found.push_back(entry.path().filename());
    std::ranges::sort(found);
    return found;
  }

  fs::path base_;
  Plan plan_;
};

TEST_F(TreeWriterTest, WritesWhatTheListSaysAndMakesTheFoldersOnTheWay) {
  const Outcome outcome = write(given(0, "a/b/c.txt", "hello"));
  EXPECT_EQ(outcome.verdict, Verdict::written);
  EXPECT_EQ(outcome.tries, 1);
  EXPECT_LE(outcome.started, outcome.finished);
  EXPECT_EQ(text_of(tree() / "a/b/c.txt"), "hello");
}

TEST_F(TreeWriterTest, KeepsTheModeWhateverTheUmask) {
  const mode_t before = umask(077);
  write(given(0, "shared", "x", 0666));
  umask(before);
  struct stat status{};
  ASSERT_EQ(stat((tree() / "shared").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777u, 0666u);
}

TEST_F(TreeWriterTest, LeavesWhatIsThereAlone) {
  write(given(0, "a", "mine"));
  for (const bool atomic : {false, true}) {
    plan_.write.atomic = atomic;
    const Outcome outcome = write(given(1, "a", "theirs"));
    EXPECT_EQ(outcome.verdict, Verdict::exists);
    EXPECT_EQ(outcome.error, EEXIST);
  }
  EXPECT_EQ(text_of(tree() / "a"), "mine");
  EXPECT_THAT(names(), ElementsAre("a"));
}

TEST_F(TreeWriterTest, ReplacesOnlyFilesAndNeverWhatALinkLeadsTo) {
  std::ofstream(base_ / "outside") << "precious";
  plan_.write.overwrite = true;
  write(given(0, "a", "old"));
  fs::create_symlink(base_ / "outside", tree() / "link");
  fs::create_hard_link(base_ / "outside", tree() / "hard");
  EXPECT_EQ(write(given(1, "a", "new")).verdict, Verdict::replaced);
  EXPECT_EQ(write(given(2, "link", "new")).verdict, Verdict::blocked);
  EXPECT_EQ(write(given(3, "hard", "new")).verdict, Verdict::replaced);
  EXPECT_EQ(text_of(tree() / "a"), "new");
  EXPECT_EQ(text_of(base_ / "outside"), "precious");
}

TEST_F(TreeWriterTest, ALinkOnTheWayBlocks) {
  fs::create_directories(base_ / "outside");
  fs::create_directories(tree());
  fs::create_directory_symlink(base_ / "outside", tree() / "way");
  const Outcome outcome = write(given(0, "way/in/here", "x"));
  EXPECT_EQ(outcome.verdict, Verdict::blocked);
  EXPECT_EQ(outcome.error, ELOOP);
  EXPECT_TRUE(fs::is_empty(base_ / "outside"));
}

TEST_F(TreeWriterTest, OneFailureOfAGroupIsNobodyElses) {
  plan_.write.sync = SyncChoice::file;
  for (const bool atomic : {false, true}) {
    plan_.write.atomic = atomic;
    const std::string n = atomic ? "1" : "0";
    const auto outcomes = write_all({given(0, "a" + n, "1"), given(1, "a" + n + "/b", "2"), given(2, "c" + n, "3")});
    EXPECT_EQ(outcomes[0].verdict, Verdict::written);
    EXPECT_EQ(outcomes[1].verdict, Verdict::blocked);
    EXPECT_EQ(outcomes[2].verdict, Verdict::written);
    EXPECT_EQ(text_of(tree() / ("c" + n)), "3");
  }
}

TEST_F(TreeWriterTest, AFolderThatWentIsMadeAgainAndOneWhoseRootWentIsMissed) {
  const Parsed<WriteSetting> setting = WriteSetting::open(plan_);
  TreeWriter writer(*setting);
  const auto verdict_of = [&](std::uint64_t index, const std::string& path) {
    Outcome outcome{.target = given(index, path, "x")};
    writer.write({&outcome, 1});
    return outcome.verdict;
  };
  EXPECT_EQ(verdict_of(0, "a/1"), Verdict::written);
  fs::remove_all(tree() / "a");
  EXPECT_EQ(verdict_of(1, "a/2"), Verdict::written);
  fs::remove_all(tree());
  EXPECT_EQ(verdict_of(2, "a/3"), Verdict::no_folder);
  EXPECT_EQ(verdict_of(3, "4"), Verdict::no_folder);
}

TEST_F(TreeWriterTest, AMadeFileThatAnEarlierSessionLeftTornIsMadeWhole) {
  plan_.input.files.size = {1'000, 1'000};
  const Target target = made(5);
  write(target);
  const std::string whole = text_of(tree() / target.host);
  keep_run(true);
  for (const std::size_t left : {0UZ, 1UZ, 999UZ, 1'000UZ}) {
    fs::resize_file(tree() / target.host, left);
    EXPECT_EQ(write(target).verdict, Verdict::written) << left;
    EXPECT_EQ(text_of(tree() / target.host), whole) << left;
  }
  EXPECT_THAT(names(), ElementsAre(target.host));
}

TEST_F(TreeWriterTest, AListedFileIsOursOnlyWhereThisRunBeganIt) {
  keep_run(false);
  fs::create_directories(tree());
  std::ofstream(tree() / "theirs") << "who";
  EXPECT_EQ(write(given(0, "theirs", "whole")).verdict, Verdict::exists);
  EXPECT_EQ(write(given(1, "ours", "whole")).verdict, Verdict::written);
  fs::resize_file(tree() / "ours", 3);
  plan_.run.resume = true;
  EXPECT_EQ(write(given(0, "theirs", "whole")).verdict, Verdict::exists);
  EXPECT_EQ(write(given(1, "ours", "whole")).verdict, Verdict::written);
  EXPECT_EQ(text_of(tree() / "theirs"), "who");
  EXPECT_EQ(text_of(tree() / "ours"), "whole");
  std::ofstream(tree() / "ours") << "changed by somebody";
  EXPECT_EQ(write(given(1, "ours", "whole")).verdict, Verdict::exists);
}

TEST_F(TreeWriterTest, WhatIsNotWhatWasWrittenIsCorrupt) {
  plan_.write.verify = 1;
  EXPECT_EQ(write(given(0, "a", "x")).verdict, Verdict::written);
  EXPECT_EQ(write(given(1, "b", "")).verdict, Verdict::written);
  const Parsed<WriteSetting> setting = WriteSetting::open(plan_);
  FileComparer comparer(setting->made);
  const int root = setting->root.descriptor();
  const Target target = given(2, "c", "abc");
  const auto likeness = [&](std::string_view content) {
    std::ofstream(tree() / "c", std::ios::trunc) << content;
    return *comparer.compare(root, "c", target, read_file_source(target.source));
  };
  EXPECT_EQ(likeness("abc"), Likeness::same);
  EXPECT_EQ(likeness("ab"), Likeness::torn);
  EXPECT_EQ(likeness(""), Likeness::torn);
  EXPECT_EQ(likeness("abd"), Likeness::other);
  EXPECT_EQ(likeness("abcd"), Likeness::other);
}

TEST_F(TreeWriterTest, LinksAndDevicesAreNotMade) {
  Target target = given(0, "link", "");
  target.source = write_file_source({.kind = FileSource::Kind::refused});
  EXPECT_EQ(write(target).verdict, Verdict::not_a_file);
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(TreeWriterTest, AFolderStaysOpenToItsOwner) {
  Target target = given(0, "a", "");
  target.source = write_file_source({.kind = FileSource::Kind::folder, .mode = 0555});
  EXPECT_EQ(write(target).verdict, Verdict::written);
  EXPECT_EQ(write(target).verdict, Verdict::exists);
  struct stat status{};
  ASSERT_EQ(stat((tree() / "a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777u, 0755u);
}

TEST_F(TreeWriterTest, ACleanerTakesWhatTheRunWroteAndNothingElse) {
  keep_run(false);
  write_all({given(0, "a/b/1", "one"), given(1, "2", "two"), given(2, "3", "three")});
  std::ofstream(tree() / "2") << "somebody's";
  std::ofstream(tree() / "mine") << "mine";
  const Parsed<WriteSetting> setting = WriteSetting::open(plan_);
  TreeCleaner cleaner(setting->root, setting->made, 7);
  for (const Target& target :
       {given(0, "a/b/1", "one"), given(1, "2", "two"), given(2, "3", "three"), given(3, "never", "was")})
    cleaner.remove(target, false);
  cleaner.remove_folders(read_folder_log(base_ / "run" / FolderLog::file_name));
  EXPECT_EQ(cleaner.account().removed, 2u);
  EXPECT_EQ(cleaner.account().changed, 1u);
  EXPECT_EQ(cleaner.account().gone, 1u);
  EXPECT_EQ(cleaner.account().folders, 2u);
  EXPECT_THAT(names(), ElementsAre("2", "mine"));
}

TEST_F(TreeWriterTest, ErrnosAreTheVerdictsTheyMean) {
  EXPECT_EQ(verdict_of_write(ENOSPC), Verdict::no_space);
  EXPECT_EQ(verdict_of_write(EDQUOT), Verdict::no_space);
  EXPECT_EQ(verdict_of_write(EROFS), Verdict::not_permitted);
  EXPECT_EQ(verdict_of_write(EIO), Verdict::io_error);
  EXPECT_EQ(verdict_of_write(EMFILE), Verdict::local_shortage);
}

}  // namespace
}  // namespace atonce
