#include "atonce/results/batch_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "atonce/model/escape.h"
#include "atonce/results/exchange_fields.h"
#include "atonce/results/row_fields.h"

namespace atonce {
namespace {

constexpr std::size_t reason_bytes_max = 200;  ///< of a reason: two lines of a terminal

/// `text` made safe, and cut between two of its characters.
void append_cut(std::string& line, std::string_view text, std::size_t bytes_max) {
  const std::string_view front = cut_at_character(text, bytes_max);
  line += escape_for_terminal(front);
  if (front.size() < text.size()) line += "...";
}

class BatchRows final : public RowWriter {
 public:
  explicit BatchRows(const Plan& plan) : verbose_(plan.output.verbosity > 0) {}

  void append_row(std::string& text, const Outcome& outcome) override {
    const auto add = std::back_inserter(text);
    const Target& target = outcome.target;
    fmt::format_to(add, "Batch #{} -- URL #{}", target.batch, target.step);
    if (outcome.verdict != Verdict::ok) fmt::format_to(add, " {}", name_of(outcome.verdict));
    fmt::format_to(add, " {:.2f}", seconds(times_of(outcome).total.value_or(Duration{})));
    if (outcome.verdict != Verdict::ok) append_reason(text, outcome);
    if (verbose_) append_request(text, outcome);
    text += '\n';
    append_end(text, outcome);
  }

 private:
  static void append_reason(std::string& text, const Outcome& outcome) {
    text += ' ';
    if (!outcome.target.valid()) {
      fmt::format_to(std::back_inserter(text), "line {}: ", outcome.target.line);
      return append_cut(text, outcome.target.complaint, reason_bytes_max);
    }
    const bool is_told = outcome.exchange && !outcome.exchange->detail.empty();
    append_cut(text, is_told ? outcome.exchange->detail : row_of(outcome.verdict).meaning, reason_bytes_max);
  }

  static void append_request(std::string& text, const Outcome& outcome) {
    if (!outcome.exchange || outcome.exchange->method.empty()) return;
    text += " (";
    append_cut(text, outcome.exchange->method, reason_bytes_max);
    text += ' ';
    append_cut(text, url_of(outcome), reason_bytes_max);
    if (outcome.exchange->status_code != 0)
      fmt::format_to(std::back_inserter(text), " {}", outcome.exchange->status_code);
    text += ')';
  }

  static void append_end(std::string& text, const Outcome& outcome) {
    if (!outcome.exchange || outcome.exchange->batch_end == BatchEnd::none) return;
    const bool completed = outcome.exchange->batch_end == BatchEnd::completed;
    fmt::format_to(std::back_inserter(text), "** Batch #{} {}: {:.2f}\n", outcome.target.batch,
                   completed ? "completed" : "failed", seconds(outcome.exchange->batch_took));
  }

  const bool verbose_;
};

}  // namespace

std::unique_ptr<RowWriter> make_batch_rows(const Plan& plan) { return std::make_unique<BatchRows>(plan); }

}  // namespace atonce
