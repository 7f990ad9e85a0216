#include <fmt/format.h>

#include <vector>

#include "atonce/model/escape.h"
#include "atonce/results/digest.h"
#include "atonce/results/output.h"
#include "atonce/results/row_fields.h"

namespace atonce {
namespace {

constexpr std::size_t piece_bytes = 256 << 10;

class LineOutput final : public Output {
 public:
  LineOutput(Storage& storage, std::string path, std::unique_ptr<RowWriter> rows)
      : storage_(storage), path_(std::move(path)), rows_(std::move(rows)) {}

  int start_fresh() override {
    if (const int error = open()) return error;
    return empty();
  }

  Result<Standing> recover(std::span<const CheckpointMark> checkpoints, std::uint64_t) override {
    const bool vanished = !storage_.exists(path_);
    if (const int error = open()) return std::unexpected(Error{error});
    Result<std::size_t> held = verify(checkpoints);
    if (!held) return std::unexpected(held.error());
    Standing standing;
    if (vanished && !checkpoints.empty()) {
      standing.note = fmt::format("\"{}\" had vanished", escape_for_terminal(path_));
    } else if (*held < checkpoints.size()) {
      standing.note =
          fmt::format("\"{}\" is not as it was left: it was cut, changed or damaged", escape_for_terminal(path_));
    }
    if (*held == 0) {
      if (const int error = empty()) return std::unexpected(Error{error});
      return standing;
    }
    const CheckpointMark& last = checkpoints[*held - 1];
    if (const int error = cut(last.mark.bytes)) return std::unexpected(Error{error});
    if (const int error = digest_what_stands()) return std::unexpected(Error{error});
    standing.finals = last.finals;
    standing.first_gap = last.first_gap;
    return standing;
  }

  int add(const Outcome& outcome) override {
    if (has_row(outcome)) rows_->append_row(waiting_, outcome);
    return 0;
  }

  std::size_t bytes_waiting() const override { return waiting_.size(); }

  int write() override {
    if (waiting_.empty()) return 0;
    storage_.reached("before-output-write");
    if (const int error = file_->append(waiting_)) {
      // Whole rows only: those that are missing come back from the journal.
      (void)file_->truncate(bytes_);
      return error;
    }
    storage_.reached("after-output-write");
    digest_.add(waiting_);
    bytes_ += waiting_.size();
    waiting_.clear();
    return 0;
  }

  int sync() override {
    if (synced_ == bytes_) return 0;
    storage_.reached("before-output-sync");
    if (const int error = file_->sync()) return error;
    storage_.reached("after-output-sync");
    synced_ = bytes_;
    return 0;
  }

  OutputMark mark() override {
    const OutputMark mark{bytes_, digest_.value()};
    digest_.reset();
    return mark;
  }

 private:
  int open() {
    const bool is_new = !storage_.exists(path_);
    auto file = storage_.open(path_, Opening::append);
    if (!file) return file.error().code;
    file_ = std::move(*file);
    if (!is_new) return 0;
    storage_.reached("before-directory-sync");
    if (const int error = storage_.sync_directory(parent_of(path_))) return error;
    storage_.reached("after-directory-sync");
    return 0;
  }

  int empty() {
    if (const int error = cut(0)) return error;
    rows_->append_header(waiting_);
    return 0;
  }

  int cut(std::uint64_t size) {
    const Result<std::uint64_t> now = file_->size();
    if (!now) return now.error().code;
    bytes_ = size;
    synced_ = *now == size ? size : unknown;
    if (*now == size) return 0;
    storage_.reached("before-output-truncate");
    if (const int error = file_->truncate(size)) return error;
    storage_.reached("after-output-truncate");
    return 0;
  }

  /// How many of `checkpoints`, from the first, the file holds with the bytes that they were made of.
  Result<std::size_t> verify(std::span<const CheckpointMark> checkpoints) {
    const Result<std::uint64_t> size = file_->size();
    if (!size) return std::unexpected(size.error());
    std::uint64_t at = 0;
    for (std::size_t i = 0; i < checkpoints.size(); ++i) {
      const OutputMark& mark = checkpoints[i].mark;
      if (mark.bytes < at || mark.bytes > *size) return i;
      digest_.reset();
      if (const int error = digest_span(at, mark.bytes)) return std::unexpected(Error{error});
      if (digest_.value() != mark.digest) return i;
      at = mark.bytes;
    }
    return checkpoints.size();
  }

  int digest_what_stands() {
    digest_.reset();
    return digest_span(0, bytes_);
  }

  int digest_span(std::uint64_t from, std::uint64_t to) {
    piece_.resize(std::min<std::uint64_t>(piece_bytes, to - from));
    while (from < to) {
      const std::size_t wanted = std::min<std::uint64_t>(piece_.size(), to - from);
      const Result<std::size_t> count = file_->read_at(from, std::span(piece_).first(wanted));
      if (!count) return count.error().code;
      if (*count == 0) return EIO;  // It had these bytes a moment ago.
      digest_.add({piece_.data(), *count});
      from += *count;
    }
    return 0;
  }

  static constexpr std::uint64_t unknown = ~std::uint64_t{0};

  Storage& storage_;
  std::string path_;
  std::unique_ptr<RowWriter> rows_;
  std::unique_ptr<StoredFile> file_;
  std::string waiting_;  ///< whole rows, for the file
  std::uint64_t bytes_ = 0;
  std::uint64_t synced_ = unknown;
  Digest digest_;
  std::vector<char> piece_;
};

}  // namespace

std::unique_ptr<Output> make_line_output(Storage& storage, std::string path, std::unique_ptr<RowWriter> rows) {
  return std::make_unique<LineOutput>(storage, std::move(path), std::move(rows));
}

}  // namespace atonce
