#include "atonce/cli/report_file.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "atonce/cli/page_files.h"

namespace atonce {
namespace {

using testing::HasSubstr;

class ReportFileTest : public testing::Test {
 protected:
  ReportFileTest() { mkdtemp(folder_.data()); }
  ~ReportFileTest() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  static std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) found.push_back(entry.path().filename());
    return found;
  }
  std::string folder_ = testing::TempDir() + "report_XXXXXX";
};

TEST_F(ReportFileTest, StandsInItsPlaceOnlyWhenItIsWhole) {
  std::ofstream(path("r")) << "old";
  auto file = ReportFile::open(path("r"));
  ASSERT_TRUE(file) << file.error().text;
  (*file)->append("new\n");
  EXPECT_EQ(content(path("r")), "old");
  EXPECT_EQ((*file)->finish(), 0);
  EXPECT_EQ(content(path("r")), "new\n");
  EXPECT_EQ(names(), std::vector<std::string>{"r"});
}

TEST_F(ReportFileTest, LeavesNothingBesideWhenItWasNotFinished) {
  {
    auto file = ReportFile::open(path("r"));
    ASSERT_TRUE(file);
    (*file)->append("half");
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(ReportFileTest, DoesNotTouchAFileOfSomebodyElsesThatIsNamedAsAPart) {
  std::ofstream(path("r.part")) << "mine";
  for (const bool finished : {false, true}) {
    auto file = ReportFile::open(path("r"));
    ASSERT_TRUE(file);
    (*file)->append("ours");
    if (finished) EXPECT_EQ((*file)->finish(), 0);
  }
  EXPECT_EQ(content(path("r.part")), "mine");
  EXPECT_EQ(content(path("r")), "ours");
}

TEST_F(ReportFileTest, OfTwoProgramsWithOneNameEachIsWholeAndTheLastOneStays) {
  auto first = ReportFile::open(path("r")), second = ReportFile::open(path("r"));
  ASSERT_TRUE(first && second);
  (*first)->append("the first\n");
  (*second)->append("second\n");
  EXPECT_EQ((*first)->finish(), 0);
  EXPECT_EQ(content(path("r")), "the first\n");
  EXPECT_EQ((*second)->finish(), 0);
  EXPECT_EQ(content(path("r")), "second\n");
  EXPECT_EQ(names(), std::vector<std::string>{"r"});
}

TEST_F(ReportFileTest, ALinkLeadsToWhatIsWrittenEvenWhereNothingIsYet) {
  std::filesystem::create_symlink("r", path("link"));
  auto file = ReportFile::open(path("link"));
  ASSERT_TRUE(file);
  (*file)->append("new");
  EXPECT_EQ((*file)->finish(), 0);
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(content(path("r")), "new");
}

TEST_F(ReportFileTest, KnowsTwoNamesOfOneFileWhetherItIsThereOrNot) {
  std::filesystem::create_symlink("r", path("link"));
  std::filesystem::create_directory(path("below"));
  for (const bool there : {false, true}) {
    if (there) std::ofstream(path("r")) << "old";
    EXPECT_TRUE(is_same_file(path("r"), path("./r")));
    EXPECT_TRUE(is_same_file(path("r"), path("below/../r")));
    EXPECT_TRUE(is_same_file(path("r"), path("link")));
    EXPECT_FALSE(is_same_file(path("r"), path("below/r")));
  }
  std::filesystem::create_hard_link(path("r"), path("twin"));
  EXPECT_TRUE(is_same_file(path("r"), path("twin")));
  EXPECT_TRUE(is_same_file("no-such-file", "./no-such-file"));
  EXPECT_FALSE(is_same_file("", ""));
  EXPECT_FALSE(is_same_file("/dev/null", "/dev/null"));  // Nothing is lost where nothing is kept.
}

TEST_F(ReportFileTest, APageAndATraceAreNeitherOneFileNorTheResults) {
  std::filesystem::create_symlink("r", path("link"));
  EXPECT_THAT(PageFiles::open({.page = path("r"), .trace = path("link")}).error().text, HasSubstr("would be one file"));
  EXPECT_THAT(PageFiles::open({.page = path("r")}, path("./r")).error().text, HasSubstr("would be written over"));
  EXPECT_THAT(PageFiles::open({.trace = path("r")}, path("link")).error().text, HasSubstr("would be written over"));
  EXPECT_TRUE(PageFiles::open({.page = path("r"), .trace = path("t")}, path("o")));
  EXPECT_TRUE(PageFiles::open({.page = path("r")}, "-"));
}

TEST_F(ReportFileTest, ComplainsByNameOfAPlaceWhereNothingCanBeWritten) {
  EXPECT_THAT(ReportFile::open(path("no/r")).error().text, HasSubstr("no/r\" cannot be written: No such file"));
  EXPECT_THAT(ReportFile::open(folder_).error().text, HasSubstr("cannot be written: Is a directory"));
}

TEST_F(ReportFileTest, WritesToWhatIsNoRegularFileAsItIs) {
  auto file = ReportFile::open("/dev/full");
  ASSERT_TRUE(file);
  (*file)->append("x");
  EXPECT_EQ((*file)->finish(), ENOSPC);
  EXPECT_TRUE(std::filesystem::exists("/dev/full"));
}

}  // namespace
}  // namespace atonce
