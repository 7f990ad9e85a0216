#include "atonce/jobs/save_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace atonce {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

class SaveFolderTest : public testing::Test {
 protected:
  SaveFolderTest() {
    std::string pattern = (fs::temp_directory_path() / "atonce-save-XXXXXX").string();
    base_ = mkdtemp(pattern.data());
    root_ = base_ / "bodies";
  }
  ~SaveFolderTest() override { fs::remove_all(base_); }

  Result<std::string> save(std::uint64_t index, std::string_view url, std::string_view bytes) {
    const auto folder = SaveFolder::open(root_);
    EXPECT_TRUE(folder) << folder.error().text;
    auto file = folder->create(index, url);
    if (!file) return std::unexpected(file.error());
    EXPECT_EQ(file->write(bytes), 0);
    return file->finish();
  }
  std::string content(const std::string& name) {
    std::ifstream file(root_ / name, std::ios::binary);
    return (std::stringstream() << file.rdbuf()).str();
  }
  std::vector<std::string> names() {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(root_)) found.push_back(entry.path().filename());
    std::ranges::sort(found);
    return found;
  }

  fs::path base_, root_;
};

TEST_F(SaveFolderTest, WritesABodyUnderANameThatTellsWhatItIs) {
  EXPECT_EQ(save(41, "https://example.org/robots.txt", "User-agent: *"), "00000042-example.org-robots.txt");
  EXPECT_EQ(content("00000042-example.org-robots.txt"), "User-agent: *");
}

TEST_F(SaveFolderTest, NamesHoldNothingThatAnybodyElseChose) {
  for (const char* url : {"https://a/../../../etc/passwd", "https://a/..%2f..", "https://..", "https://a/\x1b[2J\n",
                          "https://a/-rf", "https://a/b:c|d?e=*&f", "..", "", "https://.hidden/"}) {
    const std::string name = saved_name(0, url);
    EXPECT_THAT(name, MatchesRegex("00000001[-._A-Za-z0-9]*")) << url;
    EXPECT_THAT(name, Not(HasSubstr("/")));
  }
  EXPECT_LE(saved_name(99'999'999, "https://a/" + std::string(5'000, 'x')).size(), SaveFolder::name_bytes_max);
}

TEST_F(SaveFolderTest, TwoTargetsNeverShareAName) {
  EXPECT_NE(saved_name(1, "https://a/x"), saved_name(11, "https://a/x"));
}

TEST_F(SaveFolderTest, OverwritesNothing) {
  EXPECT_EQ(save(0, "https://a/x", "first"), "00000001-a-x");
  EXPECT_EQ(save(0, "https://a/x", "second"), "00000001-a-x.1");
  EXPECT_EQ(content("00000001-a-x"), "first");
  EXPECT_EQ(content("00000001-a-x.1"), "second");
}

TEST_F(SaveFolderTest, FollowsNoLinkOutOfTheFolder) {
  fs::create_directory(root_);
  fs::create_directory(base_ / "elsewhere");
  fs::create_symlink(base_ / "elsewhere" / "victim", root_ / "00000001-a-x");
  EXPECT_EQ(save(0, "https://a/x", "body"), "00000001-a-x.1");
  fs::create_directory_symlink(base_ / "elsewhere", root_ / "0001");
  const auto refused = save(SaveFolder::targets_per_folder, "https://a/x", "body");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().code, testing::AnyOf(ELOOP, ENOTDIR));
  EXPECT_TRUE(fs::is_empty(base_ / "elsewhere"));
}

TEST_F(SaveFolderTest, SpreadsManyOverFolders) {
  EXPECT_EQ(save(25'000, "https://a/x", "body"), "0002/00025001-a-x");
  EXPECT_EQ(content("0002/00025001-a-x"), "body");
}

TEST_F(SaveFolderTest, LeavesNothingOfABodyThatDidNotEnd) {
  const auto folder = SaveFolder::open(root_);
  {
    auto file = folder->create(0, "https://a/");
    ASSERT_TRUE(file);
    EXPECT_EQ(file->write("half"), 0);
  }
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(SaveFolderTest, ComplainsWhereItCannotWrite) {
  std::ofstream(root_) << "a file";
  EXPECT_THAT(SaveFolder::open(root_).error().text, HasSubstr("cannot be written"));
  EXPECT_THAT(SaveFolder::open("/proc/nowhere").error().text, HasSubstr("--save"));
}

}  // namespace
}  // namespace atonce
