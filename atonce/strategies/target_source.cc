#include "atonce/strategies/target_source.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <string>

#include "atonce/jobs/target_expander.h"
#include "atonce/strategies/batch_list.h"
#include "atonce/strategies/file_list.h"
#include "atonce/strategies/line_reader.h"
#include "atonce/strategies/list_file.h"
#include "atonce/strategies/unique_filter.h"

namespace atonce {
namespace {

/// What both kinds of list do: expand lines, number the targets, drop duplicates, count.
class ExpandedList : public TargetList {
 public:
  ExpandedList(const InputOptions& input, const TargetExpander& expander, std::size_t unique_memory_max)
      : parser_(lines_of(input)), expander_(expander), limit_(input.limit.value_or(~std::uint64_t{0})) {
    if (!input.unique) return;
    SipKey key{};
    (void)getrandom(key.data(), sizeof key, 0);  // Without it the filter is as right, only easier to slow down.
    unique_.emplace(unique_memory_max, key);
  }

  std::size_t claim(std::span<Target> out) final {
    const std::lock_guard lock(mutex_);
    std::size_t given = 0;
    while (given < out.size() && next_target(out[given])) ++given;
    publish(given);
    return given;
  }

  bool ended() const final { return ended_.load(std::memory_order_acquire); }
  std::uint64_t lines_read() const final { return lines_read_.load(std::memory_order_relaxed); }
  std::uint64_t target_lines() const final { return target_lines_.load(std::memory_order_relaxed); }
  std::uint64_t targets_given() const final { return targets_given_.load(std::memory_order_relaxed); }
  std::uint64_t duplicates_dropped() const final { return duplicates_.load(std::memory_order_relaxed); }
  std::optional<double> fraction_consumed() const final {
    const double fraction = fraction_.load(std::memory_order_relaxed);
    return fraction < 0 ? std::nullopt : std::optional(fraction);
  }
  std::optional<Complaint> error() const final {
    const std::lock_guard lock(mutex_);
    return error_;
  }
  std::optional<Complaint> warning() const final {
    if (!filter_full_.load(std::memory_order_relaxed)) return std::nullopt;
    return Complaint{fmt::format("--unique remembers {} targets and has no memory for more; later duplicates may pass",
                                 filter_remembered_.load(std::memory_order_relaxed))};
  }

 protected:
  enum class Advance : std::uint8_t { target_line, other_line, waiting, end };

  /// Brings the next line into the expander. `other_line`: it asks for nothing.
  virtual Advance next_line() = 0;
  /// Of the lines, where `line_part` (0 to 1) of the current one was given; negative when unknown.
  virtual double fraction_of_lines(double line_part) const = 0;

  TargetParser parser_;
  TargetExpander expander_;
  std::uint64_t limit_;
  std::uint64_t line_ = 0;         ///< number of the current line, from 1
  std::uint64_t lines_taken_ = 0;  ///< that asked for something
  std::optional<Complaint> error_;

 private:
  /// With a template, the lines are hosts.
  static TargetKind lines_of(const InputOptions& input) {
    return input.url_template.empty() ? input.kind : TargetKind::host;
  }

  bool first_time(const Target& target) {
    return target.url.empty() ? unique_->first_time(target.host, target.port) : unique_->first_time(target.url, 0);
  }

  bool next_target(Target& target) {
    for (;;) {
      while (expander_.next(target)) {
        if (unique_ && target.valid() && !first_time(target)) {
          ++dropped_;
          continue;
        }
        target.index = index_++;
        return true;
      }
      if (finished_ || !take_line()) return false;
    }
  }

  /// False when there is no line now; `finished_` when there never will be.
  bool take_line() {
    while (lines_taken_ < limit_) {
      switch (next_line()) {
        case Advance::target_line:
          ++lines_taken_;
          expander_.start_line();
          return true;
        case Advance::other_line: continue;
        case Advance::waiting: return false;
        case Advance::end: finished_ = true; return false;
      }
    }
    finished_ = true;
    return false;
  }

  void publish(std::size_t given) {
    // The last target of the last line ends the source, so that nobody has to ask in vain.
    if (expander_.line_given() == expander_.line_targets() && lines_taken_ == limit_) finished_ = true;
    lines_read_.store(line_, std::memory_order_relaxed);
    target_lines_.store(lines_taken_, std::memory_order_relaxed);
    targets_given_.fetch_add(given, std::memory_order_relaxed);
    duplicates_.store(dropped_, std::memory_order_relaxed);
    fraction_.store(finished_ ? 1.0 : fraction(), std::memory_order_relaxed);
    if (unique_) {
      filter_remembered_.store(unique_->remembered(), std::memory_order_relaxed);
      filter_full_.store(unique_->full(), std::memory_order_relaxed);
    }
    ended_.store(finished_, std::memory_order_release);
  }

  double fraction() const {
    const double whole = static_cast<double>(std::max<std::uint64_t>(1, expander_.line_targets()));
    const double line_part = expander_.line_targets() == 0 ? 1.0 : static_cast<double>(expander_.line_given()) / whole;
    const double of_lines = fraction_of_lines(line_part);
    if (limit_ == ~std::uint64_t{0} || lines_taken_ == 0) return of_lines;
    const double of_limit = (static_cast<double>(lines_taken_ - 1) + line_part) / static_cast<double>(limit_);
    return std::max(of_lines, of_limit);
  }

  mutable std::mutex mutex_;
  std::optional<UniqueFilter> unique_;
  std::uint64_t index_ = 0;
  std::uint64_t dropped_ = 0;
  bool finished_ = false;

  // Copies for those who only look, so that they never wait for a claim.
  std::atomic<bool> ended_{false};
  std::atomic<std::uint64_t> lines_read_{0};
  std::atomic<std::uint64_t> target_lines_{0};
  std::atomic<std::uint64_t> targets_given_{0};
  std::atomic<std::uint64_t> duplicates_{0};
  std::atomic<double> fraction_{-1};
  std::atomic<bool> filter_full_{false};
  std::atomic<std::uint64_t> filter_remembered_{0};
};

/// The targets of the command line.
class ArgumentList final : public ExpandedList {
 public:
  ArgumentList(const InputOptions& input, const TargetExpander& expander, std::size_t unique_memory_max)
      : ExpandedList(input, expander, unique_memory_max), arguments_(input.targets) {
    if (arguments_.size() > limit_) arguments_.resize(limit_);
    if (input.unique) return;
    TargetExpander counter = expander;
    std::uint64_t sum = 0;
    for (const std::string& argument : arguments_) {
      parser_.parse_argument(argument, 1, counter.line());
      counter.start_line();
      sum += counter.line_targets();
    }
    count_ = sum;
  }

  std::optional<std::uint64_t> target_count() const override { return count_; }

 private:
  Advance next_line() override {
    if (line_ == arguments_.size()) return Advance::end;
    parser_.parse_argument(arguments_[line_], line_ + 1, expander_.line());
    ++line_;
    return Advance::target_line;
  }
  double fraction_of_lines(double line_part) const override {
    if (line_ == 0) return 0;
    return (static_cast<double>(line_ - 1) + line_part) / static_cast<double>(arguments_.size());
  }

  std::vector<std::string> arguments_;
  std::optional<std::uint64_t> count_;
};

/// A list in a file or on a pipe.
class StreamedList final : public ExpandedList {
 public:
  StreamedList(const InputOptions& input, const TargetExpander& expander, std::size_t unique_memory_max,
               std::unique_ptr<ListFile> file)
      : ExpandedList(input, expander, unique_memory_max),
        file_(std::move(file)),
        reader_(file_->descriptor, !file_->regular) {}

  std::optional<std::uint64_t> target_count() const override { return std::nullopt; }

 private:
  Advance next_line() override {
    line_start_ = reader_.bytes_consumed();
    std::string_view text;
    switch (reader_.next(text)) {
      case LineReader::Step::line:
        return parser_.parse(text, ++line_, expander_.line()) ? Advance::target_line : Advance::other_line;
      case LineReader::Step::too_long:
        parser_.refuse_long_line(text, ++line_, expander_.line());
        return Advance::target_line;
      case LineReader::Step::waiting: return Advance::waiting;
      case LineReader::Step::end: return Advance::end;
      case LineReader::Step::failed: break;
    }
    error_ = Complaint{
        fmt::format("{} could not be read beyond line {}: {}", file_->shown, line_, std::strerror(reader_.error()))};
    return Advance::end;
  }

  double fraction_of_lines(double line_part) const override {
    if (!file_->regular) return -1;
    const double done =
        static_cast<double>(line_start_) + line_part * static_cast<double>(reader_.bytes_consumed() - line_start_);
    return std::clamp(done / static_cast<double>(std::max<std::uint64_t>(1, file_->bytes)), 0.0, 1.0);
  }

  std::unique_ptr<ListFile> file_;
  LineReader reader_;
  std::uint64_t line_start_ = 0;
};

Parsed<TargetExpander> expander_of(const InputOptions& input) {
  if (input.kind == TargetKind::host) return TargetExpander(input.ports);
  if (input.url_template.empty()) return TargetExpander(UrlTemplate());
  Parsed<UrlTemplate> url_template = UrlTemplate::parse(input.url_template);
  if (!url_template) return complain("--url: " + url_template.error().text);
  return TargetExpander(std::move(*url_template));
}

}  // namespace

Parsed<std::unique_ptr<TargetList>> open_targets(const InputOptions& input) {
  return open_targets(input, UniqueFilter::default_memory_max);
}

Parsed<std::unique_ptr<TargetList>> open_targets(const InputOptions& input, std::size_t unique_memory_max) {
  if (input.kind == TargetKind::batch) return open_batches(input);
  if (input.kind == TargetKind::file) return open_files(input);
  const Parsed<TargetExpander> expander = expander_of(input);
  if (!expander) return std::unexpected(expander.error());
  if (!input.targets.empty()) return std::make_unique<ArgumentList>(input, *expander, unique_memory_max);
  Parsed<std::unique_ptr<ListFile>> file = open_list_file(input.list);
  if (!file) return std::unexpected(file.error());
  return std::make_unique<StreamedList>(input, *expander, unique_memory_max, std::move(*file));
}

}  // namespace atonce
