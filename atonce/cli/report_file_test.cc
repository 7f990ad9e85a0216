#include "atonce/cli/report_file.h"

#include <gmock/gmock.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

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
  EXPECT_FALSE(std::filesystem::exists(path("r.part")));
}

TEST_F(ReportFileTest, LeavesNothingBesideWhenItWasNotFinished) {
  {
    auto file = ReportFile::open(path("r"));
    ASSERT_TRUE(file);
    EXPECT_TRUE(std::filesystem::exists(path("r.part")));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
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
