#include "atonce/results/csv_rows.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "atonce/model/escape.h"
#include "atonce/results/exchange_fields.h"
#include "atonce/results/json_text.h"
#include "atonce/results/row_fields.h"

namespace atonce {
namespace {

constexpr std::string_view first_columns =
    "schema,line,input,target,port,verdict,status,blame,tries,address,errno,error,complaint";
constexpr std::string_view last_columns = ",columns,attempts,lap,overturned,unsure,waited,syns,lateness,drops\n";

/// The names of an exchange's columns.
class ExchangeColumns final : public ExchangeFields {
 public:
  explicit ExchangeColumns(std::string& to) : to_(to) {}
  void text(std::string_view name, std::string_view) override { add(name); }
  void number(std::string_view name, std::optional<std::uint64_t>) override { add(name); }
  void flag(std::string_view name, std::optional<bool>) override { add(name); }
  void time(std::string_view name, std::optional<Duration>) override { add(name); }
  void json(std::string_view name, std::string_view) override { add(name); }

 private:
  void add(std::string_view name) {
    to_ += ',';
    to_ += name;
  }
  std::string& to_;
};

/// `text` is not empty. Source: OWASP, "CSV Injection".
bool looks_like_formula(std::string_view text) {
  constexpr std::string_view starts = "=+-@\t\r\n";
  constexpr std::array<std::string_view, 4> full_width{"\uff1d", "\uff0b", "\uff0d", "\uff20"};
  return starts.contains(text.front()) ||
         (text.front() == full_width[0].front() &&
          std::ranges::any_of(full_width, [&](std::string_view start) { return text.starts_with(start); }));
}

enum ByteKind : std::uint8_t { plain = 0, splits = 1, unsure = 2 };

/// What may split a cell or a row, and what a terminal may take for more than a letter.
constexpr std::array<std::uint8_t, 256> byte_kinds = [] {
  std::array<std::uint8_t, 256> kinds{};
  for (std::size_t byte = 0; byte < kinds.size(); ++byte)
    kinds[byte] = byte < 0x20 || byte >= 0x7F || byte == '\\' ? unsure : plain;
  for (const unsigned char byte : {',', '"', '\r', '\n', ' '}) kinds[byte] |= splits;
  return kinds;
}();

/// All kinds that occur: most cells are short and plain, and one look is enough.
std::uint8_t kinds_in(std::string_view cell) {
  std::uint8_t kinds = plain;
  for (const char c : cell) kinds |= byte_kinds[static_cast<std::uint8_t>(c)];
  return kinds;
}

void append_quoted(std::string& row, std::string_view cell) {
  if ((kinds_in(cell) & splits) == 0) {
    row += cell;
    return;
  }
  row += '"';
  for (std::size_t quote = 0; (quote = cell.find('"')) != cell.npos; cell.remove_prefix(quote + 1))
    row.append(cell.substr(0, quote + 1)) += '"';
  row += cell;
  row += '"';
}

class CsvRows final : public RowWriter, ExchangeFields {
 public:
  explicit CsvRows(RowKind kind) : kind_(kind), http_(speaks_http(kind)) {}

  void append_header(std::string& text) override {
    text += first_columns;
    ExchangeColumns columns(text);
    tell_exchange({}, kind_, columns, json_);
    text += ",time_queue,time_namelookup,time_connect";
    if (http_) text += ",time_appconnect,time_pretransfer,time_starttransfer";
    text += ",time_total";
    text += last_columns;
  }

  void append_row(std::string& text, const Outcome& outcome) override {
    row_ = &text;
    append_number(text, row_schema);
    write_target(outcome);
    write_verdict(outcome);
    tell_exchange(outcome, kind_, *this, json_);
    write_times(times_of(outcome));
    write_lists(outcome);
    write_trust(outcome);
    text += '\n';
  }

 private:
  void write_target(const Outcome& outcome) {
    const Target& target = outcome.target;
    append(line_of(outcome));
    text_from_outside(http_ ? shown_input(target) : target.input);
    text_from_outside(target.host);
    number_or_nothing(target.port);
  }

  void write_verdict(const Outcome& outcome) {
    const VerdictRow& row = row_of(outcome.verdict);
    for (const std::string_view word : {row.name, row.status, name_of(row.blame)}) {
      *row_ += ',';
      *row_ += word;
    }
    append(outcome.tries);
    *row_ += ',';
    append_address(*row_, outcome.address);
    number_or_nothing(static_cast<std::uint64_t>(outcome.error));
    *row_ += ',';
    *row_ += error_name(outcome.error);
    text_from_outside(outcome.target.complaint);
  }

  void write_lists(const Outcome& outcome) {
    json_.clear();
    if (!outcome.target.columns.empty()) append_json_columns(json_, outcome.target);
    *row_ += ',';
    append_quoted(*row_, json_);
    json_.clear();
    if (!outcome.attempts.empty()) append_json_attempts(json_, outcome);
    *row_ += ',';
    append_quoted(*row_, json_);
  }

  void write_trust(const Outcome& outcome) {
    append(outcome.lap);
    *row_ += outcome.overturned ? ",true," : ",false,";
    *row_ += write_doubts(outcome.doubts);
    if (!tells_evidence(outcome)) {
      *row_ += ",,,,";
      return;
    }
    const Evidence& evidence = outcome.evidence;
    time_or_nothing(std::chrono::milliseconds(evidence.waited_ms));
    number_or_nothing(evidence.syns);
    time_or_nothing(std::chrono::milliseconds(evidence.lateness_ms));
    append(evidence.drops);
  }

  void write_times(const RowTimes& times) {
    for (const auto& time : {times.queue, times.namelookup, times.connect}) time_or_nothing(time);
    if (http_)
      for (const auto& time : {times.appconnect, times.pretransfer, times.starttransfer}) time_or_nothing(time);
    time_or_nothing(times.total);
  }

  void text(std::string_view, std::string_view value) override { text_from_outside(value); }
  void number(std::string_view, std::optional<std::uint64_t> value) override {
    *row_ += ',';
    if (value) append_number(*row_, *value);
  }
  void flag(std::string_view, std::optional<bool> value) override {
    *row_ += !value ? "," : *value ? ",true" : ",false";
  }
  void time(std::string_view, std::optional<Duration> value) override { time_or_nothing(value); }
  void json(std::string_view, std::string_view value) override {
    *row_ += ',';
    append_quoted(*row_, value);
  }

  void time_or_nothing(std::optional<Duration> time) {
    *row_ += ',';
    if (time) append_seconds(*row_, *time);
  }
  void append(std::uint64_t value) {
    *row_ += ',';
    append_number(*row_, value);
  }
  void number_or_nothing(std::uint64_t value) {
    *row_ += ',';
    if (value != 0) append_number(*row_, value);
  }
  void text_from_outside(std::string_view text) {
    *row_ += ',';
    if (text.empty()) return;
    const bool formula = looks_like_formula(text);
    const std::uint8_t kinds = kinds_in(text);
    if (!formula && kinds == plain) {
      *row_ += text;
      return;
    }
    if (!formula && ((kinds & unsure) == 0 || safe_for_terminal(text))) {
      append_quoted(*row_, text);
      return;
    }
    append_quoted(*row_, (formula ? "'" : "") + escape_for_terminal(text));
  }

  const RowKind kind_;
  const bool http_;
  std::string* row_ = nullptr;  ///< what is being written to
  std::string json_;
};

}  // namespace

std::unique_ptr<RowWriter> make_csv_rows(const Plan& plan) { return std::make_unique<CsvRows>(row_kind_of(plan)); }

}  // namespace atonce
