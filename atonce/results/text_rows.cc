#include "atonce/results/text_rows.h"

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "atonce/model/escape.h"
#include "atonce/results/batch_rows.h"
#include "atonce/results/exchange_fields.h"
#include "atonce/results/file_rows.h"
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

/// What a failure happened in, for the front of its line: "tls", "dns".
std::string_view place_of(Verdict verdict) {
  const std::string_view name = name_of(verdict);
  if (name.starts_with("tls_") || name.starts_with("cert_")) return "tls";
  if (verdict == Verdict::no_name || verdict == Verdict::no_address || name.starts_with("dns_")) return "dns";
  switch (verdict) {
    case Verdict::closed:
    case Verdict::timeout:
    case Verdict::unreachable: return "connect";
    case Verdict::proxy_failed: return "proxy";
    case Verdict::unfinished: return "stopped";
    default: break;
  }
  switch (row_of(verdict).blame) {
    case Blame::config: return verdict == Verdict::invalid_input ? "input" : "refused";
    case Blame::local: return "local";
    default: return "http";
  }
}

/// Starts a part of what stands in parentheses.
class Parentheses {
 public:
  explicit Parentheses(std::string& line) : line_(line) {}
  std::string& next() { return line_ += std::exchange(separator_, ", "); }
  void close() {
    if (separator_ == ", ") line_ += ')';
  }

 private:
  std::string& line_;
  std::string_view separator_ = " (";
};

/// A line for a URL: "https://example.org/ 200 0.21", and what failed in place of the status.
class UrlRows final : public RowWriter {
 public:
  explicit UrlRows(const Plan& plan) : verbose_(plan.output.verbosity > 0) {}

  bool wants_starts() const override { return verbose_; }

  void append_start(std::string& text, const Target& target) override {
    text += "Fetching ";
    append_escaped(text, target.url.empty() ? target.host : target.url);
    text += '\n';
  }

  void append_row(std::string& text, const Outcome& outcome) override {
    append_name(text, outcome.target);
    text += ' ';
    if (tells_status(outcome))
      append_number(text, outcome.exchange->status_code);
    else
      append_failure(text, outcome);
    if (const RowTimes times = times_of(outcome); times.total)
      fmt::format_to(std::back_inserter(text), " {:.2f}", seconds(*times.total));
    Parentheses parts(text);
    append_remarks(parts, outcome);
    if (verbose_ && outcome.exchange) append_details(parts, outcome);
    parts.close();
    text += '\n';
  }

 private:
  static bool tells_status(const Outcome& outcome) {
    const bool complete = outcome.verdict == Verdict::ok || outcome.verdict == Verdict::http_status ||
                          outcome.verdict == Verdict::assert_failed;
    return complete && outcome.exchange && outcome.exchange->status_code != 0;
  }

  static void append_name(std::string& text, const Target& target) {
    if (target.valid() && !target.url.empty()) return append_escaped(text, target.url);
    const std::string input = shown_input(target);
    append_escaped(text, std::string_view(input).substr(0, shown_bytes_max));
    if (input.size() > shown_bytes_max) text += "...";
  }

  static void append_failure(std::string& text, const Outcome& outcome) {
    text += place_of(outcome.verdict);
    text += ": ";
    if (outcome.target.valid()) {
      text += row_of(outcome.verdict).meaning;
      return;
    }
    text += "line ";
    append_number(text, outcome.target.line);
    text += ": ";
    append_escaped(text, outcome.target.complaint);
  }

  static void append_remarks(Parentheses& parts, const Outcome& outcome) {
    if (outcome.exchange && outcome.exchange->insecure) parts.next() += "insecure: certificates were not checked";
    if (outcome.exchange && outcome.exchange->truncated) parts.next() += "truncated";
    if (outcome.doubts.any()) parts.next().append("unsure: ").append(write_doubts(outcome.doubts));
    if (outcome.tries > 1) {
      std::string& text = parts.next();
      append_number(text, outcome.tries);
      text += " tries";
    }
  }

  static void append_details(Parentheses& parts, const Outcome& outcome) {
    const Exchange& exchange = *outcome.exchange;
    if (!exchange.detail.empty()) append_escaped(parts.next(), exchange.detail);
    if (exchange.version != HttpVersion::unknown) parts.next() += name_of(exchange.version);
    if (exchange.tls && !exchange.tls->version.empty()) append_escaped(parts.next(), exchange.tls->version);
    if (exchange.status_code != 0) {
      std::string& text = parts.next();
      append_number(text, exchange.body_bytes);
      text += " bytes";
    }
    if (!exchange.redirects.empty()) append_escaped(parts.next().append("from "), url_of(outcome));
    if (outcome.address) append_address(parts.next(), outcome.address);
    if (!exchange.title.empty()) append_escaped(parts.next().append("title: "), exchange.title);
    if (!exchange.saved_as.empty()) append_escaped(parts.next().append("saved as "), exchange.saved_as);
  }

  const bool verbose_;
};

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

std::unique_ptr<RowWriter> make_text_rows(const Plan& plan) {
  switch (row_kind_of(plan)) {
    case RowKind::probe: return std::make_unique<TextRows>(plan);
    case RowKind::fetch: return std::make_unique<UrlRows>(plan);
    case RowKind::batch: return make_batch_rows(plan);
    case RowKind::file: return make_file_rows(plan);
  }
  return nullptr;
}

}  // namespace atonce
