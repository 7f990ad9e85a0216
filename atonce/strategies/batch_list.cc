#include "atonce/strategies/batch_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <deque>
#include <limits>
#include <mutex>

#include "atonce/jobs/batch_source.h"
#include "atonce/jobs/hurl/json_lines.h"
#include "atonce/jobs/target_parser.h"
#include "atonce/strategies/list_file.h"
#include "atonce/strategies/long_lines.h"

namespace atonce {
namespace {

/// A batch that was found: where it is, and of how many requests.
struct Found {
  BatchSource source;
  std::string name;
  std::uint32_t steps = 1;
  std::string complaint;
  std::shared_ptr<const hurl::Batch> content;
};

/// The batches of one file, found while it is read.
class FileBatches {
 public:
  // What waits for its turn is held in memory up to this; a larger batch is read again then.
  static constexpr std::uint64_t content_bytes_max = 64 << 10;

  FileBatches(std::string path, std::unique_ptr<ListFile> file)
      : path_(std::move(path)),
        file_(std::move(file)),
        reader_(file_->descriptor, hurl::BatchLimits().line_bytes_max),
        lines_(path_) {}

  /// The next batch, or what is wrong with one; nothing at the end of the file.
  std::optional<Found> next() {
    while (found_.empty() && !ended_) read_line();
    if (found_.empty()) return std::nullopt;
    Found first = std::move(found_.front());
    found_.pop_front();
    return first;
  }

  std::uint64_t lines() const { return line_; }
  const std::optional<Complaint>& error() const { return error_; }

 private:
  void read_line() {
    std::string_view text;
    switch (reader_.next(text)) {
      case LongLines::Step::line: return add_line(text, false);
      case LongLines::Step::too_long: return add_line({}, true);
      case LongLines::Step::failed:
        error_ = Complaint{fmt::format("{} could not be read beyond line {}: {}", file_->shown, line_,
                                       std::strerror(reader_.error()))};
        [[fallthrough]];
      case LongLines::Step::end: take(lines_.finish()); ended_ = true;
    }
  }

  void add_line(std::string_view text, bool too_long) {
    ++line_;
    // Each line that is not blank becomes a request of some batch, in their order.
    const bool blank = !too_long && text.find_first_not_of(" \t\r") == text.npos;
    if (!blank) extents_.push_back({reader_.line_begin(), reader_.position()});
    take(lines_.add(text, too_long));
  }

  void take(std::optional<hurl::Batch> batch) {
    if (!batch) return;
    const auto steps = static_cast<std::uint32_t>(batch->steps.size());
    const std::uint64_t begin = extents_.front().begin, end = extents_.at(steps - 1).end;
    const std::uint64_t first = batch->steps.front().place.line;
    found_.push_back({{path_, begin, end - begin, first}, batch->name, steps, batch->complaint});
    if (end - begin <= content_bytes_max)
      found_.back().content = std::make_shared<const hurl::Batch>(std::move(*batch));
    extents_.erase(extents_.begin(), extents_.begin() + steps);
  }

  /// Of a line, with its end.
  struct Extent {
    std::uint64_t begin, end;
  };

  std::string path_;
  std::unique_ptr<ListFile> file_;
  LongLines reader_;
  hurl::JsonLines lines_;
  std::deque<Found> found_;
  std::deque<Extent> extents_;  ///< of the lines of batches that are still to be found
  std::uint64_t line_ = 0;
  bool ended_ = false;
  std::optional<Complaint> error_;
};

/// A file of the command line: known as a whole, or to be read.
struct BatchFile {
  std::string path;
  std::optional<Found> hurl;
};

class BatchList final : public TargetList {
 public:
  BatchList(const InputOptions& input, std::vector<BatchFile> files)
      : files_(std::move(files)),
        turns_(input.starts ? std::numeric_limits<std::uint64_t>::max() : input.repeat),
        batches_max_(std::min(input.starts.value_or(unlimited), input.limit.value_or(unlimited))) {
    const bool all_known = std::ranges::all_of(files_, [](const BatchFile& file) { return file.hurl.has_value(); });
    if (!all_known || input.starts) return;
    std::uint64_t sum = 0;
    for (const BatchFile& file : files_) sum += file.hurl->steps;
    if (input.limit.value_or(unlimited) >= files_.size() * turns_) count_ = sum * turns_;
  }

  std::size_t claim(std::span<Target> out) override {
    const std::lock_guard lock(mutex_);
    std::size_t given = 0;
    while (given < out.size() && next(out[given])) ++given;
    ended_.store(finished_, std::memory_order_release);
    return given;
  }
  bool ended() const override { return ended_.load(std::memory_order_acquire); }
  std::uint64_t lines_read() const override { return lines_.load(std::memory_order_relaxed); }
  /// As requests are the account's unit, they are what was read.
  std::uint64_t target_lines() const override { return given_.load(std::memory_order_relaxed); }
  std::uint64_t targets_given() const override { return given_.load(std::memory_order_relaxed); }
  std::uint64_t duplicates_dropped() const override { return 0; }
  std::optional<std::uint64_t> target_count() const override { return count_; }
  std::optional<double> fraction_consumed() const override {
    if (batches_max_ == unlimited) return std::nullopt;
    return static_cast<double>(batches_.load(std::memory_order_relaxed)) / static_cast<double>(batches_max_);
  }
  std::optional<Complaint> error() const override {
    const std::lock_guard lock(mutex_);
    return error_;
  }
  std::optional<Complaint> warning() const override { return std::nullopt; }

 private:
  static constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

  bool next(Target& target) {
    std::optional<Found> found = finished_ || batches_ == batches_max_ ? std::nullopt : find();
    if (!found) {
      finished_ = true;
      return false;
    }
    target = {.index = given_, .line = found->source.line, .complaint = std::move(found->complaint)};
    target.input = found->name.empty() ? found->source.path : found->name;
    target.input.resize(std::min(target.input.size(), input_bytes_max));
    target.source = write_batch_source(found->source);
    target.content = std::move(found->content);
    target.batch = ++batches_;
    target.members = found->steps;
    given_ += found->steps;
    if (batches_ == batches_max_) finished_ = true;
    return true;
  }

  /// Goes through the files, turn for turn. A turn that found nothing is the last.
  std::optional<Found> find() {
    while (turns_ > 0 && !error_) {
      for (; file_ < files_.size(); ++file_) {
        const BatchFile& file = files_[file_];
        if (file.hurl) {
          found_in_turn_ = true;
          ++file_;
          return file.hurl;
        }
        if (std::optional<Found> found = find_in(file.path)) return found;
      }
      file_ = 0;
      --turns_;
      if (!std::exchange(found_in_turn_, false)) turns_ = 0;
    }
    return std::nullopt;
  }

  std::optional<Found> find_in(const std::string& path) {
    if (!open_) {
      auto file = open_list_file(path);
      if (!file) {
        error_ = file.error();
        return std::nullopt;
      }
      open_.emplace(path, std::move(*file));
    }
    std::optional<Found> found = open_->next();
    found_in_turn_ |= found.has_value();
    if (found) return found;
    lines_ += open_->lines();
    error_ = open_->error();
    open_.reset();
    return std::nullopt;
  }

  mutable std::mutex mutex_;
  const std::vector<BatchFile> files_;
  std::uint64_t turns_;  ///< still to be begun, with this one
  const std::uint64_t batches_max_;
  std::optional<std::uint64_t> count_;
  std::size_t file_ = 0;
  std::optional<FileBatches> open_;
  bool found_in_turn_ = false;
  bool finished_ = false;
  std::optional<Complaint> error_;
  std::atomic<bool> ended_{false};
  std::atomic<std::uint64_t> given_{0};
  std::atomic<std::uint64_t> batches_{0};
  std::atomic<std::uint64_t> lines_{0};
};

}  // namespace

Parsed<std::unique_ptr<TargetList>> open_batches(const InputOptions& input) {
  std::vector<BatchFile> files;
  std::string complaints;
  for (const std::string& path : input.targets.empty() ? std::vector{input.list} : input.targets) {
    BatchFile& file = files.emplace_back(path);
    if (!is_hurl_file(path)) {
      if (const auto opened = open_list_file(path); !opened) return std::unexpected(opened.error());
      continue;
    }
    Parsed<hurl::Batch> batch = load_batch({.path = path});
    if (!batch) {
      if (!complaints.empty()) complaints += '\n';
      complaints += batch.error().text;
    } else if (batch->steps.empty()) {
      files.pop_back();
    } else {
      const auto steps = static_cast<std::uint32_t>(batch->steps.size());
      file.hurl = Found{{.path = path}, path, steps, "", std::make_shared<const hurl::Batch>(std::move(*batch))};
    }
  }
  if (!complaints.empty()) return complain(complaints);
  return std::make_unique<BatchList>(input, std::move(files));
}

}  // namespace atonce
