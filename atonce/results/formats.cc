#include "atonce/results/formats.h"

#include <string>

#include "atonce/results/row_fields.h"

namespace atonce {
namespace {

class NoSink final : public OutcomeSink {
 public:
  int add(const Outcome&) override { return 0; }
};

class LineSink final : public OutcomeSink {
 public:
  LineSink(FileWriter& writer, std::unique_ptr<RowWriter> rows) : writer_(writer), rows_(std::move(rows)) {
    rows_->append_header(text_);
    if (!text_.empty() && writer_.starts_empty()) (void)writer_.append_lines(text_);
  }

  bool wants_starts() const override { return rows_->wants_starts(); }

  void start(const Target& target) override {
    text_.clear();
    rows_->append_start(text_, target);
    (void)writer_.append_lines(text_);  // A failure stays with the writer, and the next outcome tells it.
  }

  int add(const Outcome& outcome) override {
    if (!has_row(outcome)) return writer_.error();
    text_.clear();
    rows_->append_row(text_, outcome);
    return writer_.append_row(text_);
  }

  int flush() override { return writer_.flush(); }

 private:
  FileWriter& writer_;
  std::unique_ptr<RowWriter> rows_;
  std::string text_;
};

}  // namespace

std::unique_ptr<OutcomeSink> ResultFormatRow::make(FileWriter& writer, const Plan& plan) const {
  if (rows == nullptr) return std::make_unique<NoSink>();
  return std::make_unique<LineSink>(writer, rows(plan));
}

}  // namespace atonce
