#include "atonce/reports/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "atonce/reports/terminal.h"

namespace atonce {
namespace {

using namespace std::chrono_literals;

constexpr Duration live_gap = 90ms;
constexpr Duration plain_first = 1s;
constexpr Duration plain_gap = 5s;

// Row by row and never "to the end of the screen": some terminals push what that erases into their history.
constexpr std::string_view erase_row = "\r\x1b[2K";
constexpr std::string_view erase_row_above = "\x1b[A\x1b[2K";

}  // namespace

void ProgressBlock::write_all(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // A terminal that went away has no use for progress.
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::string ProgressBlock::erasing() const {
  if (widths_.empty()) return {};
  const std::size_t columns = size_of_terminal(descriptor_).columns;
  std::size_t above = 0;
  for (std::size_t i = 0; i + 1 < widths_.size(); ++i)
    above += std::max<std::size_t>(1, (widths_[i] + columns - 1) / columns);
  std::string text(erase_row);
  for (std::size_t i = 0; i < above; ++i) text += erase_row_above;
  return text;
}

void ProgressBlock::show(const std::vector<std::string>& lines) {
  const std::size_t height = std::max<std::size_t>(1, size_of_terminal(descriptor_).rows - 1);
  const std::size_t count = std::min(lines.size(), height);
  std::string text = erasing();
  widths_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += '\n';
    text += lines[i];
    widths_.push_back(columns_of(lines[i]));
  }
  if (!text.empty()) text += '\r';
  rows_above_cursor_.store(static_cast<int>(count) - 1, std::memory_order_relaxed);
  write_all(text);  // One write: no half-drawn block is ever seen.
}

void ProgressBlock::hide() {
  if (!shown()) return;
  write_all(erasing());
  widths_.clear();
  rows_above_cursor_.store(-1, std::memory_order_relaxed);
}

void ProgressBlock::abandon() const noexcept {
  const int rows = rows_above_cursor_.load(std::memory_order_relaxed);
  if (rows < 0 || ::write(descriptor_, erase_row.data(), erase_row.size()) < 0) return;
  for (int i = 0; i < rows; ++i)
    if (::write(descriptor_, erase_row_above.data(), erase_row_above.size()) < 0) return;
}

Progress::Style Progress::style_for(int descriptor, bool quiet) {
  if (quiet) return Style::silent;
  return is_live_terminal(descriptor) ? Style::live : Style::plain;
}

void Progress::update(const ProgressReading& reading) {
  if (stopped_ || style_ == Style::silent) return;
  const ProgressSnapshot snapshot = meter_.read(reading);
  if (next_ == Duration{} && style_ == Style::plain) next_ = plain_first;
  if (reading.elapsed < next_) return;
  if (style_ == Style::live) {
    next_ = reading.elapsed + live_gap;
    // The last column stays free: some terminals wrap as soon as it is written.
    block_.show(render_progress(snapshot, size_of_terminal(descriptor_).columns - 1, colour_));
    return;
  }
  next_ = reading.elapsed + plain_gap;
  const std::string line = render_progress_line(snapshot) + "\n";
  if (::write(descriptor_, line.data(), line.size()) < 0) stopped_ = true;
}

void Progress::stop() {
  block_.hide();
  stopped_ = true;
}

}  // namespace atonce
