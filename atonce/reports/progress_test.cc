#include "atonce/reports/progress.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <string>

namespace atonce {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A pipe, or a terminal of a given size, and what was written into it.
class Sink {
 public:
  static Sink pipe() {
    Sink sink;
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    sink.reader_ = ends[0];
    sink.writer_ = ends[1];
    return sink;
  }
  static Sink terminal(unsigned short columns, unsigned short rows) {
    Sink sink;
    winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(::openpty(&sink.reader_, &sink.writer_, nullptr, nullptr, &size), 0);
    return sink;
  }
  Sink(Sink&& other) noexcept : reader_(std::exchange(other.reader_, -1)), writer_(std::exchange(other.writer_, -1)) {}
  ~Sink() {
    if (reader_ >= 0) ::close(reader_);
    if (writer_ >= 0) ::close(writer_);
  }

  int descriptor() const { return writer_; }
  void resize(unsigned short columns, unsigned short rows) const {
    const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    EXPECT_EQ(::ioctl(writer_, TIOCSWINSZ, &size), 0);
  }
  /// What has come since the last call. The kernel hands it over in its own time, so a mark is sent after it.
  std::string written() const {
    constexpr char mark = '\x01';
    EXPECT_EQ(::write(writer_, &mark, 1), 1);
    std::string text;
    char byte = 0;
    while (::read(reader_, &byte, 1) == 1 && byte != mark) text += byte;
    return text;
  }

 private:
  Sink() = default;
  int reader_ = -1;
  int writer_ = -1;
};

/// What erases the row of the cursor and so many above it.
std::string erased(int above) {
  std::string text = "\r\x1b[2K";
  for (int i = 0; i < above; ++i) text += "\x1b[A\x1b[2K";
  return text;
}

TEST(ProgressBlock, ErasesExactlyTheRowsItDrew) {
  const Sink terminal = Sink::terminal(80, 24);
  ProgressBlock block(terminal.descriptor());
  block.show({"one", "two", "three"});
  EXPECT_EQ(terminal.written(), "one\r\ntwo\r\nthree\r");
  block.hide();
  EXPECT_EQ(terminal.written(), erased(2));
  block.hide();
  EXPECT_EQ(terminal.written(), "") << "nothing is left to erase";
}

TEST(ProgressBlock, CountsTheRowsThatANarrowedTerminalFoldedItInto) {
  const Sink terminal = Sink::terminal(80, 24);
  ProgressBlock block(terminal.descriptor());
  block.show({std::string(70, 'x'), "last"});
  terminal.written();
  terminal.resize(20, 24);
  block.hide();
  EXPECT_EQ(terminal.written(), erased(4));
}

TEST(ProgressBlock, LeavesOutWhatATerminalIsTooLowFor) {
  const Sink terminal = Sink::terminal(80, 3);
  ProgressBlock block(terminal.descriptor());
  block.show({"one", "two", "three", "four"});
  EXPECT_EQ(terminal.written(), "one\r\ntwo\r");
}

TEST(ProgressBlock, LeavesTheTerminalCleanWhenItEndsOrIsAbandoned) {
  const Sink terminal = Sink::terminal(80, 24);
  {
    ProgressBlock block(terminal.descriptor());
    block.show({"one", "two"});
    terminal.written();
  }
  EXPECT_EQ(terminal.written(), erased(1));
  ProgressBlock block(terminal.descriptor());
  block.show({"one", "two"});
  terminal.written();
  block.abandon();
  EXPECT_EQ(terminal.written(), erased(1));
}

TEST(Progress, WritesAPlainLineAfterASecondAndThenEveryFive) {
  const Sink pipe = Sink::pipe();
  Progress progress(pipe.descriptor(), Progress::Style::plain, false, ProgressMeter(std::nullopt, false, 1s));
  int lines = 0;
  for (int tick = 0; tick < 120; ++tick) {
    progress.update({.elapsed = tick * 100ms});
    if (!pipe.written().empty()) ++lines;
    if (tick == 9) EXPECT_EQ(lines, 0);
    if (tick == 10) EXPECT_EQ(lines, 1);
  }
  EXPECT_EQ(lines, 3) << "after 1, 6 and 11 s";
}

TEST(Progress, SaysNothingWhenQuietOrStopped) {
  const Sink terminal = Sink::terminal(80, 24);
  Progress quiet(terminal.descriptor(), Progress::Style::silent, false, ProgressMeter(10, false, 1s));
  quiet.update({.elapsed = 10s});
  Progress stopped(terminal.descriptor(), Progress::Style::live, false, ProgressMeter(10, false, 1s));
  stopped.stop();
  stopped.update({.elapsed = 10s});
  EXPECT_EQ(terminal.written(), "");
}

TEST(Progress, MakesRoomForRowsAndDrawsAgain) {
  struct Row final : OutcomeSink {
    int descriptor = -1;
    int add(const Outcome&) override { return ::write(descriptor, "row\n", 4) == 4 ? 0 : errno; }
  };
  const Sink terminal = Sink::terminal(80, 24);
  Row row;
  row.descriptor = terminal.descriptor();
  Progress progress(terminal.descriptor(), Progress::Style::live, false, ProgressMeter(10, false, 1s));
  RowsAboveProgress rows(row, progress);
  progress.update({.elapsed = 100ms});
  EXPECT_THAT(terminal.written(), HasSubstr("0 of 10"));
  rows.add({});
  EXPECT_EQ(terminal.written(), erased(1) + "row\r\n");
  progress.update({.elapsed = 300ms});
  EXPECT_THAT(terminal.written(), testing::StartsWith("0 of 10"));
}

TEST(Progress, OutlivesATerminalThatWentAway) {
  Progress progress(-1, Progress::Style::live, false, ProgressMeter(10, false, 1s));
  progress.update({.elapsed = 1s});
  progress.stop();
}

}  // namespace
}  // namespace atonce
