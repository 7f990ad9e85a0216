#include "atonce/jobs/files/file_row.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "atonce/jobs/files/file_path.h"

namespace atonce {
namespace {

using testing::HasSubstr;

TEST(FileRow, SaysNameContentAndMode) {
  const FileRow row = parse_file_row(R"({"name": "a//./b.txt", "content": "h\u00e4", "mode": "0755"})");
  EXPECT_EQ(row.complaint, "");
  EXPECT_EQ(row.name, "a//./b.txt");
  EXPECT_EQ(row.path, "a/b.txt");
  EXPECT_EQ(row.content, "h\xc3\xa4");
  EXPECT_EQ(row.mode, 0755u);
}

TEST(FileRow, ContentMayBeBase64OfEitherAlphabet) {
  EXPECT_EQ(parse_file_row(R"({"name": "a", "base64": "//8="})").content, "\xff\xff");
  EXPECT_EQ(parse_file_row(R"({"name": "a", "base64": "__8"})").content, "\xff\xff");
}

TEST(FileRow, AComplaintSaysWhatIsWrong) {
  EXPECT_THAT(parse_file_row("{").complaint, HasSubstr("not JSON"));
  EXPECT_THAT(parse_file_row("[]").complaint, HasSubstr("JSON object"));
  EXPECT_THAT(parse_file_row(R"({"name": "a"})").complaint, HasSubstr("no \"content\""));
  EXPECT_THAT(parse_file_row(R"({"content": "a"})").complaint, HasSubstr("name is empty"));
  EXPECT_THAT(parse_file_row(R"({"name": "a", "content": 1})").complaint, HasSubstr("must be a string"));
  EXPECT_THAT(parse_file_row(R"({"name": "a", "content": "", "mode": "888"})").complaint, HasSubstr("octal"));
  EXPECT_THAT(parse_file_row(R"({"name": "a", "content": "", "x": ""})").complaint, HasSubstr("no \"x\""));
  EXPECT_THAT(parse_file_row(R"({"name": "../a", "content": ""})").complaint, HasSubstr("\"..\""));
}

TEST(FilePath, IsWhatLiesBelowTheFolder) {
  EXPECT_EQ(*parse_file_path("./a/./b//c"), "a/b/c");
  EXPECT_EQ(*parse_file_path("..."), "...");
  EXPECT_EQ(*parse_file_path(std::string(255, 'n')), std::string(255, 'n'));
}

TEST(FilePath, RefusesWhatLeadsElsewhereOrCannotBe) {
  for (const std::string_view bad : {"", "/a", "..", "a/..", "a/../b", ".", "./", "a/b/../../.."})
    EXPECT_FALSE(parse_file_path(bad)) << bad;
  EXPECT_FALSE(parse_file_path(std::string_view("a\0b", 3)));
  EXPECT_FALSE(parse_file_path("a/" + std::string(256, 'n')));
  std::string deep;
  while (deep.size() < 5'000) deep += "ab/";
  EXPECT_FALSE(parse_file_path(deep));
}

TEST(FilePath, FallsIntoFolderAndName) {
  EXPECT_EQ(folder_part("a/b/c"), "a/b");
  EXPECT_EQ(name_part("a/b/c"), "c");
  EXPECT_EQ(folder_part("c"), "");
  EXPECT_EQ(name_part("c"), "c");
}

}  // namespace
}  // namespace atonce
