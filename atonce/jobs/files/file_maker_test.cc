#include "atonce/jobs/files/file_maker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "atonce/jobs/files/file_source.h"

namespace atonce {
namespace {

using testing::MatchesRegex;

TEST(FileMaker, NamesAreSafeInAUrlAndAllDifferent) {
  const FileMaker maker({.seed = 1});
  std::set<std::string> names;
  for (std::uint64_t i = 0; i < 10'000; ++i) names.insert(maker.name(i));
  EXPECT_EQ(names.size(), 10'000u);
  EXPECT_THAT(*names.begin(), MatchesRegex("[A-Za-z0-9_-]{86}"));
}

TEST(FileMaker, NamesStayDifferentWhenTheyAreShort) {
  const FileMaker maker({.seed = 1, .name_bytes = FileMaker::name_bytes_min});
  std::set<std::string> names;
  for (std::uint64_t i = 0; i < 100'000; ++i) names.insert(maker.name(i));
  EXPECT_EQ(names.size(), 100'000u);
}

TEST(FileMaker, TheLongestNameFitsAFileSystem) {
  EXPECT_EQ(FileMaker({.seed = 1, .name_bytes = FileMaker::name_bytes_max}).name(3).size(), 252u);
}

TEST(FileMaker, AllFollowsFromTheSeed) {
  const FileInput files{.seed = 5, .size = {0, 100'000}};
  const FileMaker one(files), same(files), other({.seed = 6, .size = {0, 100'000}});
  EXPECT_EQ(one.name(9), same.name(9));
  EXPECT_EQ(one.size(9), same.size(9));
  EXPECT_NE(one.name(9), other.name(9));
}

TEST(FileMaker, SizesLieInTheirRangeAndReachItsEnds) {
  const FileMaker maker({.seed = 2, .size = {3, 5}});
  std::set<std::uint64_t> sizes;
  for (std::uint64_t i = 0; i < 1'000; ++i) sizes.insert(maker.size(i));
  EXPECT_THAT(sizes, testing::ElementsAre(3, 4, 5));
  const FileMaker whole({.seed = 2, .size = {0, ~std::uint64_t{0}}});
  EXPECT_NE(whole.size(0), whole.size(1));
}

TEST(FileMaker, AContentIsTheSameInWhateverPieces) {
  const FileMaker maker({.seed = 3});
  std::string whole(1'001, '\0'), pieces(1'001, '\0');
  maker.content(4, 0, whole.data(), whole.size());
  for (std::size_t at = 0; at < pieces.size(); at += 104)
    maker.content(4, at, pieces.data() + at, std::min<std::size_t>(104, pieces.size() - at));
  EXPECT_EQ(whole, pieces);
  std::string other(1'001, '\0');
  maker.content(5, 0, other.data(), other.size());
  EXPECT_NE(whole, other);
}

TEST(FileMaker, FilesInARowGoToOneFolderAndAllFoldersAreUsed) {
  const FileMaker maker({.seed = 1, .fan_out = 300});
  EXPECT_EQ(maker.folder(0), "000/");
  EXPECT_EQ(maker.folder(63), "000/");
  EXPECT_EQ(maker.folder(64), "001/");
  EXPECT_EQ(maker.folder(64 * 299), "12b/");
  EXPECT_EQ(maker.folder(64 * 300), "000/");
  EXPECT_EQ(FileMaker({.seed = 1, .fan_out = 1}).folder(99), "0/");
  EXPECT_EQ(FileMaker({.seed = 1}).folder(99), "");
}

TEST(FileSource, ReadsBackAsItWasWritten) {
  const FileSource row{.kind = FileSource::Kind::row, .mode = 0640, .offset = 1ull << 40, .length = 7, .path = "a b"};
  const std::string bytes = write_file_source(row);
  const FileSource read = read_file_source(bytes);
  EXPECT_EQ(read.kind, row.kind);
  EXPECT_EQ(read.mode, row.mode);
  EXPECT_EQ(read.offset, row.offset);
  EXPECT_EQ(read.length, row.length);
  EXPECT_EQ(read.path, row.path);
  EXPECT_EQ(write_file_source({}), "");
  EXPECT_EQ(read_file_source("").kind, FileSource::Kind::made);
  EXPECT_EQ(read_file_source("short").kind, FileSource::Kind::refused);
}

}  // namespace
}  // namespace atonce
