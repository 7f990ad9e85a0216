#include "atonce/results/file_rows.h"

#include <string>
#include <string_view>

#include "atonce/model/escape.h"
#include "atonce/results/json_text.h"
#include "atonce/results/row_fields.h"

namespace atonce {
namespace {

void append_escaped(std::string& line, std::string_view text) {
  if (safe_for_terminal(text))
    line += text;
  else
    line += escape_for_terminal(text);
}

class FileRows final : public RowWriter {
 public:
  explicit FileRows(const Plan& plan) : verbose_(plan.output.verbosity > 0) {}

  bool wants_starts() const override { return verbose_; }

  void append_start(std::string& text, const Target& target) override {
    text += "Writing ";
    append_name(text, target);
    text += '\n';
  }

  void append_row(std::string& text, const Outcome& outcome) override {
    append_name(text, outcome.target);
    text += ' ';
    text += name_of(outcome.verdict);
    text += " (";
    if (is_written(outcome.verdict)) {
      append_number(text, outcome.target.bytes);
      text += outcome.target.bytes == 1 ? " byte" : " bytes";
    } else {
      append_reason(text, outcome);
    }
    text += ")\n";
  }

 private:
  static void append_name(std::string& text, const Target& target) {
    append_escaped(text, target.host.empty() ? target.input : target.host);
  }

  static void append_reason(std::string& text, const Outcome& outcome) {
    if (!outcome.target.valid()) {
      text += "line ";
      append_number(text, outcome.target.line);
      text += ": ";
      append_escaped(text, outcome.target.complaint);
      return;
    }
    text += row_of(outcome.verdict).meaning;
    if (row_of(outcome.verdict).blame != Blame::local || outcome.error == 0) return;
    text += ": ";
    text += error_name(outcome.error);
  }

  const bool verbose_;
};

}  // namespace

std::unique_ptr<RowWriter> make_file_rows(const Plan& plan) { return std::make_unique<FileRows>(plan); }

}  // namespace atonce
