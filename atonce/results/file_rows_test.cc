#include "atonce/results/file_rows.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "atonce/results/test_rows.h"

namespace atonce {
namespace {

std::string line_of_file(const Outcome& outcome) { return written(ResultFormat::text, {outcome}, {.job = "write"}); }

Outcome file(Verdict verdict, int error = 0, std::uint64_t bytes = 5) {
  return {.target = {.line = 1, .input = "a.txt", .host = "b/a.txt", .bytes = bytes},
          .verdict = verdict,
          .error = error,
          .tries = 1};
}

TEST(FileRows, TellWhatIsThereAndHowLongItIs) {
  EXPECT_EQ(line_of_file(file(Verdict::written)), "b/a.txt written (5 bytes)\n");
  EXPECT_EQ(line_of_file(file(Verdict::replaced, 0, 1)), "b/a.txt replaced (1 byte)\n");
}

TEST(FileRows, TellWhyAFileIsNotThere) {
  EXPECT_EQ(line_of_file(file(Verdict::io_error, EIO)),
            "b/a.txt io_error (the file could not be written: an I/O error: EIO)\n");
  EXPECT_EQ(line_of_file(file(Verdict::exists, EEXIST)),
            "b/a.txt exists (something of that name was there before, and was left alone)\n");
  Outcome bad = file(Verdict::invalid_input);
  bad.target.host.clear();
  bad.target.input = "../\x1b[2J";
  bad.target.complaint = "the name has \"..\" in it";
  EXPECT_EQ(line_of_file(bad), "../\\x1B[2J invalid_input (line 1: the name has \"..\" in it)\n");
}

TEST(FileRows, TellNothingOfPacketsAndWaiting) {
  const std::string row = written(ResultFormat::jsonl, {file(Verdict::no_folder, ENOENT)}, {.job = "write"});
  EXPECT_EQ(row.find("syns"), row.npos);
  EXPECT_NE(row.find(R"("bytes":5)"), row.npos);
}

}  // namespace
}  // namespace atonce
