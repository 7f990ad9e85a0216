#include "atonce/results/file_writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace atonce {
namespace {

using testing::HasSubstr;

class FileWriterTest : public testing::Test {
 protected:
  FileWriterTest() {
    std::string pattern = (std::filesystem::temp_directory_path() / "atonce-rows-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    path_ = folder_ + "/rows";
  }
  ~FileWriterTest() override { std::filesystem::remove_all(folder_); }

  std::string content() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string folder_;
  std::string path_;
};

TEST_F(FileWriterTest, WritesRowsWhenAskedAndCountsThem) {
  const auto writer = FileWriter::open(path_);
  ASSERT_TRUE(writer) << writer.error().text;
  EXPECT_EQ((*writer)->append_lines("a,b\n"), 0);
  EXPECT_EQ((*writer)->append_row("1,2\n"), 0);
  EXPECT_EQ((*writer)->rows_safe(), 0u);
  EXPECT_EQ(content(), "");
  EXPECT_EQ((*writer)->flush(), 0);
  EXPECT_EQ((*writer)->rows_safe(), 1u);
  EXPECT_EQ(content(), "a,b\n1,2\n");
  EXPECT_FALSE((*writer)->is_watched());
}

TEST_F(FileWriterTest, WritesByItselfAtSixtyFourKiB) {
  const auto writer = FileWriter::open(path_);
  const std::string row(1023, 'x');
  for (int i = 0; i < 63; ++i) (*writer)->append_row(row + "\n");
  EXPECT_EQ((*writer)->rows_safe(), 0u);
  (*writer)->append_row(row + "\n");
  EXPECT_EQ((*writer)->rows_safe(), 64u);
}

TEST_F(FileWriterTest, ReplacesOrAppendsAsAsked) {
  (*FileWriter::open(path_))->append_row("old\n");
  (*FileWriter::open(path_))->append_row("new\n");
  EXPECT_EQ(content(), "new\n") << "the destructor flushes";
  EXPECT_TRUE((*FileWriter::open(folder_ + "/other"))->starts_empty());
  const auto appending = FileWriter::open(path_, FileWriter::Existing::append);
  EXPECT_FALSE((*appending)->starts_empty());
  (*appending)->append_row("more\n");
  (*appending)->flush();
  EXPECT_EQ(content(), "new\nmore\n");
}

TEST_F(FileWriterTest, SaysWhyAFileCannotBeOpened) {
  EXPECT_THAT(FileWriter::open(folder_ + "/no/such").error().text, HasSubstr("No such file or directory"));
  EXPECT_THAT(FileWriter::open(folder_).error().text, HasSubstr("Is a directory"));
}

TEST_F(FileWriterTest, TellsThatTheDiskIsFull) {
  const auto writer = FileWriter::open("/dev/full");
  ASSERT_TRUE(writer);
  EXPECT_EQ((*writer)->append_row("row\n"), 0);
  EXPECT_EQ((*writer)->flush(), ENOSPC);
  EXPECT_EQ((*writer)->append_row("row\n"), ENOSPC) << "the first failure is final";
  EXPECT_EQ((*writer)->rows_safe(), 0u);
  EXPECT_EQ((*writer)->error(), ENOSPC);
}

TEST_F(FileWriterTest, EndsAFileWithAWholeRowWhenItCannotGrow) {
  // A limit on the file's size cuts a write as a full disk does: some bytes, then an error.
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 25, .rlim_max = old.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  {
    const auto writer = FileWriter::open(path_);
    (*writer)->append_lines("head\n");
    for (int i = 0; i < 5; ++i) (*writer)->append_row("row " + std::to_string(i) + "..\n");
    EXPECT_EQ((*writer)->flush(), EFBIG);
    EXPECT_EQ((*writer)->rows_safe(), 2u);
    EXPECT_EQ((*writer)->rows_taken(), 5u);
  }
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, ignored);
  EXPECT_EQ(content(), "head\nrow 0..\nrow 1..\n");
}

TEST_F(FileWriterTest, TellsThatTheReaderWentAway) {
  const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  FileWriter writer(ends[1]);
  EXPECT_TRUE(writer.is_watched());
  close(ends[0]);
  writer.append_row("row\n");
  EXPECT_EQ(writer.flush(), EPIPE);
  close(ends[1]);
  std::signal(SIGPIPE, ignored);
}

TEST_F(FileWriterTest, WaitsForAPipeThatDoesNotBlock) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const std::string row = std::string(999, 'x') + "\n";
  constexpr int rows = 500;
  std::size_t got = 0;
  std::thread reader([&] {
    char buffer[4096];
    while (got < rows * row.size()) {
      const ssize_t count = read(ends[0], buffer, sizeof buffer);
      if (count > 0) got += static_cast<std::size_t>(count);
    }
  });
  FileWriter writer(ends[1]);
  for (int i = 0; i < rows; ++i) EXPECT_EQ(writer.append_row(row), 0);
  EXPECT_EQ(writer.flush(), 0);
  reader.join();
  EXPECT_EQ(writer.rows_safe(), 500u);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace atonce
