#include "atonce/cli/row_outputs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "atonce/model/escape.h"
#include "atonce/results/exchange_fields.h"
#include "atonce/results/formats.h"

namespace atonce {
namespace {

bool shares_terminal(const Plan& plan) {
  return plan.output.path == "-" && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO);
}

}  // namespace

Parsed<std::unique_ptr<RowOutputs>> RowOutputs::open(const Plan& plan, Keeping* kept, Progress& progress) {
  std::unique_ptr<RowOutputs> outputs(new RowOutputs(plan, kept));
  if (kept == nullptr && plan.output.format == ResultFormat::sqlite) {
    auto database = SqliteSink::open(plan.output.path, row_kind_of(plan));
    if (!database) return std::unexpected(database.error());
    outputs->database_ = std::move(*database);
    return outputs;
  }
  if (kept == nullptr || has_stream_output(plan))
    if (auto opened = outputs->open_stream(progress); !opened) return std::unexpected(opened.error());
  if (kept != nullptr && outputs->lines_) {
    outputs->writer_->write_after([kept] { return kept->keeper().secure(); });
    kept->keeper().also_to(outputs->above_ ? static_cast<OutcomeSink&>(*outputs->above_) : *outputs->lines_);
  }
  return outputs;
}

Parsed<void> RowOutputs::open_stream(Progress& progress) {
  auto writer = FileWriter::open(plan_.output.path);
  if (!writer) return std::unexpected(writer.error());
  writer_ = std::move(*writer);
  lines_ = row_of(plan_.output.format).make(*writer_, plan_);
  if (shares_terminal(plan_)) above_.emplace(*lines_, progress);
  if (kept_ == nullptr && plan_.output.ordered) ordered_.emplace(above_ ? static_cast<OutcomeSink&>(*above_) : *lines_);
  return {};
}

OutcomeSink& RowOutputs::sink() {
  if (kept_ != nullptr) return kept_->keeper();
  if (database_) return *database_;
  if (ordered_) return *ordered_;
  return above_ ? static_cast<OutcomeSink&>(*above_) : *lines_;
}

int RowOutputs::finish(bool complete) {
  if (kept_ != nullptr) {
    const int error = kept_->keeper().close(complete);
    return error != 0 || !writer_ ? error : writer_->flush();
  }
  if (database_) return database_->close();
  // The rows that an interrupted run still holds, then everything to the file.
  const int error = ordered_ ? ordered_->release() : 0;
  return error != 0 ? error : writer_->flush();
}

int RowOutputs::append_end(std::string_view text) {
  if (!writer_) return 0;
  const int error = writer_->append_lines(text);
  return error != 0 ? error : writer_->flush();
}

Complaint RowOutputs::trouble(int error) const {
  if (error == EPIPE && writer_)
    return {fmt::format("the reader of the results has gone; {} rows were written", writer_->rows_safe())};
  if (kept_ != nullptr) {
    const std::string trouble = kept_->keeper().trouble();
    if (!trouble.empty()) return {trouble};
  }
  const std::uint64_t safe = database_ ? database_->rows_safe() : writer_ ? writer_->rows_safe() : 0;
  std::string text =
      fmt::format("writing {}: {}; {} rows are safe", plan_.output.path == "-" ? "standard output" : plan_.output.path,
                  std::strerror(error), safe);
  if (kept_ != nullptr)
    text += fmt::format(", and {} verdicts in the journal: \"atonce resume {}\" carries on",
                        kept_->keeper().records_safe(), escape_for_terminal(kept_->path()));
  return {text};
}

}  // namespace atonce
