#include "atonce/strategies/line_reader.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace atonce {
namespace {

using Step = LineReader::Step;
using testing::ElementsAre;

struct Pipe {
  Pipe() { EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0); }
  ~Pipe() {
    close(ends[0]);
    close_writer();
  }
  void write_text(std::string_view text) {
    EXPECT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  void close_writer() {
    if (ends[1] >= 0) close(std::exchange(ends[1], -1));
  }
  int ends[2];
};

std::string step_of(LineReader& reader) {
  std::string_view line;
  switch (reader.next(line)) {
    case Step::line: return "line " + std::string(line);
    case Step::too_long: return "too long " + std::to_string(line.size());
    case Step::waiting: return "waiting";
    case Step::end: return "end";
    case Step::failed: return "failed";
  }
  return {};
}

std::vector<std::string> steps_of(std::string_view text) {
  const int file = memfd_create("list", MFD_CLOEXEC);
  EXPECT_EQ(write(file, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  lseek(file, 0, SEEK_SET);
  LineReader reader(file, false);
  std::vector<std::string> steps;
  do steps.push_back(step_of(reader));
  while (steps.back() != "end" && steps.size() < 100);
  EXPECT_EQ(reader.bytes_consumed(), text.size());
  close(file);
  return steps;
}

TEST(LineReader, CutsAtNewlines) {
  EXPECT_THAT(steps_of("a\nb\n\nc\n"), ElementsAre("line a", "line b", "line ", "line c", "end"));
  EXPECT_THAT(steps_of(""), ElementsAre("end"));
  EXPECT_THAT(steps_of("\n"), ElementsAre("line ", "end"));
}

TEST(LineReader, GivesALastLineWithoutNewline) {
  EXPECT_THAT(steps_of("a\nb"), ElementsAre("line a", "line b", "end"));
}

TEST(LineReader, GivesALineOf64KiBAndSkipsALongerOne) {
  const std::string longest(64 << 10, 'x');
  EXPECT_THAT(steps_of(longest + "\nb\n"), ElementsAre("line " + longest, "line b", "end"));
  EXPECT_THAT(steps_of(longest + "x\nb\n"), ElementsAre("too long 1024", "line b", "end"));
  EXPECT_THAT(steps_of(longest + "x"), ElementsAre("too long 1024", "end"));
  EXPECT_THAT(steps_of("a\n" + longest + longest + longest + longest + longest + "\nb"),
              ElementsAre("line a", "too long 1024", "line b", "end"));
}

TEST(LineReader, KeepsLinesWholeAcrossItsBuffer) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + ",name-" + std::to_string(i) + ".example\n";
  const int file = memfd_create("list", MFD_CLOEXEC);
  ASSERT_EQ(write(file, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  lseek(file, 0, SEEK_SET);
  LineReader reader(file, false);
  std::string_view line;
  for (int i = 0; i < 100'000; ++i) {
    ASSERT_EQ(reader.next(line), Step::line);
    ASSERT_EQ(line, std::to_string(i) + ",name-" + std::to_string(i) + ".example");
  }
  EXPECT_EQ(reader.next(line), Step::end);
  EXPECT_EQ(reader.next(line), Step::end);
  close(file);
}

TEST(LineReader, NeverWaitsForAPipe) {
  Pipe pipe;
  LineReader reader(pipe.ends[0], true);
  EXPECT_EQ(step_of(reader), "waiting");
  pipe.write_text("first\nsec");
  EXPECT_EQ(step_of(reader), "line first");
  EXPECT_EQ(step_of(reader), "waiting");
  pipe.write_text("ond\nthird");
  EXPECT_EQ(step_of(reader), "line second");
  pipe.close_writer();
  EXPECT_EQ(step_of(reader), "line third");
  EXPECT_EQ(step_of(reader), "end");
}

TEST(LineReader, SkipsAHugeLineInBoundedMemory) {
  constexpr std::size_t line_bytes = std::size_t{64} << 20;
  Pipe pipe;
  std::thread writer([&] {
    const std::string block(1 << 16, 'a');
    for (std::size_t written = 0; written < line_bytes; written += block.size()) pipe.write_text(block);
    pipe.write_text("\nb.example\n");
    pipe.close_writer();
  });
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  LineReader reader(pipe.ends[0], false);
  EXPECT_EQ(step_of(reader), "too long 1024");
  EXPECT_EQ(step_of(reader), "line b.example");
  EXPECT_EQ(step_of(reader), "end");
  writer.join();
  EXPECT_EQ(reader.bytes_consumed(), line_bytes + 11);
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 8 << 10) << "KiB";
}

TEST(LineReader, TellsWhyReadingFailed) {
  const int memory =
      open("/proc/self/mem", O_RDONLY | O_CLOEXEC);  // Nothing is mapped at address 0: read(2) gives EIO.
  ASSERT_GE(memory, 0);
  LineReader reader(memory, false);
  EXPECT_EQ(step_of(reader), "failed");
  EXPECT_EQ(step_of(reader), "failed");
  EXPECT_EQ(reader.error(), EIO);
  close(memory);
}

}  // namespace
}  // namespace atonce
