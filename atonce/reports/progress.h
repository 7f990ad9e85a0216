#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "atonce/model/outcome_sink.h"
#include "atonce/reports/progress_meter.h"

namespace atonce {

/// Some lines at the bottom of a terminal that redraw in place. No alternate screen and no hidden cursor: whatever ends
/// the program, even SIGKILL, there is nothing to restore.
class ProgressBlock {
 public:
  explicit ProgressBlock(int descriptor) : descriptor_(descriptor) {}
  ~ProgressBlock() { hide(); }
  ProgressBlock(const ProgressBlock&) = delete;
  ProgressBlock& operator=(const ProgressBlock&) = delete;

  /// Draws the lines in place of those shown before; what does not fit the terminal's height is left out.
  void show(const std::vector<std::string>& lines);
  /// Erases what is shown, so that rows can be written where it stood.
  void hide();
  bool shown() const { return !widths_.empty(); }
  /// Erases what is shown from a signal handler: async-signal-safe, and the last thing done with this block.
  void abandon() const noexcept;

 private:
  std::string erasing() const;
  void write_all(std::string_view text) const;

  int descriptor_;
  std::vector<std::size_t> widths_;  ///< columns of each line shown: a narrower terminal folds them into more rows
  std::atomic<int> rows_above_cursor_{-1};  ///< for `abandon`; −1: nothing is shown
};

/// The progress of a run on standard error: a live block on a terminal, elsewhere a plain line now and then.
class Progress {
 public:
  enum class Style : std::uint8_t { live, plain, silent };

  Progress(int descriptor, Style style, bool colour, ProgressMeter meter)
      : block_(descriptor), descriptor_(descriptor), style_(style), colour_(colour), meter_(std::move(meter)) {}

  /// Live when `descriptor` is a terminal, else plain; silent when quiet.
  static Style style_for(int descriptor, bool quiet);

  ProgressMeter& meter() { return meter_; }
  /// Called about ten times a second; draws at most that often.
  void update(const ProgressReading& reading);
  /// Before anything else is written to the same terminal; the next update draws again.
  void hide() { block_.hide(); }
  /// Erases the block; the last call.
  void stop();
  void abandon() const noexcept { block_.abandon(); }

 private:
  ProgressBlock block_;
  int descriptor_;
  Style style_;
  bool colour_;
  ProgressMeter meter_;
  Duration next_{};
  bool stopped_ = false;
};

/// Rows and block on one terminal: hides the block before a row, and `flush` completes the rows before the next update.
class RowsAboveProgress final : public OutcomeSink {
 public:
  RowsAboveProgress(OutcomeSink& rows, Progress& progress) : rows_(rows), progress_(progress) {}
  bool wants_starts() const override { return rows_.wants_starts(); }
  void start(const Target& target) override {
    progress_.hide();
    rows_.start(target);
  }
  int add(const Outcome& outcome) override {
    if (!outcome.exchange || outcome.exchange->matched) progress_.hide();
    return rows_.add(outcome);
  }
  int tried(const Outcome& outcome) override { return rows_.tried(outcome); }
  int flush() override { return rows_.flush(); }
  std::size_t held() const override { return rows_.held(); }

 private:
  OutcomeSink& rows_;
  Progress& progress_;
};

}  // namespace atonce
