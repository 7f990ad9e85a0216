#include "atonce/results/text_rows.h"

#include <string>
#include <string_view>

#include "atonce/model/escape.h"
#include "atonce/results/json_text.h"
#include "atonce/results/row_fields.h"

namespace atonce {
namespace {

constexpr std::size_t shown_bytes_max = 100;  ///< of an input that is no target: enough to know it by, on one line

void append_escaped(std::string& line, std::string_view text) {
  if (safe_for_terminal(text))
    line += text;
  else
    line += escape_for_terminal(text);
}

/// "Open", "No name", "DNS timeout".
void append_result_word(std::string& line, Verdict verdict) {
  std::string_view name = name_of(verdict);
  const auto upper = [](char c) { return static_cast<char>(c - 'a' + 'A'); };
  std::size_t capitals = name.starts_with("dns_") ? 3 : 1;
  for (const char c : name) {
    line += c == '_' ? ' ' : capitals > 0 ? upper(c) : c;
    if (capitals > 0) --capitals;
  }
}

class TextRows final : public RowWriter {
 public:
  explicit TextRows(const Plan& plan)
      : shows_starts_(plan.output.verbosity > 0), shows_every_port_(asks_several_ports(plan)) {}

  bool wants_starts() const override { return shows_starts_; }

  void append_start(std::string& text, const Target& target) override {
    line_ = &text;
    *line_ += "Opening socket to ";
    append_name(target);
    *line_ += '\n';
  }

  void append_row(std::string& text, const Outcome& outcome) override {
    line_ = &text;
    *line_ += "Done socket on ";
    append_name(outcome.target);
    *line_ += " with result ";
    append_result_word(*line_, outcome.verdict);
    append_details(outcome);
    *line_ += '\n';
  }

 private:
  static bool asks_several_ports(const Plan& plan) {
    const auto& ports = plan.input.ports;
    return ports.size() > 1 || (ports.size() == 1 && ports[0].first != ports[0].second);
  }

  void append_name(const Target& target) {
    if (!target.valid()) {
      append_escaped(*line_, std::string_view(target.input).substr(0, shown_bytes_max));
      if (target.input.size() > shown_bytes_max) *line_ += "...";
      return;
    }
    const bool shows_port = shows_every_port_ || target.port != 443;
    const bool brackets = shows_port && target.address.family == Family::v6;
    if (brackets) *line_ += '[';
    append_escaped(*line_, target.host);
    if (brackets) *line_ += ']';
    if (!shows_port) return;
    *line_ += ':';
    append_number(*line_, target.port);
  }

  void append_details(const Outcome& outcome) {
    separator_ = " (";
    if (!outcome.target.valid()) {
      append_part("line ");
      append_number(*line_, outcome.target.line);
      *line_ += ": ";
      append_escaped(*line_, outcome.target.complaint);
      *line_ += ')';
      return;
    }
    if (outcome.verdict != Verdict::open) append_reason(outcome);
    if (outcome.doubts.any()) {
      append_part("unsure: ");
      *line_ += write_doubts(outcome.doubts);
    }
    if (outcome.address) {
      append_part("");
      append_address(*line_, outcome.address);
    }
    if (const RowTimes times = times_of(outcome); times.total) append_part(write_duration(*times.total));
    if (outcome.tries > 1) {
      append_part("");
      append_number(*line_, outcome.tries);
      *line_ += " tries";
    }
    if (separator_ == ", ") *line_ += ')';
  }

  void append_reason(const Outcome& outcome) {
    append_part(row_of(outcome.verdict).meaning);
    const Blame blame = row_of(outcome.verdict).blame;
    const std::string_view error = error_name(outcome.error);
    if (error.empty() || (blame != Blame::local && blame != Blame::path)) return;
    *line_ += ": ";
    *line_ += error;
  }

  void append_part(std::string_view text) {
    *line_ += separator_;
    *line_ += text;
    separator_ = ", ";
  }

  bool shows_starts_;
  bool shows_every_port_;
  std::string* line_ = nullptr;  ///< what is being written to
  std::string_view separator_;
};

}  // namespace

std::unique_ptr<RowWriter> make_text_rows(const Plan& plan) { return std::make_unique<TextRows>(plan); }

}  // namespace atonce
